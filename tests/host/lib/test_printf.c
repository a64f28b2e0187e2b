// SPDX-License-Identifier: MIT
/* Formatted output against the C library's. */
#include <lib/printf.h>
#include <test.h>

int k_snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

#define SAME(...) \
	do { \
		char ours[256], theirs[256]; \
		int n = k_snprintf(ours, sizeof(ours), __VA_ARGS__); \
		assert_int_equal(n, snprintf(theirs, sizeof(theirs), __VA_ARGS__)); \
		assert_string_equal(ours, theirs); \
	} while (0)

static void integers(void **state)
{
	static const long values[] = { 0, 1, -1, 42, -42, 0x7FFFFFFF, INT_MIN, LONG_MAX, LONG_MIN };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		long v = values[i];

		SAME("%d %i %u %x %X %o", (int)v, (int)v, (int)v, (int)v, (int)v, (int)v);
		SAME("%ld %lu %lx %zd %lld %llx", v, v, v, v, (long long)v, (long long)v);
		SAME("%hhd %hhu %hd %hu", (signed char)v, (unsigned char)v, (short)v,
		     (unsigned short)v);
		SAME("[%8d] [%-8d] [%08d] [%+d] [% d] [%.5d] [%8.5d]", (int)v, (int)v, (int)v,
		     (int)v, (int)v, (int)v, (int)v);
		SAME("[%#x] [%#lx] [%#12x] [%#012x] [%-#12x] [%#o]", (int)v, v, (int)v, (int)v,
		     (int)v, (int)v);
		SAME("[%*d] [%-*d] [%.*d]", 9, (int)v, 9, (int)v, 4, (int)v);
		SAME("[%*d]", -9, (int)v);
	}
}

static void texts(void **state)
{
	SAME("%s|%10s|%-10s|%.2s|%5.1s|%.*s", "abc", "abc", "abc", "abc", "abc", 2, "abc");
	SAME("%c|%3c|%-3c|%%", 'x', 'y', 'z');
	SAME("%40s", "padding longer than one piece");
	SAME("no conversion");
	SAME("%s", "");
}

static void pointers(void **state)
{
	char buf[32];

	k_snprintf(buf, sizeof(buf), "%p", (void *)0x1234abcd);
	assert_string_equal(buf, "0x000000001234abcd");
	k_snprintf(buf, sizeof(buf), "%s", (char *)NULL);
	assert_string_equal(buf, "(null)");
}

static void limits(void **state)
{
	char buf[8] = "xxxxxxx";

	assert_int_equal(k_snprintf(buf, 4, "%d", 123456), 6);
	assert_string_equal(buf, "123");
	assert_int_equal(k_snprintf(buf, 1, "abc"), 3);
	assert_string_equal(buf, "");
	assert_int_equal(k_snprintf(NULL, 0, "abc"), 3);
	assert_int_equal(scnprintf(buf, 4, "abcdef"), 3);
	assert_int_equal(scnprintf(buf, 4, "ab"), 2);
	assert_int_equal(scnprintf(buf, 0, "ab"), 0);
}

TEST_MAIN(cmocka_unit_test(integers), cmocka_unit_test(texts), cmocka_unit_test(pointers),
	  cmocka_unit_test(limits))
