/* SPDX-License-Identifier: MIT */
/* UTF-16 of EFI and FAT to and from UTF-8. Lone surrogates become U+FFFD. */
#pragma once

#include <lib/compiler.h>

/*
 * Converts up to n units, stopping at a 0 unit. dst is always terminated (size > 0); returns the
 * bytes written without the NUL, or -E2BIG when it did not fit (whole characters are kept).
 */
ssize_t utf16_to_utf8(char *dst, size_t size, const uint16_t *src, size_t n);

/* As above, the other way; sizes in units, always terminated. -EILSEQ: src is not UTF-8. */
ssize_t utf8_to_utf16(uint16_t *dst, size_t n, const char *src);

/* Units before the 0 unit, at most max. */
size_t utf16_nlen(const uint16_t *s, size_t max);
