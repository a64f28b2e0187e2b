# SPDX-License-Identifier: MIT
# zstd's decoder (BSD-3-Clause). The options choose small code, but for the loop over sequences: -Oz
# would cost a third of the whole speed there. ZSTD_CFLAGS is expanded in the recipe, for its $@.

ZSTD_CFLAGS = -DZSTD_DISABLE_ASM=1 -DDYNAMIC_BMI2=0 -DHUF_FORCE_DECOMPRESS_X1 \
	-DHUF_DISABLE_FAST_DECODE -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT -DZSTD_STRIP_ERROR_STRINGS \
	-DZSTD_NO_INLINE -DZSTD_LEGACY_SUPPORT=0 -DZSTD_TRACE=0 -DDEBUGLEVEL=0 \
	-DXXH_NAMESPACE=ZSTD_ -DZSTDLIB_VISIBLE= -DZSTDERRORLIB_VISIBLE= \
	$(if $(findstring decompress_block,$@),-Os,-Oz)

$(eval $(call library,zstd,libzstd/lib,\
	common/entropy_common.c common/error_private.c common/fse_decompress.c common/xxhash.c \
	common/zstd_common.c \
	decompress/huf_decompress.c decompress/zstd_ddict.c decompress/zstd_decompress.c \
	decompress/zstd_decompress_block.c,\
	$$(ZSTD_CFLAGS)))

$(OUT)/lib/decompress/zstd.c.o: KERNEL_CFLAGS += -isystem $(DEPS_SRC)/libzstd/lib -isystem deps/include
