// SPDX-License-Identifier: MIT
/*
 * LZMA (the LZMA specification in 7-Zip's SDK), and the .lzma container. Of our own, since the library's decoder, which
 * may stop anywhere in its input, is several times as large.
 */
#include <lib/decompress/lzma.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>

#define HEADER_BYTES	13		/* of a .lzma file */
#define DICT_MIN	4096u
#define RANGE_BYTES	5
#define LENGTH_MIN	2
#define SLOT_SPECIAL	4		/* from here on distances have more bits: modelled ones */
#define SLOT_DIRECT	14		/* and from here on plain ones */
#define ALIGN_BITS	4

/* --- range decoder -------------------------------------------------------------------------------- */

static void normalize(struct lzma *z)
{
	uint8_t next = 0;

	if (z->range >> 24)
		return;
	if (z->in < z->end)
		next = *z->in++;
	else
		z->overrun = true;
	z->range <<= 8;
	z->code = z->code << 8 | next;
}

static unsigned int bit(struct lzma *z, uint16_t *probability)
{
	uint32_t bound;

	normalize(z);
	bound = (z->range >> 11) * *probability;
	if (z->code < bound) {
		z->range = bound;
		*probability += (2048 - *probability) >> 5;
		return 0;
	}
	z->range -= bound;
	z->code -= bound;
	*probability -= *probability >> 5;
	return 1;
}

static uint32_t plain_bits(struct lzma *z, unsigned int nr)
{
	uint32_t value = 0;

	while (nr--) {
		normalize(z);
		z->range >>= 1;
		value <<= 1;
		if (z->code >= z->range) {
			z->code -= z->range;
			value |= 1;
		}
	}
	return value;
}

static unsigned int tree(struct lzma *z, uint16_t *probabilities, unsigned int nr)
{
	unsigned int node = 1;

	for (unsigned int i = 0; i < nr; i++)
		node = node << 1 | bit(z, probabilities + node);
	return node - (1u << nr);
}

/* The lowest bit first. */
static unsigned int reverse_tree(struct lzma *z, uint16_t *probabilities, unsigned int nr)
{
	unsigned int node = 1, value = 0;

	for (unsigned int i = 0; i < nr; i++) {
		unsigned int b = bit(z, probabilities + node);

		node = node << 1 | b;
		value |= b << i;
	}
	return value;
}

/* --- symbols -------------------------------------------------------------------------------------- */

static uint8_t literal(struct lzma *z)
{
	const struct window *w = &z->window;
	unsigned int before = w->total ? window_byte(w, 1) : 0, node = 1, side = 0x100, like;
	uint16_t *probabilities = z->model.literal[(w->total & z->literal_mask) << z->literal_bits |
						   before >> (8 - z->literal_bits)];

	if (z->state < 7)
		return tree(z, probabilities, 8);
	/* Behind a match: as long as it is like the byte that the match would have gone on with, that one helps. */
	like = window_byte(w, z->distance[0] + 1ul);
	while (node < 0x100) {
		unsigned int b;

		like <<= 1;
		b = bit(z, probabilities + side + (like & side) + node);
		node = node << 1 | b;
		side &= b ? like : ~like;
	}
	return node;
}

static unsigned int match_length(struct lzma *z, struct lzma_lengths *l, unsigned int position)
{
	if (!bit(z, &l->choice))
		return LENGTH_MIN + tree(z, l->low[position], 3);
	if (!bit(z, &l->choice2))
		return LENGTH_MIN + 8 + tree(z, l->mid[position], 3);
	return LENGTH_MIN + 16 + tree(z, l->high, 8);
}

static uint32_t match_distance(struct lzma *z, unsigned int length)
{
	unsigned int slot = tree(z, z->model.slot[min(length - LENGTH_MIN, 3u)], 6), bits = slot / 2 - 1;
	uint32_t distance;

	if (slot < SLOT_SPECIAL)
		return slot;
	distance = (2 | (slot & 1)) << bits;
	if (slot < SLOT_DIRECT)
		return distance + reverse_tree(z, z->model.special + distance - slot, bits);
	distance += plain_bits(z, bits - ALIGN_BITS) << ALIGN_BITS;
	return distance + reverse_tree(z, z->model.align, ALIGN_BITS);
}

/* Another one of the last distances becomes the last. */
static void repeat_distance(struct lzma *z)
{
	unsigned int i = 1;
	uint32_t distance;

	if (bit(z, &z->model.rep1[z->state]))
		i = 2 + bit(z, &z->model.rep2[z->state]);
	distance = z->distance[i];
	memmove(z->distance + 1, z->distance, i * sizeof(distance));
	z->distance[0] = distance;
}

/* Sets the distance; returns the length. */
static unsigned int match(struct lzma *z, unsigned int position)
{
	struct lzma_model *m = &z->model;
	unsigned int state = z->state, length;

	if (!bit(z, &m->rep[state])) {
		memmove(z->distance + 1, z->distance, 3 * sizeof(z->distance[0]));
		length = match_length(z, &m->match_length, position);
		z->distance[0] = match_distance(z, length);
		z->state = state < 7 ? 7 : 10;
		return length;
	}
	if (bit(z, &m->rep0[state])) {
		repeat_distance(z);
	} else if (!bit(z, &m->rep0_long[state][position])) {
		z->state = state < 7 ? 9 : 11;
		return 1;
	}
	z->state = state < 7 ? 8 : 11;
	return match_length(z, &m->rep_length, position);
}

