# SPDX-License-Identifier: MIT
# bzip2's decoder (its own BSD-like licence).

$(eval $(call library,bzip2,bzip2,bzlib.c decompress.c huffman.c crctable.c randtable.c,-DBZ_NO_STDIO))

$(OUT)/lib/decompress/bzip2.c.o: KERNEL_CFLAGS += -isystem $(DEPS_SRC)/bzip2 -DBZ_NO_STDIO
