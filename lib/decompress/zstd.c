// SPDX-License-Identifier: MIT
/*
 * zstd (RFC 8878): one frame, and those that follow it at once (pzstd, skippable frames); without dictionaries. Of our
 * own, since the library's decoder is several times as large.
 */
#include <lib/decompress/zstd.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/decompress/window.h>
#include <lib/decompress/xxh64.h>
#include <lib/string.h>

#define MAGIC		0xFD2FB528u
#define MAGIC_SKIPPABLE	0x184D2A50u	/* and the next 15 */
#define BLOCK_MAX	(128u << 10)
#define WINDOW_LOG_MAX	31

enum frame_flags { FRAME_DICTIONARY = 0x03, FRAME_CHECKSUM = 0x04, FRAME_RESERVED = 0x08, FRAME_SINGLE = 0x20 };
enum block_type { BLOCK_RAW, BLOCK_RLE, BLOCK_COMPRESSED };
enum literals_type { LITERALS_RAW, LITERALS_RLE, LITERALS_COMPRESSED, LITERALS_TREELESS };
enum table_mode { TABLE_PREDEFINED, TABLE_RLE, TABLE_FSE, TABLE_REPEAT };

/* The three codes of a sequence: their tables stand in this order. */
enum code { CODE_LITERALS, CODE_OFFSET, CODE_MATCH, CODES };

struct unzstd {
	struct decompress_job *job;
	struct window window;
	struct xxh64 sum;
	uint8_t frame_flags;
	uint32_t offsets[3];		/* the last ones */
	struct zstd_huffman huffman;
	struct zstd_fse tables[CODES];
	bool has_table[CODES];
	uint32_t base[CODES][64];	/* a code's least value; the length codes' */
	size_t nr_literals;
	uint8_t literals[BLOCK_MAX];
};

struct code_info {
	uint8_t log, log_max, symbols, predefined;
	int8_t probabilities[53];	/* the predefined ones */
	uint8_t bits[53];		/* more bits of a code's value; of an offset as many as its number */
};

