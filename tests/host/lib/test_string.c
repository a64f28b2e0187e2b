// SPDX-License-Identifier: MIT
/* String functions against the C library's, over random short inputs. */
#include <asm/errno.h>
#include <lib/string.h>
#include <test.h>

void *k_memcpy(void *dst, const void *src, size_t n);
void *k_memmove(void *dst, const void *src, size_t n);
void *k_memset(void *dst, int c, size_t n);
int k_memcmp(const void *a, const void *b, size_t n);
void *k_memchr(const void *s, int c, size_t n);
size_t k_strlen(const char *s);
size_t k_strnlen(const char *s, size_t max);
int k_strcmp(const char *a, const char *b);
int k_strncmp(const char *a, const char *b, size_t n);
int k_strcasecmp(const char *a, const char *b);
int k_strncasecmp(const char *a, const char *b, size_t n);
char *k_strchr(const char *s, int c);
char *k_strchrnul(const char *s, int c);
char *k_strrchr(const char *s, int c);
char *k_strstr(const char *haystack, const char *needle);
size_t k_strspn(const char *s, const char *accept);
size_t k_strcspn(const char *s, const char *reject);
char *k_strpbrk(const char *s, const char *accept);
char *k_strsep(char **s, const char *delimiters);

#define ROUNDS 2000

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

/* A short string of few different characters, so that matches are common. */
static void random_string(char *s, size_t max)
{
	size_t n = rand() % max;

	for (size_t i = 0; i < n; i++)
		s[i] = "abAB\xE9"[rand() % 5];
	s[n] = '\0';
}

static void memory(void **state)
{
	unsigned char a[96], b[96];

	for (int round = 0; round < ROUNDS; round++) {
		size_t from = rand() % 32, to = rand() % 32, n = rand() % 64;

		for (size_t i = 0; i < sizeof(a); i++)
			a[i] = b[i] = rand() % 3;
		assert_ptr_equal(k_memmove(a + to, a + from, n), a + to);
		memmove(b + to, b + from, n);
		assert_memory_equal(a, b, sizeof(a));
		assert_int_equal(sign(k_memcmp(a + from, a + to, n)),
				 sign(memcmp(a + from, a + to, n)));
		assert_ptr_equal(k_memchr(a + from, 2, n), memchr(a + from, 2, n));
		k_memset(a + to, 0x1A5, n);
		memset(b + to, 0x1A5, n);
		assert_memory_equal(a, b, sizeof(a));
		assert_null(memchr_inv(a + to, 0xA5, n));
		if (n) {
			a[to + n / 2] = 0;
			assert_ptr_equal(memchr_inv(a + to, 0xA5, n), a + to + n / 2);
		}
		k_memcpy(b, a, sizeof(a));
		assert_memory_equal(a, b, sizeof(a));
	}
}

static void strings(void **state)
{
	char a[24], b[6];

	for (int round = 0; round < ROUNDS; round++) {
		size_t n = rand() % 20;

		random_string(a, sizeof(a));
		random_string(b, sizeof(b));
		assert_int_equal(k_strlen(a), strlen(a));
		assert_int_equal(k_strnlen(a, n), strnlen(a, n));
		assert_int_equal(sign(k_strcmp(a, b)), sign(strcmp(a, b)));
		assert_int_equal(sign(k_strncmp(a, b, n)), sign(strncmp(a, b, n)));
		assert_int_equal(sign(k_strncasecmp(a, b, n)), sign(strncasecmp(a, b, n)));
		assert_int_equal(sign(k_strcasecmp(a, b)), sign(strcasecmp(a, b)));
		assert_ptr_equal(k_strchr(a, 'a'), strchr(a, 'a'));
		assert_ptr_equal(k_strchr(a, 0), strchr(a, 0));
		assert_ptr_equal(k_strchrnul(a, 'B'), strchrnul(a, 'B'));
		assert_ptr_equal(k_strrchr(a, 'a'), strrchr(a, 'a'));
		assert_ptr_equal(k_strrchr(a, '\xE9'), strrchr(a, '\xE9'));
		assert_ptr_equal(k_strstr(a, b), strstr(a, b));
		assert_int_equal(k_strspn(a, b), strspn(a, b));
		assert_int_equal(k_strcspn(a, b), strcspn(a, b));
		assert_ptr_equal(k_strpbrk(a, b), strpbrk(a, b));
	}
}

static void separate(void **state)
{
	char text[] = "a,,b;c", *s = text;

	assert_string_equal(k_strsep(&s, ",;"), "a");
	assert_string_equal(k_strsep(&s, ",;"), "");
	assert_string_equal(k_strsep(&s, ",;"), "b");
	assert_string_equal(k_strsep(&s, ",;"), "c");
	assert_null(k_strsep(&s, ",;"));
}

static void bounded_copy(void **state)
{
	char buf[4];

	assert_int_equal(strscpy(buf, "abc", sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "abcd", sizeof(buf)), -E2BIG);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "", 1), 0);
	assert_int_equal(strscpy(buf, "x", 0), -E2BIG);
}

TEST_MAIN(cmocka_unit_test(memory), cmocka_unit_test(strings), cmocka_unit_test(separate),
	  cmocka_unit_test(bounded_copy))
