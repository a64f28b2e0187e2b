// SPDX-License-Identifier: MIT
/*
 * bzip2, one stream. Of our own, since the library's decoder is several times as large. A stream is
 * blocks that are coded apart, and undone here from the outside in:
 *
 *	Huffman codes, the table changing every 50 symbols -> runs of zeroes -> move to front
 *	-> Burrows-Wheeler transform -> runs of four to 259 equal bytes
 *
 * As in Linux, blocks with the "randomised" bit of the first version are refused.
 */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>

#define BLOCK_MAGIC	0x314159265359ull
#define END_MAGIC	0x177245385090ull
#define CRC_POLY	0x04C11DB7u	/* most significant bit first */
#define LEVEL_BYTES	100000u		/* of block for each step of the compression level */
#define MAX_TABLES	6
#define MAX_SELECTORS	18002u		/* more are skipped, as bzip2 itself does */
#define MAX_SYMBOLS	258
#define MAX_CODE_BITS	20
#define GROUP_SYMBOLS	50
#define RUN_B		1		/* symbols 0 and 1 are the digits of a run's length */

/* A canonical code: values of each length are consecutive. */
struct table {
	uint32_t limit[MAX_CODE_BITS + 2];	/* first value beyond the codes of a length */
	uint32_t base[MAX_CODE_BITS + 2];	/* value - base = index in symbol[] */
	uint16_t symbol[MAX_SYMBOLS];
};

struct bunzip {
	struct decompress_job *job;
	uint64_t bits;
	unsigned int nr_bits;
	const char *error;

	uint8_t selectors[MAX_SELECTORS];
	unsigned int nr_selectors;
	struct table tables[MAX_TABLES];
	uint8_t front[256];		/* the move-to-front list: bytes in use */
	unsigned int nr_used;

	uint32_t *block;		/* low byte: data; above: link of the transform */
	unsigned int block_bytes, block_max, origin;
	uint32_t crc_table[256];
	uint32_t crc;			/* of the block */
	uint8_t *out;
	unsigned int out_bytes;
};

static int damaged(struct bunzip *b, const char *error)
{
	if (!b->error)
		b->error = error;
	return -EINVAL;
}

/* n <= 32. Zeroes behind the end, where b->error is set. */
static uint32_t get_bits(struct bunzip *b, unsigned int n)
{
	while (b->nr_bits < n) {
		b->bits <<= 8;
		if (b->job->in_used < b->job->in_bytes)
			b->bits |= b->job->in[b->job->in_used++];
		else
			damaged(b, "bzip2 data ends too early");
		b->nr_bits += 8;
	}
	b->nr_bits -= n;
	return b->bits >> b->nr_bits & ((1ull << n) - 1);
}

/* Two levels of bits say which bytes occur in the block. */
static void read_used_bytes(struct bunzip *b)
{
	uint32_t rows = get_bits(b, 16);

	b->nr_used = 0;
	for (unsigned int row = 0; row < 16; row++) {
		uint32_t columns = rows & (0x8000 >> row) ? get_bits(b, 16) : 0;

		for (unsigned int column = 0; column < 16; column++)
			if (columns & (0x8000 >> column))
				b->front[b->nr_used++] = row * 16 + column;
	}
}

/* Takes list[i] to the front. */
static uint8_t move_to_front(uint8_t *list, unsigned int i)
{
	uint8_t value = list[i];

	memmove(list + 1, list, i);
	return list[0] = value;
}

/* Which table each group of symbols uses; move-to-front numbers in unary. */
static int read_selectors(struct bunzip *b, unsigned int nr_tables)
{
	uint8_t order[MAX_TABLES] = { 0, 1, 2, 3, 4, 5 };
	unsigned int count = get_bits(b, 15);

	for (unsigned int i = 0; i < count; i++) {
		unsigned int n = 0;

		while (get_bits(b, 1))
			if (++n >= nr_tables)
				return damaged(b, "bzip2 data is damaged");
		n = move_to_front(order, n);
		if (i < MAX_SELECTORS)
			b->selectors[i] = n;
	}
	b->nr_selectors = min(count, MAX_SELECTORS);
	return 0;
}

