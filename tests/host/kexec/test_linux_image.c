// SPDX-License-Identifier: MIT
/* Headers of Image and zboot files: good ones of each architecture, each field spoilt. */
#include <asm/errno.h>
#include <kexec/linux_image.h>
#include <test.h>

#define FILE_BYTES 1000000

static uint8_t head[128];

static void put(size_t offset, uint64_t value, size_t bytes)
{
	memcpy(head + offset, &value, bytes);
}

static int make_riscv(void **state)
{
	memset(head, 0, sizeof(head));
	put(8, 0x200000, 8);
	put(16, 2000000, 8);
	put(0x38, LINUX_IMAGE_MAGIC_RISCV, 4);
	return 0;
}

static int parse(uint32_t magic, struct linux_image_info *info)
{
	const char *why = NULL;
	int err = linux_image_parse(head, sizeof(head), FILE_BYTES, magic, info, &why);

	assert_int_equal(!err, !why);
	return err;
}

static void good(void **state)
{
	struct linux_image_info info;

	assert_int_equal(parse(LINUX_IMAGE_MAGIC_RISCV, &info), 0);
	assert_int_equal(info.memory_bytes, 2000000);
	assert_int_equal(parse(LINUX_IMAGE_MAGIC_ARM64, &info), -ENOEXEC);
	put(16, 10, 8);
	assert_int_equal(parse(LINUX_IMAGE_MAGIC_RISCV, &info), 0);
	assert_int_equal(info.memory_bytes, FILE_BYTES);
}

static void spoilt(void **state)
{
	struct linux_image_info info;
	const char *why;

	assert_int_equal(linux_image_parse(head, 63, FILE_BYTES, LINUX_IMAGE_MAGIC_RISCV, &info, &why), -ENOEXEC);
	put(16, 0, 8);
	assert_int_equal(parse(LINUX_IMAGE_MAGIC_RISCV, &info), -ENOEXEC);
	put(16, ~0ull, 8);
	assert_int_equal(parse(LINUX_IMAGE_MAGIC_RISCV, &info), -ENOEXEC);
	put(16, 2000000, 8);
	put(24, 1, 8);
	assert_int_equal(parse(LINUX_IMAGE_MAGIC_RISCV, &info), -ENOEXEC);
}

static int make_zboot(void **state)
{
	memset(head, 0, sizeof(head));
	memcpy(head, "MZ\0\0zimg", 8);
	put(8, 4096, 4);
	put(12, 500000, 4);
	memcpy(head + 24, "zstd22", 7);
	return 0;
}

static void zboot(void **state)
{
	struct zboot_info info;

	assert_int_equal(zboot_parse(head, sizeof(head), FILE_BYTES, &info), 0);
	assert_int_equal(info.payload_offset, 4096);
	assert_string_equal(info.compression, "zstd");
	assert_int_equal(zboot_parse(head, sizeof(head), 500000, &info), -ENOEXEC);
	put(8, 0xffffffff, 4);
	assert_int_equal(zboot_parse(head, sizeof(head), FILE_BYTES, &info), -ENOEXEC);
	put(8, 4096, 4);
	memcpy(head + 24, "brotli", 7);
	assert_int_equal(zboot_parse(head, sizeof(head), FILE_BYTES, &info), -ENOEXEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good, make_riscv),
		cmocka_unit_test_setup(spoilt, make_riscv),
		cmocka_unit_test_setup(zboot, make_zboot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
