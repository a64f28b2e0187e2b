// SPDX-License-Identifier: MIT
/*
 * Both CRCs by nibbles: 16-entry tables, made by the compiler, are a good trade of size and speed
 * for the few kilobytes that are checked while booting.
 */
#include <lib/crc32.h>

/* One bit of the division, four times: the remainder of nibble n. */
#define STEP(poly, v)	(((v) >> 1) ^ ((v) & 1 ? (poly) : 0))
#define NIBBLE(poly, n)	STEP(poly, STEP(poly, STEP(poly, STEP(poly, (uint32_t)(n)))))
#define TABLE(poly) { \
	NIBBLE(poly, 0), NIBBLE(poly, 1), NIBBLE(poly, 2), NIBBLE(poly, 3), \
	NIBBLE(poly, 4), NIBBLE(poly, 5), NIBBLE(poly, 6), NIBBLE(poly, 7), \
	NIBBLE(poly, 8), NIBBLE(poly, 9), NIBBLE(poly, 10), NIBBLE(poly, 11), \
	NIBBLE(poly, 12), NIBBLE(poly, 13), NIBBLE(poly, 14), NIBBLE(poly, 15) }

static uint32_t update(const uint32_t *table, uint32_t crc, const void *data, size_t n)
{
	const uint8_t *p = data;

	crc = ~crc;
	for (; n; n--) {
		crc ^= *p++;
		crc = table[crc & 15] ^ crc >> 4;
		crc = table[crc & 15] ^ crc >> 4;
	}
	return ~crc;
}

uint32_t crc32(uint32_t crc, const void *data, size_t size_bytes)
{
	static const uint32_t table[16] = TABLE(0xEDB88320u);

	return update(table, crc, data, size_bytes);
}

uint32_t crc32c(uint32_t crc, const void *data, size_t size_bytes)
{
	static const uint32_t table[16] = TABLE(0x82F63B78u);

	return update(table, crc, data, size_bytes);
}
