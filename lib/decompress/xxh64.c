// SPDX-License-Identifier: MIT
#include <lib/decompress/xxh64.h>

#include <lib/string.h>

#define P1	0x9E3779B185EBCA87ull
#define P2	0xC2B2AE3D27D4EB4Full
#define P3	0x165667B19E3779F9ull
#define P4	0x85EBCA77C2B2AE63ull
#define P5	0x27D4EB2F165667C5ull

static uint64_t rotate(uint64_t value, int bits)
{
	return value << bits | value >> (64 - bits);
}

static uint64_t mix(uint64_t lane, uint64_t input)
{
	return rotate(lane + input * P2, 31) * P1;
}

static uint64_t load(const uint8_t *data)
{
	uint64_t value;

	memcpy(&value, data, sizeof(value));
	return value;
}

void xxh64_begin(struct xxh64 *x)
{
	*x = (struct xxh64){ .lanes = { P1 + P2, P2, 0, -P1 } };
}

static void stripe(struct xxh64 *x, const uint8_t *data)
{
	for (int i = 0; i < 4; i++)
		x->lanes[i] = mix(x->lanes[i], load(data + 8 * i));
}

void xxh64_add(struct xxh64 *x, const uint8_t *data, size_t size_bytes)
{
	size_t kept = x->total % sizeof(x->kept);

	x->total += size_bytes;
	while (kept + size_bytes >= sizeof(x->kept)) {
		size_t n = sizeof(x->kept) - kept;

		memcpy(x->kept + kept, data, n);
		stripe(x, x->kept);
		data += n;
		size_bytes -= n;
		kept = 0;
	}
	memcpy(x->kept + kept, data, size_bytes);
}

uint64_t xxh64_result(const struct xxh64 *x)
{
	const uint8_t *at = x->kept, *end = at + x->total % sizeof(x->kept);
	const uint64_t *v = x->lanes;
	uint64_t h = P5;
	uint32_t word;

	if (x->total >= sizeof(x->kept)) {
		h = rotate(v[0], 1) + rotate(v[1], 7) + rotate(v[2], 12) + rotate(v[3], 18);
		for (int i = 0; i < 4; i++)
			h = (h ^ mix(0, v[i])) * P1 + P4;
	}
	h += x->total;
	for (; end - at >= 8; at += 8)
		h = rotate(h ^ mix(0, load(at)), 27) * P1 + P4;
	if (end - at >= 4) {
		memcpy(&word, at, sizeof(word));
		h = rotate(h ^ word * P1, 23) * P2 + P3;
		at += 4;
	}
	for (; at < end; at++)
		h = rotate(h ^ *at * P5, 11) * P1;
	h = (h ^ h >> 33) * P2;
	h = (h ^ h >> 29) * P3;
	return h ^ h >> 32;
}