static void build_table(struct table *table, const uint8_t *lengths, unsigned int nr_symbols)
{
	uint32_t code = 0;
	unsigned int index = 0;

	for (unsigned int bits = 1; bits <= MAX_CODE_BITS; bits++) {
		table->base[bits] = code - index;
		for (unsigned int i = 0; i < nr_symbols; i++)
			if (lengths[i] == bits)
				table->symbol[index++] = i;
		code = table->base[bits] + index;
		table->limit[bits] = code;
		code <<= 1;
	}
}

/* Code lengths, each as the difference to the one before. */
static int read_table(struct bunzip *b, struct table *table)
{
	unsigned int nr_symbols = b->nr_used + 2, bits = get_bits(b, 5);
	uint8_t lengths[MAX_SYMBOLS];

	for (unsigned int i = 0; i < nr_symbols; i++) {
		while (bits && bits <= MAX_CODE_BITS && get_bits(b, 1))
			bits += get_bits(b, 1) ? -1 : 1;
		if (!bits || bits > MAX_CODE_BITS)
			return damaged(b, "bzip2 data is damaged");
		lengths[i] = bits;
	}
	build_table(table, lengths, nr_symbols);
	return 0;
}

static unsigned int read_symbol(struct bunzip *b, const struct table *table)
{
	uint32_t code = 0;

	for (unsigned int bits = 1; bits <= MAX_CODE_BITS; bits++) {
		code = code << 1 | get_bits(b, 1);
		if (code < table->limit[bits] && code - table->base[bits] < MAX_SYMBOLS)
			return table->symbol[code - table->base[bits]];
	}
	damaged(b, "bzip2 data is damaged");
	return 0;
}

static int read_block_header(struct bunzip *b)
{
	unsigned int nr_tables;

	if (get_bits(b, 1))
		return damaged(b, "bzip2 data of version 0.9.0");
	b->origin = get_bits(b, 24);
	read_used_bytes(b);
	nr_tables = get_bits(b, 3);
	if (!b->nr_used || nr_tables < 2 || nr_tables > MAX_TABLES || read_selectors(b, nr_tables))
		return damaged(b, "bzip2 data is damaged");
	for (unsigned int i = 0; i < nr_tables; i++)
		if (read_table(b, &b->tables[i]))
			return -EINVAL;
	return 0;
}

/* Appends n times the byte. */
static int put_run(struct bunzip *b, uint8_t byte, uint32_t n)
{
	if (n > b->block_max - b->block_bytes)
		return damaged(b, "bzip2 block is too long");
	while (n--)
		b->block[b->block_bytes++] = byte;
	return 0;
}

/* Symbols to bytes, as far as the end-of-block symbol. */
static int read_symbols(struct bunzip *b)
{
	const unsigned int end_of_block = b->nr_used + 1;
	uint32_t run = 0, digit = 1;

	b->block_bytes = 0;
	for (unsigned int n = 0;; n++) {
		unsigned int symbol;

		if (n / GROUP_SYMBOLS >= b->nr_selectors)
			return damaged(b, "bzip2 data is damaged");
		symbol = read_symbol(b, &b->tables[b->selectors[n / GROUP_SYMBOLS]]);
		if (b->error)
			return -EINVAL;
		if (symbol <= RUN_B) {
			if (digit > b->block_max)
				return damaged(b, "bzip2 block is too long");
			run += digit << symbol;
			digit <<= 1;
			continue;
		}
		if (put_run(b, b->front[0], run))
			return -EINVAL;
		run = 0;
		digit = 1;
		if (symbol == end_of_block)
			return 0;
		if (put_run(b, move_to_front(b->front, symbol - 1), 1))
			return -EINVAL;
	}
}

