// SPDX-License-Identifier: MIT
/*
 * .xz (xz file format 1.2), the first stream: blocks of LZMA2 chunks, then an index of the blocks. What LZMA2 unpacks
 * goes through the block's filters. SHA-256 checks are not verified.
 */
#include <lib/decompress/lzma.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/crc32.h>
#include <lib/decompress/xz_filter.h>
#include <lib/string.h>

#define HEADER_BYTES	12		/* of the stream; magic, flags, CRC-32 */
#define FOOTER_BYTES	12		/* CRC-32, size of the index, flags, magic */
#define MAGIC_BYTES	6
#define FILTER_LZMA2	0x21
#define CHECK_CRC32	1
#define CHECK_CRC64	4

enum block_flags { BLOCK_FILTERS = 0x03, BLOCK_RESERVED = 0x3c, BLOCK_PACKED_SIZE = 0x40, BLOCK_SIZE = 0x80 };

/* Of an LZMA2 chunk. What is not LZMA is not packed. */
enum chunk {
	CHUNK_END = 0, CHUNK_RESET_DICT = 1, CHUNK_PLAIN = 2,
	CHUNK_LZMA = 0x80, CHUNK_RESET_STATE = 0xa0, CHUNK_PROPERTIES = 0xc0, CHUNK_RESET_ALL = 0xe0,
};

struct xz {
	struct xz_taker taker;
	struct decompress_job *job;
	const uint8_t *in, *end;
	uint8_t check;

	/* Of the block: */
	struct lzma *lzma;
	struct xz_filter *filters;
	uint64_t bytes, crc;

	/* Of all blocks, and what the index says of them: */
	struct xz_sums { uint64_t blocks; uint32_t sizes_crc; } seen, told;
};

/* Polynomial of ECMA-182, reflected (xz file format, section 6). */
#define CRC64_POLY 0xC96C5795D7870F42ULL

static uint64_t crc64_table[256];
static bool crc64_table_is_made;

static void make_crc64_table(void)
{
	for (unsigned int b = 0; b < 256; b++) {
		uint64_t crc = b;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CRC64_POLY : 0);
		crc64_table[b] = crc;
	}
	/* Two CPUs may both make it: they write the same values. */
	atomic_store(&crc64_table_is_made, true);
}

static uint64_t crc64(uint64_t crc, const uint8_t *buf, size_t size)
{
	if (!atomic_load(&crc64_table_is_made))
		make_crc64_table();
	crc = ~crc;
	while (size--)
		crc = crc64_table[(uint8_t)(crc ^ *buf++)] ^ crc >> 8;
	return ~crc;
}

/* --- reading -------------------------------------------------------------------------------------- */

static int early(struct xz *xz)
{
	return decompress_damaged(xz->job, "xz data ends too early");
}

static int damaged(struct xz *xz)
{
	return decompress_damaged(xz->job, "xz data is damaged");
}

static int unknown_filter(struct xz *xz)
{
	return decompress_damaged(xz->job, "xz data uses an unknown filter");
}

static bool has(const struct xz *xz, size_t bytes)
{
	return (size_t)(xz->end - xz->in) >= bytes;
}

/* Whether the CRC-32 of so many bytes stands behind them. */
static bool crc_is_right(const uint8_t *data, size_t bytes)
{
	uint32_t crc;

	memcpy(&crc, data + bytes, sizeof(crc));
	return crc == crc32_ieee(0, data, bytes);
}

/* Seven bits in each byte, the lowest first. Returns behind it, or NULL. */
static const uint8_t *number(const uint8_t *at, const uint8_t *end, uint64_t *value)
{
	*value = 0;
	for (unsigned int shift = 0; shift < 63 && at < end; shift += 7) {
		uint8_t byte = *at++;

		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return byte || !shift ? at : NULL;
	}
	return NULL;
}

/* Zeroes up to a multiple of four bytes from start. */
static int padding(struct xz *xz, const uint8_t *start)
{
	while ((xz->in - start) & 3) {
		if (!has(xz, 1))
			return early(xz);
		if (*xz->in++)
			return damaged(xz);
	}
	return 0;
}

static void add_sizes(struct xz_sums *sums, uint64_t packed, uint64_t unpacked)
{
	uint64_t sizes[] = { packed, unpacked };

	sums->blocks++;
	sums->sizes_crc = crc32_ieee(sums->sizes_crc, sizes, sizeof(sizes));
}

/* --- output --------------------------------------------------------------------------------------- */

static int take(struct xz_taker *taker, const uint8_t *data, size_t bytes)
{
	struct xz *xz = container_of(taker, struct xz, taker);

	xz->bytes += bytes;
	if (xz->check == CHECK_CRC32)
		xz->crc = crc32_ieee(xz->crc, data, bytes);
	else if (xz->check == CHECK_CRC64)
		xz->crc = crc64(xz->crc, data, bytes);
	return xz->job->output(xz->job, data, bytes);
}