/* A literal, or a match of at most so many bytes; false: *result tells why not. */
static bool symbol(struct lzma *z, uint64_t most, enum lzma_result *result)
{
	struct window *w = &z->window;
	unsigned int position = w->total & z->position_mask, length;
	uint8_t byte;

	*result = LZMA_DAMAGED;
	if (!bit(z, &z->model.match[z->state][position])) {
		byte = literal(z);
		if (z->overrun)
			return false;
		z->state = z->state < 4 ? 0 : z->state < 10 ? z->state - 3 : z->state - 6;
		window_put(w, byte);
		return true;
	}
	length = match(z, position);
	if (z->overrun)
		return false;
	if (z->distance[0] == UINT32_MAX)
		*result = LZMA_MARKER;
	else if (length <= most && window_has(w, z->distance[0] + 1ul))
		window_match(w, z->distance[0] + 1ul, length);
	else
		return false;
	return *result == LZMA_DAMAGED;
}

enum lzma_result lzma_decode(struct lzma *z, uint64_t bytes)
{
	uint64_t end = z->window.total + bytes;
	enum lzma_result result;

	while (z->window.total != end && !z->window.err)
		if (!symbol(z, end - z->window.total, &result))
			return result;
	return LZMA_DONE;
}

bool lzma_end(struct lzma *z)
{
	normalize(z);
	return !z->code && !z->overrun;
}

/* --- setting up ----------------------------------------------------------------------------------- */

struct lzma *lzma_create(uint64_t dict_bytes)
{
	struct lzma *z = kvmalloc(sizeof(*z));

	if (!z)
		return NULL;
	memset(z, 0, sizeof(*z));
	if (window_create(&z->window, max(dict_bytes, (uint64_t)DICT_MIN)))
		return z;
	kvfree(z);
	return NULL;
}

void lzma_free(struct lzma *z)
{
	if (z)
		kvfree(z->window.bytes);
	kvfree(z);
}

bool lzma_set_properties(struct lzma *z, uint8_t properties)
{
	unsigned int literal_bits = properties % 9, literal_position_bits = properties / 9 % 5;

	if (properties >= 9 * 5 * 5 || literal_bits + literal_position_bits > 4)
		return false;
	z->literal_bits = literal_bits;
	z->literal_mask = (1u << literal_position_bits) - 1;
	z->position_mask = (1u << properties / 45) - 1;
	return true;
}

void lzma_reset(struct lzma *z)
{
	uint16_t *probabilities = (uint16_t *)&z->model;

	for (size_t i = 0; i < sizeof(z->model) / sizeof(*probabilities); i++)
		probabilities[i] = 1024;
	z->state = 0;
	memset(z->distance, 0, sizeof(z->distance));
}

bool lzma_begin(struct lzma *z)
{
	if (z->end - z->in < RANGE_BYTES || *z->in++)
		return false;
	z->range = UINT32_MAX;
	memcpy(&z->code, z->in, sizeof(z->code));
	z->code = __builtin_bswap32(z->code);
	z->in += RANGE_BYTES - 1;
	return true;
}

/* --- .lzma ---------------------------------------------------------------------------------------- */

/* Where the size is known a marker may stand as well. */
static bool marker_follows(struct lzma *z)
{
	unsigned int position = z->window.total & z->position_mask;

	return bit(z, &z->model.match[z->state][position]) && match(z, position) && z->distance[0] == UINT32_MAX;
}

static int decode_stream(struct decompress_job *job, struct lzma *z, uint64_t bytes)
{
	enum lzma_result result;
	bool ended;
	int err;

	lzma_reset(z);
	if (!lzma_begin(z))
		return decompress_damaged(job, "lzma data is damaged");
	result = lzma_decode(z, bytes);
	err = window_flush(&z->window);
	if (err)
		return err;
	ended = result == LZMA_MARKER || (result == LZMA_DONE && (lzma_end(z) || marker_follows(z)));
	if (ended && lzma_end(z))
		return 0;
	return decompress_damaged(job, z->overrun ? "lzma data ends too early" : "lzma data is damaged");
}

static int decode_lzma(struct decompress_job *job)
{
	uint32_t dict_bytes;
	uint64_t bytes;
	struct lzma *z;
	int err;

	if (job->in_bytes < HEADER_BYTES)
		return decompress_damaged(job, "lzma data ends too early");
	memcpy(&dict_bytes, job->in + 1, sizeof(dict_bytes));
	memcpy(&bytes, job->in + 5, sizeof(bytes));
	z = lzma_create(dict_bytes);
	if (!z)
		return -ENOMEM;
	window_set_job(&z->window, job);
	z->in = job->in + HEADER_BYTES;
	z->end = job->in + job->in_bytes;
	if (lzma_set_properties(z, job->in[0]))
		err = decode_stream(job, z, bytes);
	else
		err = decompress_damaged(job, "lzma header is damaged");
	job->in_used = z->in - job->in;
	lzma_free(z);
	return err;
}

/* The container has no magic number; these are the usual properties byte and a dictionary's 0. */
const struct decompress_format decompress_lzma = {
	.name = "lzma",
	.magic = { 0x5D, 0x00 },
	.magic_bytes = 2,
	.decode = decode_lzma,
};
