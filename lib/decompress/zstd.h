/* SPDX-License-Identifier: MIT */
/* The entropy coders of zstd (RFC 8878, section 4): FSE and Huffman, both read from the end of their data backwards. */
#pragma once

#include <lib/compiler.h>

enum {
	ZSTD_SYMBOLS = 256,
	ZSTD_HUFFMAN_BITS = 11,		/* of a code, at most */
	ZSTD_WEIGHT_LOG = 6,		/* accuracy of the weights' table, at most */
	ZSTD_TABLE_LOG = 9,		/* of any FSE table */
};

/* Bits from the end of data towards its start; zeroes before that. */
struct zstd_bits {
	const uint8_t *start, *at;
	uint64_t value;
	int nr, missing;		/* bits in value; how many of them were not in the data */
};

/* The last byte's highest bit says where the bits begin: false when there is none. */
bool zstd_bits_open(struct zstd_bits *b, const uint8_t *data, size_t size_bytes);
/* At most 32. */
uint32_t zstd_bits_read(struct zstd_bits *b, int nr);
/* How many are left; negative: so many were read that were not there. */
long zstd_bits_left(const struct zstd_bits *b);

struct zstd_fse {
	uint8_t log;
	struct { uint16_t base; uint8_t bits, symbol; } state[1 << ZSTD_TABLE_LOG];
};

/* Probabilities out of 1 << log; -1: less than one. */
void zstd_fse_make(struct zstd_fse *table, int log, const int16_t *probabilities, int symbols);
void zstd_fse_make_single(struct zstd_fse *table, uint8_t symbol);
/* A table's description, of a log and a number of symbols no more than these. Its size; 0: damaged. */
size_t zstd_fse_read(struct zstd_fse *table, const uint8_t *data, size_t size_bytes, int log_max, int symbols_max);
static inline uint32_t zstd_fse_next(const struct zstd_fse *table, uint32_t state, struct zstd_bits *b)
{
	return table->state[state].base + zstd_bits_read(b, table->state[state].bits);
}

struct zstd_huffman {
	uint8_t bits;			/* of the longest code; 0: there is no table */
	struct { uint8_t symbol, bits; } code[1 << ZSTD_HUFFMAN_BITS];
};

/* As zstd_fse_read(). */
size_t zstd_huffman_read(struct zstd_huffman *table, const uint8_t *data, size_t size_bytes);
/* false: damaged. */
bool zstd_huffman_decode(const struct zstd_huffman *table, const uint8_t *data, size_t size_bytes, uint8_t *out, size_t out_bytes);