static int unpacked(void *context, const void *data, size_t bytes)
{
	struct xz *xz = context;

	return xz->filters ? xz_filter_feed(xz->filters, data, bytes) : take(&xz->taker, data, bytes);
}

/* --- LZMA2 ---------------------------------------------------------------------------------------- */

static int plain_chunk(struct xz *xz)
{
	size_t bytes;

	if (!has(xz, 2))
		return early(xz);
	bytes = (xz->in[0] << 8 | xz->in[1]) + 1;
	xz->in += 2;
	if (!has(xz, bytes))
		return early(xz);
	window_copy(&xz->lzma->window, xz->in, bytes);
	xz->in += bytes;
	return xz->lzma->window.err;
}

static int lzma_chunk(struct xz *xz, uint8_t control)
{
	struct lzma *z = xz->lzma;
	bool properties = control >= CHUNK_PROPERTIES;
	enum lzma_result result;
	size_t packed, bytes;

	if (!has(xz, 4 + properties))
		return early(xz);
	bytes = ((control & 0x1f) << 16 | xz->in[0] << 8 | xz->in[1]) + 1;
	packed = (xz->in[2] << 8 | xz->in[3]) + 1;
	xz->in += 4;
	if (properties && !lzma_set_properties(z, *xz->in++))
		return damaged(xz);
	if (!has(xz, packed))
		return early(xz);
	if (control >= CHUNK_RESET_STATE)
		lzma_reset(z);
	z->in = xz->in;
	z->end = xz->in += packed;
	if (!lzma_begin(z))
		return damaged(xz);
	result = lzma_decode(z, bytes);
	if (z->window.err)
		return z->window.err;
	return result == LZMA_DONE && lzma_end(z) && z->in == z->end ? 0 : damaged(xz);
}

static int chunks(struct xz *xz)
{
	uint8_t least = CHUNK_PROPERTIES;	/* of the next LZMA chunk: what it has to set */
	bool has_dict = false;

	for (;;) {
		uint8_t control;
		int err;

		if (!has(xz, 1))
			return early(xz);
		control = *xz->in++;
		if (control == CHUNK_END)
			return window_flush(&xz->lzma->window);
		if (control == CHUNK_RESET_DICT || control >= CHUNK_RESET_ALL) {
			err = window_flush(&xz->lzma->window);
			if (err)
				return err;
			xz->lzma->window.total = 0;
			has_dict = true;
			least = CHUNK_PROPERTIES;
		}
		if (!has_dict || (control > CHUNK_PLAIN && control < CHUNK_LZMA) || (control >= CHUNK_LZMA && control < least))
			return damaged(xz);
		if (control >= CHUNK_LZMA)
			least = CHUNK_LZMA;
		err = control < CHUNK_LZMA ? plain_chunk(xz) : lzma_chunk(xz, control);
		if (err)
			return err;
	}
}

/* --- blocks --------------------------------------------------------------------------------------- */

/* The dictionary's size is 2 or 3, shifted. */
static int create_lzma2(struct xz *xz, const uint8_t *properties, uint64_t properties_bytes)
{
	uint8_t size = *properties;

	if (properties_bytes != 1 || size > 40)
		return unknown_filter(xz);
	xz->lzma = lzma_create(size == 40 ? UINT32_MAX : (2ull | (size & 1)) << (size / 2 + 11));
	if (!xz->lzma)
		return -ENOMEM;
	xz->lzma->window.context = xz;
	xz->lzma->window.output = unpacked;
	return 0;
}

/* Filters as the header lists them; the last is LZMA2. Then zeroes. */
static int create_filters(struct xz *xz, const uint8_t *at, const uint8_t *end, unsigned int nr)
{
	while (nr--) {
		uint64_t id, bytes;
		int err;

		at = number(at, end, &id);
		at = at ? number(at, end, &bytes) : NULL;
		if (!at || bytes > (uint64_t)(end - at))
			return damaged(xz);
		if (!nr != (id == FILTER_LZMA2))
			return unknown_filter(xz);
		err = nr ? xz_filter_create(&xz->filters, xz->filters, &xz->taker, id, at, bytes) : create_lzma2(xz, at, bytes);
		if (err)
			return err == -ENOMEM ? err : unknown_filter(xz);
		at += bytes;
	}
	return memchr_inv(at, 0, end - at) ? unknown_filter(xz) : 0;
}

/* Sizes that the header does not tell stay as they are. */
static int block_header(struct xz *xz, size_t header_bytes, uint64_t *packed, uint64_t *bytes)
{
	const uint8_t *at = xz->in + 1, *end = xz->in + header_bytes - 4;
	uint8_t flags;

	if (!has(xz, header_bytes))
		return early(xz);
	if (!crc_is_right(xz->in, header_bytes - 4))
		return damaged(xz);
	flags = *at++;
	if (flags & BLOCK_RESERVED)
		return unknown_filter(xz);
	if (flags & BLOCK_PACKED_SIZE)
		at = number(at, end, packed);
	if (at && flags & BLOCK_SIZE)
		at = number(at, end, bytes);
	xz->in += header_bytes;
	return at ? create_filters(xz, at, end, (flags & BLOCK_FILTERS) + 1) : damaged(xz);
}

