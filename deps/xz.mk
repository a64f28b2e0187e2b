# SPDX-License-Identifier: MIT
# liblzma's filters for machine code (0BSD), which .xz uses; lib/decompress/xz_filter.c is what they are linked to.

XZ := xz-utils/src
XZ_CFLAGS := $(patsubst %,-isystem $(DEPS_SRC)/$(XZ)/liblzma/%,api common simple) -isystem $(DEPS_SRC)/$(XZ)/common \
	-isystem deps/include -DLZMA_API_STATIC -DMYTHREAD_H -DHAVE_STDBOOL_H -DHAVE__BOOL -DHAVE_INTTYPES_H \
	-DHAVE_STDINT_H -DHAVE_STRING_H -DSIZEOF_SIZE_T=8 -DTUKLIB_SYMBOL_PREFIX= -DTUKLIB_FAST_UNALIGNED_ACCESS \
	$(patsubst %,-DHAVE_DECODER_%,X86 ARM ARMTHUMB ARM64 POWERPC IA64 SPARC RISCV)

$(eval $(call library,xz,$(XZ)/liblzma,$(patsubst %,simple/%.c,x86 arm armthumb arm64 powerpc ia64 sparc riscv),$(XZ_CFLAGS)))

$(OUT)/lib/decompress/xz_filter.c.o: KERNEL_CFLAGS += $(XZ_CFLAGS)
