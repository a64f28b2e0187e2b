# SPDX-License-Identifier: MIT
# zlib's raw inflate (zlib licence); the gzip wrapper is read in lib/decompress/gzip.c.

ZLIB_CFLAGS := -DZ_SOLO -DNO_GZIP -DHAVE_MEMCPY -DHAVE_HIDDEN -include deps/include/string.h

$(eval $(call library,zlib,zlib,infback.c inffast.c inftrees.c,$(ZLIB_CFLAGS)))

$(OUT)/lib/decompress/gzip.c.o: KERNEL_CFLAGS += -isystem $(DEPS_SRC)/zlib -DZ_SOLO
