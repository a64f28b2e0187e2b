// SPDX-License-Identifier: MIT
/* bzImage headers: a made-up good one, each field spoilt. */
#include <asm/errno.h>
#include <kexec/bzimage.h>
#include <test.h>

#define FILE_BYTES 100000

static uint8_t head[4096];

static void put(size_t offset, uint64_t value, size_t bytes)
{
	memcpy(head + offset, &value, bytes);
}

static int make_good(void **state)
{
	memset(head, 0, sizeof(head));
	head[0x1f1] = 3;
	put(0x1fe, 0xAA55, 2);
	head[0x201] = 0x68;
	memcpy(head + 0x202, "HdrS", 4);
	put(0x206, 0x20f, 2);
	head[0x211] = 1;
	put(0x22c, 0x7fffffff, 4);
	put(0x230, 0x200000, 4);
	head[0x234] = 1;
	head[0x236] = 0x2b;
	put(0x238, 2047, 4);
	put(0x258, 0x1000000, 8);
	put(0x260, 0x2345678, 4);
	return 0;
}

static int parse(struct bzimage_info *info)
{
	const char *why;
	int err = bzimage_parse(head, sizeof(head), FILE_BYTES, info, &why);

	assert_int_equal(!err, !why);
	return err;
}

static void good(void **state)
{
	struct bzimage_info info;

	assert_int_equal(parse(&info), 0);
	assert_int_equal(info.setup_bytes, 2048);
	assert_int_equal(info.kernel_bytes, FILE_BYTES - 2048);
	assert_int_equal(info.init_bytes, 0x2346000);
	assert_int_equal(info.align, 0x200000);
	assert_int_equal(info.preferred, 0x1000000);
	assert_int_equal(info.cmdline_max, 2047);
	assert_int_equal(info.header_bytes, 0x26a - 0x1f1);
	assert_true(info.is_relocatable);
	head[0x1f1] = 0;
	assert_int_equal(parse(&info), 0);
	assert_int_equal(info.setup_bytes, 5 * 512);
}

static void spoilt(void **state)
{
	static const struct { size_t offset, bytes; uint64_t value; } changes[] = {
		{ 0x1fe, 2, 0 }, { 0x202, 4, 0 }, { 0x206, 2, 0x20b }, { 0x211, 1, 0 },
		{ 0x236, 1, 2 }, { 0x236, 1, 1 }, { 0x230, 4, 0x201000 }, { 0x230, 4, 1u << 31 },
		{ 0x260, 4, UINT32_MAX }, { 0x1f1, 1, 255 },
	};
	struct bzimage_info info;
	const char *why;

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		make_good(state);
		put(changes[i].offset, changes[i].value, changes[i].bytes);
		assert_int_equal(parse(&info), -ENOEXEC);
	}
	make_good(state);
	for (size_t n = 0; n < 0x26a; n++)
		assert_int_equal(bzimage_parse(head, n, n, &info, &why), -ENOEXEC);
}

TEST_MAIN(cmocka_unit_test_setup(good, make_good), cmocka_unit_test_setup(spoilt, make_good))
