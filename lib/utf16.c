// SPDX-License-Identifier: MIT
/* UTF-16 <-> UTF-8 (Unicode 15, chapter 3.9). */
#include <lib/utf16.h>

#include <asm/errno.h>

#define REPLACEMENT 0xFFFDu

static bool is_high(uint16_t u)
{
	return (u & 0xFC00) == 0xD800;
}

static bool is_low(uint16_t u)
{
	return (u & 0xFC00) == 0xDC00;
}

/* Writes c at out (4 bytes of room); returns its length. */
static size_t encode_utf8(char *out, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	if (n == 1) {
		out[0] = c;
		return 1;
	}
	for (size_t i = n; --i > 0; c >>= 6)
		out[i] = 0x80 | (c & 0x3F);
	out[0] = (0xF00 >> n & 0xF0) | c;
	return n;
}

ssize_t utf16_to_utf8(char *dst, size_t size, const uint16_t *src, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n && src[i]; i++) {
		uint32_t c = src[i];
		char bytes[4];
		size_t length;

		if (is_high(c) && i + 1 < n && is_low(src[i + 1]))
			c = 0x10000 + ((c & 0x3FF) << 10) + (src[++i] & 0x3FF);
		else if (is_high(c) || is_low(c))
			c = REPLACEMENT;
		length = encode_utf8(bytes, c);
		if (used + length >= size) {
			dst[used] = '\0';
			return -E2BIG;
		}
		for (size_t k = 0; k < length; k++)
			dst[used++] = bytes[k];
	}
	dst[used] = '\0';
	return used;
}

/* Reads one character; returns its length, or 0 when the bytes are not UTF-8. */
static size_t decode_utf8(const char *s, uint32_t *out)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = s[0];
	size_t n = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 :
		   first >> 3 == 30 ? 4 : 0;
	uint32_t c = n == 1 ? first : first & (0xFF >> (n + 1));

	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (n && (c < smallest[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)))
		return 0;
	*out = c;
	return n;
}

ssize_t utf8_to_utf16(uint16_t *dst, size_t n, const char *src)
{
	size_t used = 0;

	while (*src) {
		uint32_t c;
		size_t length = decode_utf8(src, &c);

		if (!length || used + (c > 0xFFFF) + 1 >= n) {
			dst[used] = 0;
			return length ? -E2BIG : -EILSEQ;
		}
		if (c > 0xFFFF) {
			dst[used++] = 0xD800 | (c - 0x10000) >> 10;
			c = 0xDC00 | (c & 0x3FF);
		}
		dst[used++] = c;
		src += length;
	}
	dst[used] = 0;
	return used;
}

size_t utf16_nlen(const uint16_t *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}
