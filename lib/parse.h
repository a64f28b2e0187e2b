/* SPDX-License-Identifier: MIT */
/*
 * Numbers out of text. The text comes from outside: overflow, signs and rubbish are errors.
 */
#pragma once

#include <lib/compiler.h>

/*
 * Reads an unsigned number of the given base (0: by its 0x or 0 prefix, 2 to 36 else) at *s and
 * moves *s behind it. -EINVAL: no digit there; -ERANGE: more than 64 bits.
 */
int __must_check parse_u64_prefix(const char **s, unsigned int base, uint64_t *out);

/* The whole string is the number, one newline at the end allowed (as sysfs and proc files have). */
int __must_check parse_u64(const char *s, unsigned int base, uint64_t *out);
int __must_check parse_s64(const char *s, unsigned int base, int64_t *out);
int __must_check parse_u32(const char *s, unsigned int base, uint32_t *out);
int __must_check parse_s32(const char *s, unsigned int base, int32_t *out);

/* 0/1, y/n, on/off, t/f as Linux's kstrtobool takes them. */
int __must_check parse_bool(const char *s, bool *out);

/* A number with an optional K, M, G, T, P, E suffix ("64M"), *s moves behind it. */
int __must_check parse_size_prefix(const char **s, uint64_t *out_bytes);

/* Exactly n hex digits (n <= 8), no prefix: cpio headers. -EINVAL on anything else. */
int __must_check parse_hex_fixed(const char *s, size_t n, uint32_t *out);

/* Value of a hex digit, -1 if it is none. */
int hex_digit(char c);
