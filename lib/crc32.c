// SPDX-License-Identifier: MIT
/*
 * Both CRCs, eight bytes at a step. The tables are made when first used: 16 KiB of noise would be
 * a lot in a compressed image.
 */
#include <lib/crc32.h>

#include <lib/atomic.h>
#include <lib/string.h>

struct table {
	uint32_t of[8][256];	/* of[k][b]: the remainder of byte b followed by k zero bytes */
	bool is_made;
};

static void make(struct table *table, uint32_t poly)
{
	for (unsigned int b = 0; b < 256; b++) {
		uint32_t crc = b;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? poly : 0);
		table->of[0][b] = crc;
	}
	for (unsigned int k = 1; k < 8; k++)
		for (unsigned int b = 0; b < 256; b++) {
			uint32_t crc = table->of[k - 1][b];

			table->of[k][b] = table->of[0][crc & 0xFF] ^ crc >> 8;
		}
	/* Two CPUs may both make it: they write the same values. */
	atomic_store(&table->is_made, true);
}

static uint32_t update(struct table *table, uint32_t poly, uint32_t crc, const void *data, size_t n)
{
	const uint32_t (*of)[256] = table->of;
	const uint8_t *p = data;

	if (!atomic_load(&table->is_made))
		make(table, poly);
	crc = ~crc;
	for (; n >= 8; n -= 8, p += 8) {
		uint64_t v;

		memcpy(&v, p, sizeof(v));
		v ^= crc;
		crc = of[7][v & 0xFF] ^ of[6][v >> 8 & 0xFF] ^ of[5][v >> 16 & 0xFF] ^
		      of[4][v >> 24 & 0xFF] ^ of[3][v >> 32 & 0xFF] ^ of[2][v >> 40 & 0xFF] ^
		      of[1][v >> 48 & 0xFF] ^ of[0][v >> 56];
	}
	while (n--)
		crc = of[0][(crc ^ *p++) & 0xFF] ^ crc >> 8;
	return ~crc;
}

uint32_t crc32_ieee(uint32_t crc, const void *data, size_t size_bytes)
{
	static struct table table;

	return update(&table, 0xEDB88320u, crc, data, size_bytes);
}

uint32_t crc32c(uint32_t crc, const void *data, size_t size_bytes)
{
	static struct table table;

	return update(&table, 0x82F63B78u, crc, data, size_bytes);
}
