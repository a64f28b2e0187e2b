// SPDX-License-Identifier: MIT
#include <lib/decompress/zstd.h>

#include <lib/string.h>

static int highest_bit(uint32_t value)
{
	return 31 - __builtin_clz(value);
}

/* --- bits ----------------------------------------------------------------------------------------- */

bool zstd_bits_open(struct zstd_bits *b, const uint8_t *data, size_t size_bytes)
{
	if (!size_bytes || !data[size_bytes - 1])
		return false;
	*b = (struct zstd_bits){ .start = data, .at = data + size_bytes - 1, .value = data[size_bytes - 1] };
	b->nr = highest_bit(b->value);
	return true;
}

/* Looks at the next bits: the lowest ones above those that stay. */
static uint32_t peek(struct zstd_bits *b, int nr)
{
	while (b->nr < nr) {
		b->value <<= 8;
		b->nr += 8;
		if (b->at > b->start)
			b->value |= *--b->at;
		else
			b->missing += 8;
	}
	return b->value >> (b->nr - nr) & ((1ull << nr) - 1);
}

uint32_t zstd_bits_read(struct zstd_bits *b, int nr)
{
	uint32_t value = peek(b, nr);

	b->nr -= nr;
	return value;
}

long zstd_bits_left(const struct zstd_bits *b)
{
	return (b->at - b->start) * 8 + b->nr - b->missing;
}

/* --- FSE ------------------------------------------------------------------------------------------ */

void zstd_fse_make(struct zstd_fse *table, int log, const int16_t *probabilities, int symbols)
{
	uint32_t size = 1u << log, high = size, at = 0, step = (size >> 1) + (size >> 3) + 3;
	uint16_t next[ZSTD_SYMBOLS];

	table->log = log;
	for (int s = 0; s < symbols; s++) {
		next[s] = probabilities[s];
		if (probabilities[s] < 0) {
			table->state[--high].symbol = s;
			next[s] = 1;
		}
	}
	for (int s = 0; s < symbols; s++)
		for (int i = 0; i < probabilities[s]; i++) {
			table->state[at].symbol = s;
			do
				at = (at + step) & (size - 1);
			while (at >= high);
		}
	for (uint32_t i = 0; i < size; i++) {
		uint32_t n = next[table->state[i].symbol]++;

		table->state[i].bits = log - highest_bit(n);
		table->state[i].base = (n << table->state[i].bits) - size;
	}
}

void zstd_fse_make_single(struct zstd_fse *table, uint8_t symbol)
{
	table->log = 0;
	table->state[0].symbol = symbol;
	table->state[0].bits = table->state[0].base = 0;
}

/* Here bits come from the data's start, the lowest first. nr <= 16. */
static uint32_t bits_at(const uint8_t *data, size_t size_bytes, size_t bit, int nr)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 3 && bit / 8 + i < size_bytes; i++)
		value |= (uint32_t)data[bit / 8 + i] << (8 * i);
	return value >> (bit & 7) & ((1u << nr) - 1);
}

size_t zstd_fse_read(struct zstd_fse *table, const uint8_t *data, size_t size_bytes, int log_max, int symbols_max)
{
	int log = 5 + bits_at(data, size_bytes, 0, 4), left = 1 << log, symbols = 0;
	int16_t probabilities[ZSTD_SYMBOLS];
	size_t bit = 4;

	if (log > log_max)
		return 0;
	while (left > 0 && symbols < symbols_max) {
		/* 0 to left + 1: the lower values, as many as are to spare, take a bit less. */
		int nr = highest_bit(left + 1) + 1, spare = (1 << nr) - 2 - left;
		int value = bits_at(data, size_bytes, bit, nr), low = value & ((1 << (nr - 1)) - 1);
		uint32_t zeroes;

		bit += nr;
		if (low < spare) {
			value = low;
			bit--;
		} else if (value != low) {
			value -= spare;
		}
		probabilities[symbols++] = value - 1;
		left -= value ? value - 1 : 1;
		for (zeroes = 3; value == 1 && zeroes == 3; bit += 2) {
			zeroes = bits_at(data, size_bytes, bit, 2);
			if (symbols + (int)zeroes > symbols_max)
				return 0;
			memset(probabilities + symbols, 0, zeroes * sizeof(*probabilities));
			symbols += zeroes;
		}
	}
	if (left || (bit + 7) / 8 > size_bytes)
		return 0;
	zstd_fse_make(table, log, probabilities, symbols);
	return (bit + 7) / 8;
}

