// SPDX-License-Identifier: MIT
/* Number parsing, checksums, UTF-16: published values and the edges. */
#include <asm/errno.h>
#include <lib/crc32.h>
#include <lib/parse.h>
#include <lib/utf16.h>
#include <lib/xxhash.h>
#include <test.h>

static void integers(void **state)
{
	uint64_t u;
	int64_t s;
	uint32_t w;
	int32_t i;

	assert_int_equal(parse_u64("18446744073709551615\n", 10, &u), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(parse_u64("18446744073709551616", 10, &u), -ERANGE);
	assert_int_equal(parse_u64("0x1F", 0, &u), 0);
	assert_int_equal(u, 31);
	assert_int_equal(parse_u64("0X1f", 16, &u), 0);
	assert_int_equal(parse_u64("017", 0, &u), 0);
	assert_int_equal(u, 15);
	assert_int_equal(parse_u64("0", 0, &u), 0);
	assert_int_equal(parse_u64("", 10, &u), -EINVAL);
	assert_int_equal(parse_u64("0x", 0, &u), -EINVAL);
	assert_int_equal(parse_u64("12a", 10, &u), -EINVAL);
	assert_int_equal(parse_u64("-1", 10, &u), -EINVAL);
	assert_int_equal(parse_u64("1\n\n", 10, &u), -EINVAL);
	assert_int_equal(parse_s64("-9223372036854775808", 10, &s), 0);
	assert_true(s == INT64_MIN);
	assert_int_equal(parse_s64("9223372036854775808", 10, &s), -ERANGE);
	assert_int_equal(parse_s64("-+1", 10, &s), -EINVAL);
	assert_int_equal(parse_u32("4294967296", 10, &w), -ERANGE);
	assert_int_equal(parse_s32("-2147483648", 10, &i), 0);
	assert_int_equal(parse_s32("2147483648", 10, &i), -ERANGE);
	assert_int_equal(parse_hex_fixed("0000FfAe", 8, &w), 0);
	assert_int_equal(w, 0xffae);
	assert_int_equal(parse_hex_fixed("0000 fae", 8, &w), -EINVAL);
}

static void sizes_and_flags(void **state)
{
	const char *s = "64M,next";
	uint64_t bytes;
	bool flag;

	assert_int_equal(parse_size_prefix(&s, &bytes), 0);
	assert_int_equal(bytes, 64 << 20);
	assert_string_equal(s, ",next");
	s = "0x10k";
	assert_int_equal(parse_size_prefix(&s, &bytes), 0);
	assert_int_equal(bytes, 16 << 10);
	s = "16E";
	assert_int_equal(parse_size_prefix(&s, &bytes), -ERANGE);
	s = "M";
	assert_int_equal(parse_size_prefix(&s, &bytes), -EINVAL);
	assert_int_equal(parse_bool("on", &flag), 0);
	assert_true(flag);
	assert_int_equal(parse_bool("N", &flag), 0);
	assert_false(flag);
	assert_int_equal(parse_bool("off", &flag), 0);
	assert_int_equal(parse_bool("o", &flag), -EINVAL);
	assert_int_equal(parse_bool("", &flag), -EINVAL);
}

static void checksums(void **state)
{
	uint8_t data[200];
	struct xxh64_state xxh;

	assert_int_equal(crc32_ieee(0, "123456789", 9), 0xCBF43926);
	assert_int_equal(crc32c(0, "123456789", 9), 0xE3069283);
	assert_true(xxh64("", 0, 0) == 0xEF46DB3751D8E999ULL);
	assert_true(xxh64("a", 1, 0) == 0xD24EC4F1A98C6E5BULL);
	assert_true(xxh64("abc", 3, 0) == 0x44BC2CF5AD770999ULL);
	assert_true(xxh64("123456789", 9, 0) == 0x8CB841DB40E6AE83ULL);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i * 7;
	for (size_t cut = 0; cut <= sizeof(data); cut++) {
		xxh64_init(&xxh, 5);
		xxh64_update(&xxh, data, cut);
		xxh64_update(&xxh, data + cut, sizeof(data) - cut);
		assert_true(xxh64_final(&xxh) == xxh64(data, sizeof(data), 5));
		assert_int_equal(crc32_ieee(crc32_ieee(0, data, cut), data + cut,
					    sizeof(data) - cut),
				 crc32_ieee(0, data, sizeof(data)));
	}
}

static void utf16(void **state)
{
	static const uint16_t text[] = { 'a', 0xE9, 0x20AC, 0xD83D, 0xDE00, 0 };
	static const uint16_t lone[] = { 0xD800, 'x', 0xDC00, 0 };
	uint16_t units[8];
	char bytes[16];

	assert_int_equal(utf16_to_utf8(bytes, sizeof(bytes), text, 6), 10);
	assert_string_equal(bytes, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
	assert_int_equal(utf8_to_utf16(units, 8, bytes), 5);
	assert_memory_equal(units, text, sizeof(text));
	assert_int_equal(utf16_to_utf8(bytes, 6, text, 6), -E2BIG);
	assert_string_equal(bytes, "a\xC3\xA9");
	utf16_to_utf8(bytes, sizeof(bytes), lone, 4);
	assert_string_equal(bytes, "\xEF\xBF\xBDx\xEF\xBF\xBD");
	assert_int_equal(utf8_to_utf16(units, 8, "\xC0\x80"), -EILSEQ);
	assert_int_equal(utf8_to_utf16(units, 8, "\xED\xA0\x80"), -EILSEQ);
	assert_int_equal(utf8_to_utf16(units, 8, "\xE2\x82"), -EILSEQ);
	assert_int_equal(utf8_to_utf16(units, 2, "ab"), -E2BIG);
	assert_int_equal(utf16_nlen(text, 3), 3);
	assert_int_equal(utf16_nlen(text, 30), 5);
}

TEST_MAIN(cmocka_unit_test(integers), cmocka_unit_test(sizes_and_flags),
	  cmocka_unit_test(checksums), cmocka_unit_test(utf16))