static int block_check(struct xz *xz, size_t bytes)
{
	uint64_t crc = 0;

	if (!has(xz, bytes))
		return early(xz);
	if (xz->check == CHECK_CRC32 || xz->check == CHECK_CRC64)
		memcpy(&crc, xz->in, bytes);
	xz->in += bytes;
	return crc == xz->crc ? 0 : decompress_damaged(xz->job, "xz checksum is wrong");
}

static int block(struct xz *xz)
{
	static const uint8_t check_bytes[] = { 0, 4, 8, 16, 32, 64 };
	size_t header_bytes = (*xz->in + 1) * 4, check = check_bytes[(xz->check + 2) / 3];
	uint64_t packed = UINT64_MAX, bytes = UINT64_MAX, seen;
	const uint8_t *start;
	int err;

	xz->bytes = xz->crc = 0;
	err = block_header(xz, header_bytes, &packed, &bytes);
	start = xz->in;
	if (!err)
		err = chunks(xz);
	if (!err)
		err = xz_filter_finish(xz->filters);
	seen = xz->in - start;
	if (!err && ((packed != UINT64_MAX && packed != seen) || (bytes != UINT64_MAX && bytes != xz->bytes)))
		err = damaged(xz);
	if (!err)
		err = padding(xz, start);
	if (!err)
		err = block_check(xz, check);
	add_sizes(&xz->seen, header_bytes + seen + check, xz->bytes);
	return err;
}

static int blocks(struct xz *xz)
{
	int err = 0;

	while (!err) {
		if (!has(xz, 1))
			return early(xz);
		if (!*xz->in)
			break;
		err = block(xz);
		xz_filter_free(xz->filters);
		lzma_free(xz->lzma);
		xz->filters = NULL;
		xz->lzma = NULL;
	}
	return err;
}

/* --- stream --------------------------------------------------------------------------------------- */

/* Has to say of the blocks what they turned out to be. */
static int index(struct xz *xz, size_t *index_bytes)
{
	const uint8_t *start = xz->in, *at = start + 1;
	uint64_t nr;
	int err;

	at = number(at, xz->end, &nr);
	while (at && xz->told.blocks < nr) {
		uint64_t packed, bytes = 0;

		at = number(at, xz->end, &packed);
		at = at ? number(at, xz->end, &bytes) : NULL;
		add_sizes(&xz->told, packed, bytes);
		if (xz->told.blocks > xz->seen.blocks)
			return damaged(xz);
	}
	if (!at)
		return damaged(xz);
	xz->in = at;
	err = padding(xz, start);
	if (err)
		return err;
	if (!has(xz, 4))
		return early(xz);
	*index_bytes = xz->in + 4 - start;
	if (xz->told.blocks != xz->seen.blocks || xz->told.sizes_crc != xz->seen.sizes_crc ||
	    !crc_is_right(start, xz->in - start))
		return damaged(xz);
	xz->in += 4;
	return 0;
}

static int footer(struct xz *xz, size_t index_bytes)
{
	const uint8_t *at = xz->in;
	uint32_t crc, words;

	if (!has(xz, FOOTER_BYTES))
		return early(xz);
	memcpy(&crc, at, sizeof(crc));
	memcpy(&words, at + 4, sizeof(words));
	if (crc != crc32_ieee(0, at + 4, 6) || (words + 1ull) * 4 != index_bytes || at[8] || at[9] != xz->check ||
	    memcmp(at + 10, "YZ", 2))
		return damaged(xz);
	xz->in += FOOTER_BYTES;
	return 0;
}

static int stream(struct xz *xz)
{
	const uint8_t *flags = xz->in + MAGIC_BYTES;
	size_t index_bytes;
	int err;

	if (!has(xz, HEADER_BYTES))
		return early(xz);
	if (memcmp(xz->in, decompress_xz.magic, MAGIC_BYTES) || !crc_is_right(flags, 2))
		return damaged(xz);
	if (flags[0] || flags[1] > 15)
		return unknown_filter(xz);
	xz->check = flags[1];
	xz->in += HEADER_BYTES;
	err = blocks(xz);
	if (!err)
		err = index(xz, &index_bytes);
	return err ? err : footer(xz, index_bytes);
}

static int decode_xz(struct decompress_job *job)
{
	struct xz xz = {
		.taker = { take }, .job = job, .in = job->in, .end = job->in + job->in_bytes,
	};
	int err = stream(&xz);

	job->in_used = xz.in - job->in;
	return err;
}

const struct decompress_format decompress_xz = {
	.name = "xz",
	.magic = { 0xFD, '7', 'z', 'X', 'Z', 0 },
	.magic_bytes = MAGIC_BYTES,
	.decode = decode_xz,
};