/* --- Huffman -------------------------------------------------------------------------------------- */

/* Weights by two states in turn, until the bits are used up. Returns how many; 0: damaged. */
static int read_weights(uint8_t *weights, const uint8_t *data, size_t size_bytes)
{
	struct zstd_bits b;
	struct zstd_fse table;
	size_t used = zstd_fse_read(&table, data, size_bytes, ZSTD_WEIGHT_LOG, ZSTD_HUFFMAN_BITS + 2);
	uint32_t state[2];
	int nr = 0;

	if (!used || !zstd_bits_open(&b, data + used, size_bytes - used))
		return 0;
	state[0] = zstd_bits_read(&b, table.log);
	state[1] = zstd_bits_read(&b, table.log);
	while (zstd_bits_left(&b) >= 0 && nr < ZSTD_SYMBOLS - 2) {
		weights[nr] = table.state[state[nr & 1]].symbol;
		state[nr & 1] = zstd_fse_next(&table, state[nr & 1], &b);
		nr++;
	}
	/* The state that found no more bits is not used; the other has still a symbol. */
	if (zstd_bits_left(&b) >= 0)
		return 0;
	weights[nr] = table.state[state[nr & 1]].symbol;
	return nr + 1;
}

/* A weight is the number of codes' bits, counted from the longest on; 0: no code. The last one's is what is left. */
static bool make_codes(struct zstd_huffman *table, uint8_t *weights, int nr)
{
	uint32_t sum = 0, left, at = 0;

	for (int i = 0; i < nr; i++) {
		if (weights[i] > ZSTD_HUFFMAN_BITS)
			return false;
		sum += 1u << weights[i] >> 1;
	}
	if (!sum)
		return false;
	table->bits = highest_bit(sum) + 1;
	left = (1u << table->bits) - sum;
	if (table->bits > ZSTD_HUFFMAN_BITS || left & (left - 1))
		return false;
	weights[nr++] = highest_bit(left) + 1;
	for (int w = 1; w <= table->bits; w++)
		for (int s = 0; s < nr; s++)
			for (uint32_t n = weights[s] == w ? 1u << (w - 1) : 0; n; n--) {
				table->code[at].symbol = s;
				table->code[at++].bits = table->bits + 1 - w;
			}
	return true;
}

size_t zstd_huffman_read(struct zstd_huffman *table, const uint8_t *data, size_t size_bytes)
{
	uint8_t weights[ZSTD_SYMBOLS];
	size_t used;
	int nr;

	table->bits = 0;
	if (!size_bytes)
		return 0;
	if (*data >= 128) {
		nr = *data - 127;
		used = 1 + (nr + 1) / 2;
		if (used > size_bytes)
			return 0;
		for (int i = 0; i < nr; i++)
			weights[i] = data[1 + i / 2] >> (i & 1 ? 0 : 4) & 15;
	} else {
		used = 1 + *data;
		nr = used <= size_bytes ? read_weights(weights, data + 1, used - 1) : 0;
	}
	if (nr && make_codes(table, weights, nr))
		return used;
	table->bits = 0;
	return 0;
}

bool zstd_huffman_decode(const struct zstd_huffman *table, const uint8_t *data, size_t size_bytes, uint8_t *out, size_t out_bytes)
{
	struct zstd_bits b;

	if (!zstd_bits_open(&b, data, size_bytes))
		return false;
	while (out_bytes--) {
		uint32_t i = peek(&b, table->bits);

		*out++ = table->code[i].symbol;
		b.nr -= table->code[i].bits;
	}
	return !zstd_bits_left(&b);
}
