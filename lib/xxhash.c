// SPDX-License-Identifier: MIT
/* XXH64 as its specification describes it: four lanes over 32-byte stripes, then an avalanche. */
#include <lib/xxhash.h>

#include <lib/string.h>

#define PRIME1	0x9E3779B185EBCA87ULL
#define PRIME2	0xC2B2AE3D27D4EB4FULL
#define PRIME3	0x165667B19E3779F9ULL
#define PRIME4	0x85EBCA77C2B2AE63ULL
#define PRIME5	0x27D4EB2F165667C5ULL

#define STRIPE_BYTES 32

/* All four ports are little-endian, as the digest is. */
static uint64_t read64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t read32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t rotl(uint64_t v, unsigned int n)
{
	return v << n | v >> (64 - n);
}

static uint64_t round64(uint64_t acc, uint64_t input)
{
	return rotl(acc + input * PRIME2, 31) * PRIME1;
}

static void init_lanes(uint64_t acc[4], uint64_t seed)
{
	acc[0] = seed + PRIME1 + PRIME2;
	acc[1] = seed + PRIME2;
	acc[2] = seed;
	acc[3] = seed - PRIME1;
}

/* Where words may not lie anywhere, the compiler reads them by bytes unless it knows that they are aligned. */
static inline __attribute__((always_inline)) const uint8_t *stripes(uint64_t acc[4], const uint8_t *p, size_t n,
								     bool aligned)
{
	uint64_t a = acc[0], b = acc[1], c = acc[2], d = acc[3];

	for (; n >= STRIPE_BYTES; n -= STRIPE_BYTES, p += STRIPE_BYTES) {
		const uint8_t *at = aligned ? __builtin_assume_aligned(p, 8) : p;

		a = round64(a, read64(at));
		b = round64(b, read64(at + 8));
		c = round64(c, read64(at + 16));
		d = round64(d, read64(at + 24));
	}
	acc[0] = a;
	acc[1] = b;
	acc[2] = c;
	acc[3] = d;
	return p;
}

/* Consumes whole stripes; returns what is left of p. */
static const uint8_t *eat_stripes(uint64_t acc[4], const uint8_t *p, size_t n)
{
	return (uintptr_t)p % 8 ? stripes(acc, p, n, false) : stripes(acc, p, n, true);
}

static uint64_t finish(uint64_t h, const uint8_t *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8)
		h = rotl(h ^ round64(0, read64(p)), 27) * PRIME1 + PRIME4;
	if (n >= 4) {
		h = rotl(h ^ read32(p) * PRIME1, 23) * PRIME2 + PRIME3;
		n -= 4;
		p += 4;
	}
	for (; n; n--, p++)
		h = rotl(h ^ *p * PRIME5, 11) * PRIME1;
	h = (h ^ h >> 33) * PRIME2;
	h = (h ^ h >> 29) * PRIME3;
	return h ^ h >> 32;
}

static uint64_t merge_lanes(const uint64_t acc[4])
{
	uint64_t h = rotl(acc[0], 1) + rotl(acc[1], 7) + rotl(acc[2], 12) + rotl(acc[3], 18);

	for (int i = 0; i < 4; i++)
		h = (h ^ round64(0, acc[i])) * PRIME1 + PRIME4;
	return h;
}

void xxh64_init(struct xxh64_state *state, uint64_t seed)
{
	*state = (struct xxh64_state){ .seed = seed };
	init_lanes(state->acc, seed);
}

void xxh64_update(struct xxh64_state *state, const void *data, size_t n)
{
	const uint8_t *p = data;

	state->total_bytes += n;
	if (state->buffered_bytes) {
		size_t take = min(n, (size_t)(STRIPE_BYTES - state->buffered_bytes));

		memcpy(state->buf + state->buffered_bytes, p, take);
		state->buffered_bytes += take;
		p += take;
		n -= take;
		if (state->buffered_bytes < STRIPE_BYTES)
			return;
		eat_stripes(state->acc, state->buf, STRIPE_BYTES);
	}
	p = eat_stripes(state->acc, p, n);
	state->buffered_bytes = n % STRIPE_BYTES;
	memcpy(state->buf, p, state->buffered_bytes);
}

uint64_t xxh64_final(const struct xxh64_state *state)
{
	uint64_t h = state->total_bytes < STRIPE_BYTES ? state->seed + PRIME5
						       : merge_lanes(state->acc);

	return finish(h + state->total_bytes, state->buf, state->buffered_bytes);
}

uint64_t xxh64(const void *data, size_t size_bytes, uint64_t seed)
{
	struct xxh64_state state;

	xxh64_init(&state, seed);
	xxh64_update(&state, data, size_bytes);
	return xxh64_final(&state);
}
