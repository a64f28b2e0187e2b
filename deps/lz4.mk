# SPDX-License-Identifier: MIT
# lz4's block decoder (BSD-2-Clause); the legacy frame is read in lib/decompress/lz4.c.

LZ4_CFLAGS := -DLZ4_FREESTANDING=1 -DLZ4_memcpy=__builtin_memcpy -DLZ4_memmove=__builtin_memmove \
	-DLZ4_memset=__builtin_memset

$(eval $(call library,lz4,lz4/lib,lz4.c,$(LZ4_CFLAGS)))

$(OUT)/lib/decompress/lz4.c.o: KERNEL_CFLAGS += -isystem $(DEPS_SRC)/lz4/lib $(LZ4_CFLAGS)