static const struct code_info code_info[CODES] = {
	[CODE_LITERALS] = {
		.log = 6, .log_max = 9, .symbols = 36, .predefined = 36,
		.probabilities = { 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1,
			-1, -1, -1, -1 },
		.bits = { [16] = 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
	},
	[CODE_OFFSET] = {
		.log = 5, .log_max = 8, .symbols = 32, .predefined = 29,
		.probabilities = { 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1 },
	},
	[CODE_MATCH] = {
		.log = 6, .log_max = 9, .symbols = 53, .predefined = 53,
		.probabilities = { 1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
			1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1 },
		.bits = { [32] = 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
	},
};

static int damaged(struct unzstd *z)
{
	return decompress_damaged(z->job, "zstd data is damaged");
}

static int early(struct unzstd *z)
{
	return decompress_damaged(z->job, "zstd data ends too early");
}

/* Of bytes, little-endian; at most 8. */
static uint64_t number(const uint8_t *data, size_t size_bytes)
{
	uint64_t value = 0;

	memcpy(&value, data, size_bytes);
	return value;
}

/* --- literals ------------------------------------------------------------------------------------- */

/* Four streams have the sizes of the first three in front, and a quarter of the literals each. */
static bool huffman_streams(struct unzstd *z, const uint8_t *data, size_t size_bytes, bool four)
{
	size_t quarter = (z->nr_literals + 3) / 4, at = 6;

	if (!z->huffman.bits)
		return false;
	if (!four)
		return zstd_huffman_decode(&z->huffman, data, size_bytes, z->literals, z->nr_literals);
	if (size_bytes < at || 3 * quarter > z->nr_literals)
		return false;
	for (int i = 0; i < 4; i++) {
		size_t bytes = i < 3 ? number(data + 2 * i, 2) : size_bytes - at;

		if (bytes > size_bytes - at || !zstd_huffman_decode(&z->huffman, data + at, bytes, z->literals + i * quarter,
								    i < 3 ? quarter : z->nr_literals - 3 * quarter))
			return false;
		at += bytes;
	}
	return true;
}

static size_t packed_literals(struct unzstd *z, const uint8_t *data, size_t size_bytes)
{
	unsigned int format = *data >> 2 & 3, bits = format < 2 ? 10 : format * 4 + 6;
	size_t head = format < 2 ? 3 : format + 2, used = 0, bytes;
	uint64_t sizes;

	if (size_bytes < head)
		return 0;
	sizes = number(data, head) >> 4;
	z->nr_literals = sizes & ((1u << bits) - 1);
	bytes = sizes >> bits;
	if (bytes > size_bytes - head || z->nr_literals > BLOCK_MAX)
		return 0;
	if ((*data & 3) == LITERALS_COMPRESSED) {
		used = zstd_huffman_read(&z->huffman, data + head, bytes);
		if (!used)
			return 0;
	}
	return huffman_streams(z, data + head + used, bytes - used, format) ? head + bytes : 0;
}

/* Returns how many bytes the literals section has; 0: damaged. */
static size_t read_literals(struct unzstd *z, const uint8_t *data, size_t size_bytes)
{
	unsigned int type, format;
	size_t head, bytes;

	if (!size_bytes)
		return 0;
	type = *data & 3;
	if (type >= LITERALS_COMPRESSED)
		return packed_literals(z, data, size_bytes);
	format = *data >> 2 & 3;
	head = format & 1 ? (format + 3) / 2 : 1;
	if (size_bytes < head)
		return 0;
	z->nr_literals = number(data, head) >> (format & 1 ? 4 : 3);
	bytes = type == LITERALS_RLE ? 1 : z->nr_literals;
	if (bytes > size_bytes - head || z->nr_literals > BLOCK_MAX)
		return 0;
	if (type == LITERALS_RLE)
		memset(z->literals, data[head], z->nr_literals);
	else
		memcpy(z->literals, data + head, bytes);
	return head + bytes;
}

/* --- sequences ------------------------------------------------------------------------------------ */

static void make_predefined(struct zstd_fse *table, const struct code_info *info)
{
	int16_t probabilities[ARRAY_SIZE(info->probabilities)];

	for (size_t i = 0; i < info->predefined; i++)
		probabilities[i] = info->probabilities[i];
	zstd_fse_make(table, info->log, probabilities, info->predefined);
}

/* Returns behind the table's description, or NULL. */
static const uint8_t *read_table(struct unzstd *z, enum code code, enum table_mode mode, const uint8_t *at, const uint8_t *end)
{
	const struct code_info *info = &code_info[code];
	struct zstd_fse *table = &z->tables[code];
	size_t used;

	switch (mode) {
	case TABLE_PREDEFINED:
		make_predefined(table, info);
		break;
	case TABLE_RLE:
		if (at == end || *at >= info->symbols)
			return NULL;
		zstd_fse_make_single(table, *at++);
		break;
	case TABLE_FSE:
		used = zstd_fse_read(table, at, end - at, info->log_max, info->symbols);
		z->has_table[code] = used;
		if (!used)
			return NULL;
		at += used;
		break;
	case TABLE_REPEAT:
		return z->has_table[code] ? at : NULL;
	}
	z->has_table[code] = true;
	return at;
}

/* Of the last three offsets, or new. Returns 0 when it cannot be. */
static uint32_t take_offset(struct unzstd *z, uint32_t value, bool after_literals)
{
	uint32_t *last = z->offsets, offset, i;

	if (value > 3) {
		i = 2;
		offset = value - 3;
	} else {
		i = value - after_literals;
		offset = i < 3 ? last[i] : last[0] - 1;
		i = min(i, 2u);
	}
	for (; i; i--)
		last[i] = last[i - 1];
	return last[0] = offset;
}

/* What one sequence does; false: damaged. */
static bool sequence(struct unzstd *z, struct zstd_bits *b, const uint32_t state[CODES], size_t *literals_used)
{
	uint32_t code[CODES], offset, length, literals;

	for (int i = 0; i < CODES; i++)
		code[i] = z->tables[i].state[state[i]].symbol;
	offset = (1u << code[CODE_OFFSET]) + zstd_bits_read(b, code[CODE_OFFSET]);
	length = 3 + z->base[CODE_MATCH][code[CODE_MATCH]] + zstd_bits_read(b, code_info[CODE_MATCH].bits[code[CODE_MATCH]]);
	literals = z->base[CODE_LITERALS][code[CODE_LITERALS]] +
		zstd_bits_read(b, code_info[CODE_LITERALS].bits[code[CODE_LITERALS]]);
	if (zstd_bits_left(b) < 0 || literals > z->nr_literals - *literals_used)
		return false;
	window_copy(&z->window, z->literals + *literals_used, literals);
	*literals_used += literals;
	offset = take_offset(z, offset, literals);
	if (!window_has(&z->window, offset))
		return false;
	window_match(&z->window, offset, length);
	return true;
}

static bool run_sequences(struct unzstd *z, uint32_t nr, const uint8_t *data, size_t size_bytes, size_t *literals_used)
{
	uint64_t end = z->window.total + BLOCK_MAX;
	struct zstd_bits b;
	uint32_t state[CODES];

	if (!zstd_bits_open(&b, data, size_bytes))
		return false;
	for (int i = 0; i < CODES; i++)
		state[i] = zstd_bits_read(&b, z->tables[i].log);
	while (nr--) {
		if (!sequence(z, &b, state, literals_used) || z->window.total > end)
			return false;
		if (!nr)
			break;
		state[CODE_LITERALS] = zstd_fse_next(&z->tables[CODE_LITERALS], state[CODE_LITERALS], &b);
		state[CODE_MATCH] = zstd_fse_next(&z->tables[CODE_MATCH], state[CODE_MATCH], &b);
		state[CODE_OFFSET] = zstd_fse_next(&z->tables[CODE_OFFSET], state[CODE_OFFSET], &b);
	}
	return !zstd_bits_left(&b);
}

/* How many sequences there are, in one to three bytes. */
static const uint8_t *read_count(const uint8_t *at, const uint8_t *end, uint32_t *nr)
{
	size_t bytes = at == end || *at < 128 ? 1 : *at < 255 ? 2 : 3;

	if ((size_t)(end - at) < bytes)
		return NULL;
	*nr = bytes == 1 ? at[0] : bytes == 2 ? (at[0] - 128) << 8 | at[1] : number(at + 1, 2) + 0x7F00;
	return at + bytes;
}

static bool compressed_block(struct unzstd *z, const uint8_t *data, size_t size_bytes)
{
	const uint8_t *at = data, *end = data + size_bytes;
	size_t used = read_literals(z, data, size_bytes), literals_used = 0;
	uint8_t modes;
	uint32_t nr;

	at = used ? read_count(at + used, end, &nr) : NULL;
	if (!at)
		return false;
	if (nr) {
		if (at == end)
			return false;
		modes = *at++;
		for (int i = 0; i < CODES && at; i++)
			at = read_table(z, i, modes >> (6 - 2 * i) & 3, at, end);
		if (!at || modes & 3 || !run_sequences(z, nr, at, end - at, &literals_used))
			return false;
	} else if (at != end) {
		return false;
	}
	window_copy(&z->window, z->literals + literals_used, z->nr_literals - literals_used);
	return true;
}

/* --- frames --------------------------------------------------------------------------------------- */

static size_t left(const struct unzstd *z)
{
	return z->job->in_bytes - z->job->in_used;
}

static int output(void *context, const void *data, size_t bytes)
{
	struct unzstd *z = context;

	if (z->frame_flags & FRAME_CHECKSUM)
		xxh64_add(&z->sum, data, bytes);
	return z->job->output(z->job, data, bytes);
}

static int read_blocks(struct unzstd *z)
{
	uint32_t header = 0, bytes;
	bool fine = true;

	while (!(header & 1)) {
		const uint8_t *data = z->job->in + z->job->in_used + 3;
		enum block_type type;

		if (left(z) < 3)
			return early(z);
		header = number(data - 3, 3);
		type = header >> 1 & 3;
		bytes = type == BLOCK_RLE ? 1 : header >> 3;
		if (left(z) - 3 < bytes)
			return early(z);
		if (header >> 3 > BLOCK_MAX)
			return damaged(z);
		if (type == BLOCK_COMPRESSED)
			fine = compressed_block(z, data, bytes);
		else if (type == BLOCK_RAW)
			window_copy(&z->window, data, bytes);
		else for (uint32_t i = header >> 3; i && type == BLOCK_RLE; i--)
			window_put(&z->window, *data);
		if (z->window.err)
			return z->window.err;
		if (!fine || type > BLOCK_COMPRESSED)
			return damaged(z);
		z->job->in_used += 3 + bytes;
	}
	return window_flush(&z->window);
}

/* Blocks, and the checksum behind them. */
static int read_body(struct unzstd *z, uint64_t content_bytes)
{
	int err = read_blocks(z);

	if (err)
		return err;
	if (content_bytes != UINT64_MAX && content_bytes != z->window.total)
		return damaged(z);
	if (!(z->frame_flags & FRAME_CHECKSUM))
		return 0;
	if (left(z) < 4)
		return early(z);
	if (number(z->job->in + z->job->in_used, 4) != (uint32_t)xxh64_result(&z->sum))
		return decompress_damaged(z->job, "zstd checksum is wrong");
	z->job->in_used += 4;
	return 0;
}

static void begin_frame(struct unzstd *z)
{
	memset(&z->window, 0, sizeof(z->window));
	z->window.output = output;
	z->window.context = z;
	z->offsets[0] = 1;
	z->offsets[1] = 4;
	z->offsets[2] = 8;
	memset(z->has_table, 0, sizeof(z->has_table));
	z->huffman.bits = 0;
	xxh64_begin(&z->sum);
}

/* Window size, dictionary's number and content size stand in the header as its first byte says. */
static int decode_frame(struct unzstd *z)
{
	const uint8_t *at = z->job->in + z->job->in_used + 5;
	uint8_t flags = at[-1], size_class = flags >> 6, log = 0;
	bool single = flags & FRAME_SINGLE;
	size_t id_bytes = (1 << (flags & FRAME_DICTIONARY)) / 2, size_bytes = size_class || single ? 1 << size_class : 0;
	uint64_t content_bytes = UINT64_MAX, window_bytes = UINT64_MAX;
	int err;

	if (left(z) < 5 + !single + id_bytes + size_bytes)
		return early(z);
	if (flags & FRAME_RESERVED)
		return damaged(z);
	if (!single) {
		log = 10 + (*at >> 3);
		window_bytes = (8ull + (*at++ & 7)) << (log - 3);
	}
	if (log > WINDOW_LOG_MAX || number(at, id_bytes))
		return decompress_damaged(z->job, "zstd data with a dictionary or a huge window");
	at += id_bytes;
	if (size_bytes)
		content_bytes = number(at, size_bytes) + (size_bytes == 2 ? 256 : 0);
	z->job->in_used = at + size_bytes - z->job->in;
	z->frame_flags = flags;
	begin_frame(z);
	if (!window_create(&z->window, min(window_bytes, content_bytes)))
		return -ENOMEM;
	err = read_body(z, content_bytes);
	kvfree(z->window.bytes);
	return err;
}

static int skip_frame(struct unzstd *z)
{
	uint64_t bytes = 8 + number(z->job->in + z->job->in_used + 4, 4);

	if (bytes > left(z))
		return early(z);
	z->job->in_used += bytes;
	return 0;
}

static int decode_frames(struct unzstd *z)
{
	for (bool first = true;; first = false) {
		uint32_t magic = left(z) >= 4 ? number(z->job->in + z->job->in_used, 4) : 0;
		bool skippable = (magic & ~15u) == MAGIC_SKIPPABLE;
		int err;

		if (magic != MAGIC && !skippable)
			return first ? damaged(z) : 0;
		if (left(z) < (skippable ? 8 : 5))
			return early(z);
		err = skippable ? skip_frame(z) : decode_frame(z);
		if (err)
			return err;
	}
}

static int decode_zstd(struct decompress_job *job)
{
	struct unzstd *z = kvmalloc(sizeof(*z));
	int err;

	if (!z)
		return -ENOMEM;
	z->job = job;
	for (int code = 0; code < CODES; code++) {
		z->base[code][0] = 0;
		for (int i = 0; i < 52; i++)
			z->base[code][i + 1] = z->base[code][i] + (1u << code_info[code].bits[i]);
	}
	err = decode_frames(z);
	kvfree(z);
	return err;
}

const struct decompress_format decompress_zstd = {
	.name = "zstd",
	.magic = { 0x28, 0xB5, 0x2F, 0xFD },
	.magic_bytes = 4,
	.decode = decode_zstd,
};
