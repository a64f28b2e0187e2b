/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions, with the meaning they have in C and POSIX where the name is
 * theirs. The mem* functions are weak: a port may bring faster ones.
 */
#pragma once

#include <lib/compiler.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);

/* First byte that is not c, or NULL when all are. */
const void *memchr_inv(const void *s, int c, size_t n);

/* memset to 0 that is not optimised away: keys and seeds. */
void memzero_explicit(void *s, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strchrnul(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *haystack, const char *needle);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strsep(char **s, const char *delimiters);

/*
 * Copies src with its NUL into dst of size bytes, cut if need be; dst is always terminated unless
 * size is 0. Returns the length copied, or -E2BIG when it was cut.
 */
ssize_t strscpy(char *dst, const char *src, size_t size);

static inline bool str_starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static inline bool is_digit(int c) { return c >= '0' && c <= '9'; }
static inline bool is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline bool is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static inline bool is_lower(int c) { return c >= 'a' && c <= 'z'; }
static inline bool is_alpha(int c) { return is_upper(c & ~0x20); }
static inline bool is_alnum(int c) { return is_alpha(c) || is_digit(c); }
static inline bool is_print(int c) { return c >= 0x20 && c < 0x7f; }
static inline int to_lower(int c) { return is_upper(c) ? c + 0x20 : c; }
static inline int to_upper(int c) { return is_lower(c) ? c - 0x20 : c; }

/* -ffreestanding turns the builtins off; this lets short constant copies become plain moves. */
#if !__STDC_HOSTED__
#define memcpy(dst, src, n)	__builtin_memcpy(dst, src, n)
#define memmove(dst, src, n)	__builtin_memmove(dst, src, n)
#define memset(dst, c, n)	__builtin_memset(dst, c, n)
#define memcmp(a, b, n)		__builtin_memcmp(a, b, n)
#define strlen(s)		__builtin_strlen(s)
#endif
