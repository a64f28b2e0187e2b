// SPDX-License-Identifier: MIT
/* Command lines: words, quotes, values, the same by both functions. */
#include <lib/cmdline.h>
#include <test.h>

static void words(void **state)
{
	char line[] = "  quiet console=ttyS0,115200 \"a b\"=c d=\"e f\" \"g=h i\" j==k \"\" --\tx ";
	static const char *const expected[][2] = {
		{ "quiet", NULL }, { "console", "ttyS0,115200" }, { "a b\"", "c" },
		{ "d", "e f" },	   { "g", "h i" },		  { "j", "=k" },
		{ "", NULL },	   { "--", NULL },		  { "x", NULL },
	};
	char *p = line, *key, *value;

	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_true(cmdline_next(&p, &key, &value));
		assert_string_equal(key, expected[i][0]);
		if (expected[i][1])
			assert_string_equal(value, expected[i][1]);
		else
			assert_null(value);
	}
	assert_false(cmdline_next(&p, &key, &value));
}

static void names(void **state)
{
	assert_true(cmdline_key_equal("a-b_c", "a_b-c"));
	assert_false(cmdline_key_equal("a", "ab"));
	assert_false(cmdline_key_equal("ab", "a"));
}

static void lookup(void **state)
{
	static const char line[] = "mem=1G nokaslr x=\"a b\" \"y=c d\" mem=2G m-n=5 -- mem=3G z";
	char buf[8];

	assert_true(cmdline_find(line, "mem", buf, sizeof(buf)));
	assert_string_equal(buf, "2G");
	assert_true(cmdline_find(line, "nokaslr", buf, sizeof(buf)));
	assert_string_equal(buf, "");
	assert_true(cmdline_find(line, "x", buf, sizeof(buf)));
	assert_string_equal(buf, "a b");
	assert_true(cmdline_find(line, "y", buf, sizeof(buf)));
	assert_string_equal(buf, "c d");
	assert_true(cmdline_find(line, "m_n", buf, sizeof(buf)));
	assert_false(cmdline_find(line, "z", buf, sizeof(buf)));
	assert_false(cmdline_find(line, "me", buf, sizeof(buf)));
	assert_false(cmdline_find("", "me", buf, sizeof(buf)));
	assert_false(cmdline_find("\"", "me", buf, sizeof(buf)));
	assert_true(cmdline_find("key=0123456789", "key", buf, sizeof(buf)));
	assert_string_equal(buf, "0123456");
}

TEST_MAIN(cmocka_unit_test(words), cmocka_unit_test(names), cmocka_unit_test(lookup))
