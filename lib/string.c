// SPDX-License-Identifier: MIT
/*
 * The C string functions, short and portable. The mem* ones move words; ports with better
 * instructions override them.
 */
#include <lib/string.h>

#include <asm/errno.h>

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen

/* An unaligned word; the compiler knows what the target can do in one access. */
struct word {
	uint64_t value;
} __packed __attribute__((may_alias));

__weak void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	uint8_t *d = dst;
	const uint8_t *s = src;

	for (; n >= sizeof(struct word); n -= sizeof(struct word)) {
		*(struct word *)d = *(const struct word *)s;
		d += sizeof(struct word);
		s += sizeof(struct word);
	}
	while (n--)
		*d++ = *s++;
	return dst;
}

__weak void *memmove(void *dst, const void *src, size_t n)
{
	uint8_t *d = dst;
	const uint8_t *s = src;

	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(dst, src, n);
	for (; n >= sizeof(struct word); n -= sizeof(struct word))
		*(struct word *)(d + n - sizeof(struct word)) =
			*(const struct word *)(s + n - sizeof(struct word));
	while (n--)
		d[n] = s[n];
	return dst;
}

__weak void *memset(void *dst, int c, size_t n)
{
	uint8_t *d = dst;
	struct word w = { (uint8_t)c * 0x0101010101010101ULL };

	for (; n >= sizeof(w); n -= sizeof(w)) {
		*(struct word *)d = w;
		d += sizeof(w);
	}
	while (n--)
		*d++ = (uint8_t)c;
	return dst;
}

__weak int memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;

	for (; n >= sizeof(struct word); n -= sizeof(struct word)) {
		if (((const struct word *)p)->value != ((const struct word *)q)->value)
			break;
		p += sizeof(struct word);
		q += sizeof(struct word);
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const uint8_t *p = s;

	for (; n; n--, p++)
		if (*p == (uint8_t)c)
			return (void *)p;
	return NULL;
}

const void *memchr_inv(const void *s, int c, size_t n)
{
	const uint8_t *p = s;
	struct word w = { (uint8_t)c * 0x0101010101010101ULL };

	while (n >= sizeof(w) && ((const struct word *)p)->value == w.value) {
		p += sizeof(w);
		n -= sizeof(w);
	}
	for (; n; n--, p++)
		if (*p != (uint8_t)c)
			return p;
	return NULL;
}

void memzero_explicit(void *s, size_t n)
{
	memset(s, 0, n);
	__asm__ volatile("" : : "r"(s) : "memory");
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return p - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (!*a || *a != *b)
			return (uint8_t)*a - (uint8_t)*b;
	return 0;
}

int strncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		int diff = to_lower((uint8_t)*a) - to_lower((uint8_t)*b);

		if (diff || !*a)
			return diff;
	}
	return 0;
}

int strcasecmp(const char *a, const char *b)
{
	return strncasecmp(a, b, SIZE_MAX);
}

char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)s;
}

char *strchr(const char *s, int c)
{
	char *p = strchrnul(s, c);

	return *p == (char)c ? p : NULL;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)last;
}

char *strstr(const char *haystack, const char *needle)
{
	size_t n = strlen(needle);

	for (;; haystack++) {
		if (!strncmp(haystack, needle, n))
			return (char *)haystack;
		if (!*haystack)
			return NULL;
	}
}

size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] && strchr(accept, s[n]))
		n++;
	return n;
}

size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !strchr(reject, s[n]))
		n++;
	return n;
}

char *strpbrk(const char *s, const char *accept)
{
	s += strcspn(s, accept);
	return *s ? (char *)s : NULL;
}

char *strsep(char **s, const char *delimiters)
{
	char *token = *s;

	if (!token)
		return NULL;
	*s = strpbrk(token, delimiters);
	if (*s)
		*(*s)++ = '\0';
	return token;
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (n < size) {
		memcpy(dst, src, n + 1);
		return n;
	}
	memcpy(dst, src, size - 1);
	dst[size - 1] = '\0';
	return -E2BIG;
}
