# SPDX-License-Identifier: MIT
# liblzma's decoders of .xz and .lzma (0BSD): all filters, no threads. CRC functions are ours
# (lib/decompress/xz.c), for the library's carry 16 KiB of tables; SHA-256 checks are not verified.

XZ := xz-utils/src
XZ_CFLAGS := -I$(DEPS_SRC)/$(XZ)/common $(patsubst %,-I$(DEPS_SRC)/$(XZ)/liblzma/%,\
	api common check lz rangecoder lzma delta simple) \
	-DMYTHREAD_H -DHAVE_SMALL -DHAVE_STDBOOL_H -DHAVE__BOOL -DHAVE_INTTYPES_H -DHAVE_STDINT_H -DHAVE_STRING_H \
	-DSIZEOF_SIZE_T=8 -DTUKLIB_SYMBOL_PREFIX= -DTUKLIB_FAST_UNALIGNED_ACCESS \
	-DHAVE_CHECK_CRC32 -DHAVE_CHECK_CRC64 -DHAVE_DECODERS -DHAVE_DECODER_LZMA1 -DHAVE_DECODER_LZMA2 \
	-DHAVE_DECODER_DELTA $(patsubst %,-DHAVE_DECODER_%,X86 ARM ARMTHUMB ARM64 POWERPC IA64 SPARC RISCV)

$(eval $(call library,xz,$(XZ)/liblzma,\
	$(patsubst %,common/%.c,alone_decoder block_decoder block_header_decoder block_util common \
		filter_common filter_decoder filter_flags_decoder index_hash stream_decoder \
		stream_flags_common stream_flags_decoder vli_decoder vli_size) \
	check/check.c lz/lz_decoder.c lzma/lzma_decoder.c lzma/lzma2_decoder.c \
	delta/delta_common.c delta/delta_decoder.c \
	$(patsubst %,simple/%.c,simple_coder simple_decoder x86 arm armthumb arm64 powerpc ia64 sparc \
		riscv),\
	$(XZ_CFLAGS)))

$(OUT)/lib/decompress/xz.c.o: KERNEL_CFLAGS += \
	-isystem $(DEPS_SRC)/$(XZ)/liblzma/api -isystem deps/include -DLZMA_API_STATIC