/* Links each byte to the one that follows it in the original text. */
static int undo_transform(struct bunzip *b)
{
	uint32_t start[256] = { 0 }, sum = 0;

	if (b->origin >= b->block_bytes)
		return damaged(b, "bzip2 data is damaged");
	for (unsigned int i = 0; i < b->block_bytes; i++)
		start[b->block[i]]++;
	for (unsigned int i = 0; i < 256; i++) {
		sum += start[i];
		start[i] = sum - start[i];
	}
	for (unsigned int i = 0; i < b->block_bytes; i++)
		b->block[start[(uint8_t)b->block[i]]++] |= i << 8;
	return 0;
}

static int flush(struct bunzip *b)
{
	unsigned int n = b->out_bytes;

	b->out_bytes = 0;
	return n ? b->job->output(b->job, b->out, n) : 0;
}

static int put_bytes(struct bunzip *b, uint8_t byte, unsigned int n)
{
	for (; n; n--) {
		int err;

		b->crc = b->crc << 8 ^ b->crc_table[b->crc >> 24 ^ byte];
		b->out[b->out_bytes++] = byte;
		err = b->out_bytes == DECOMPRESS_CHUNK_BYTES ? flush(b) : 0;
		if (err)
			return err;
	}
	return 0;
}

/* Follows the links; after four equal bytes comes how many more there are. */
static int put_block(struct bunzip *b)
{
	uint32_t at = b->block[b->origin] >> 8;
	unsigned int equal = 0;
	int last = -1, err = 0;

	b->crc = ~0u;
	for (unsigned int n = b->block_bytes; n && !err; n--) {
		uint8_t byte = b->block[at];

		at = b->block[at] >> 8;
		if (equal == 4) {
			err = put_bytes(b, last, byte);
			equal = 0;
			last = -1;
			continue;
		}
		equal = byte == last ? equal + 1 : 1;
		last = byte;
		err = put_bytes(b, byte, 1);
	}
	b->crc = ~b->crc;
	return err;
}

static int read_block(struct bunzip *b)
{
	uint32_t crc = get_bits(b, 32);
	int err = read_block_header(b);

	if (!err)
		err = read_symbols(b);
	if (!err)
		err = undo_transform(b);
	if (!err)
		err = put_block(b);
	if (!err && crc != b->crc)
		err = damaged(b, "bzip2 checksum is wrong");
	return err;
}

static int read_stream(struct bunzip *b)
{
	uint32_t crc = 0;
	int err;

	for (;;) {
		uint64_t magic = (uint64_t)get_bits(b, 24) << 24;

		magic |= get_bits(b, 24);
		if (b->error || magic != BLOCK_MAGIC) {
			if (magic == END_MAGIC && get_bits(b, 32) == crc && !b->error)
				return flush(b);
			return damaged(b, "bzip2 data is damaged");
		}
		err = read_block(b);
		if (err)
			return err;
		crc = (crc << 1 | crc >> 31) ^ b->crc;
	}
}

static void make_crc_table(uint32_t *table)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte << 24;

		for (int bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 ? CRC_POLY : 0);
		table[byte] = crc;
	}
}

static int decode_bzip2(struct decompress_job *job)
{
	struct bunzip *b;
	unsigned int level;
	int err = -ENOMEM;

	job->in_used = 3;		/* "BZh" */
	level = job->in_bytes > 3 ? job->in[job->in_used++] - '0' : 0;
	if (level < 1 || level > 9)
		return decompress_damaged(job, "bzip2 header is damaged");
	b = kvmalloc(sizeof(*b));
	if (!b)
		return err;
	memset(b, 0, sizeof(*b));
	b->job = job;
	b->block_max = level * LEVEL_BYTES;
	b->block = kvmalloc(b->block_max * sizeof(*b->block));
	b->out = kvmalloc(DECOMPRESS_CHUNK_BYTES);
	if (b->block && b->out) {
		make_crc_table(b->crc_table);
		err = read_stream(b);
	}
	job->error = b->error;
	kvfree(b->block);
	kvfree(b->out);
	kvfree(b);
	return err;
}

const struct decompress_format decompress_bzip2 = {
	.name = "bzip2",
	.magic = { 'B', 'Z', 'h' },
	.magic_bytes = 3,
	.decode = decode_bzip2,
};
