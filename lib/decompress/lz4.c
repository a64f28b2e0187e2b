// SPDX-License-Identifier: MIT
/*
 * lz4's legacy frame, the one that Linux takes (lz4_Frame_format.md, "Legacy frame"): the magic
 * number, then blocks of a 32-bit size and the data, each 8 MiB when unpacked, the last one less.
 * Nothing marks the end, so what follows a short block is looked at. The data is as in lz4_Block_format.md.
 */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>

#define LEGACY_MAGIC	0x184C2102u
#define MAGIC_BYTES	4
#define BLOCK_BYTES	(8u << 20)
#define PACKED_MAX	(BLOCK_BYTES + BLOCK_BYTES / 255 + 16)
#define MATCH_MIN	4

/* A block, while it is unpacked. */
struct block {
	const uint8_t *in, *in_end;
	uint8_t *start, *out, *out_end;
};

/* What four bits of the token say, or more: bytes are added while they are 255. */
static size_t read_length(struct block *b, size_t length)
{
	uint8_t more = length == 15 ? 255 : 0;

	while (more == 255 && b->in < b->in_end)
		length += more = *b->in++;
	return length;
}

static bool literals(struct block *b, size_t n)
{
	if (n > (size_t)(b->in_end - b->in) || n > (size_t)(b->out_end - b->out))
		return false;
	memcpy(b->out, b->in, n);
	b->in += n;
	b->out += n;
	return true;
}

static bool match(struct block *b, unsigned int token)
{
	const uint8_t *from;
	size_t distance, length;

	if (b->in_end - b->in < 2)
		return false;
	distance = b->in[0] | b->in[1] << 8;
	b->in += 2;
	length = MATCH_MIN + read_length(b, token);
	if (!distance || distance > (size_t)(b->out - b->start) || length > (size_t)(b->out_end - b->out))
		return false;
	/* It may reach into itself: there is twice as much to copy from after each step. */
	for (from = b->out - distance; length;) {
		size_t n = min(length, (size_t)(b->out - from));

		memcpy(b->out, from, n);
		b->out += n;
		length -= n;
	}
	return true;
}

/* Literals and a match in turn; literals are the last. Returns how many bytes there are, or -EINVAL. */
static ssize_t unpack_block(const uint8_t *in, size_t in_bytes, uint8_t *out)
{
	struct block b = { in, in + in_bytes, out, out, out + BLOCK_BYTES };

	while (b.in < b.in_end) {
		uint8_t token = *b.in++;

		if (!literals(&b, read_length(&b, token >> 4)))
			return -EINVAL;
		if (b.in == b.in_end)
			return b.out - out;
		if (!match(&b, token & 15))
			return -EINVAL;
	}
	return -EINVAL;
}

/* Whether the data at p can't be a further block: padding, another archive, or nothing. */
static bool stream_ends(const uint8_t *p, size_t n, bool after_short_block)
{
	uint32_t size;

	if (n < sizeof(size))
		return !memchr_inv(p, 0, n);
	memcpy(&size, p, sizeof(size));
	if (!size || size == LEGACY_MAGIC)
		return true;
	return after_short_block && (size > n - sizeof(size) || size > PACKED_MAX ||
				     decompress_probe(p, n));
}

static int decode_blocks(struct decompress_job *job, uint8_t *buf)
{
	bool is_short = false;

	while (!stream_ends(job->in + job->in_used, job->in_bytes - job->in_used, is_short)) {
		uint32_t size;
		ssize_t n;
		int err;

		if (job->in_bytes - job->in_used < sizeof(size))
			return decompress_damaged(job, "lz4 data ends too early");
		memcpy(&size, job->in + job->in_used, sizeof(size));
		if (size > PACKED_MAX)
			return decompress_damaged(job, "lz4 block is too large");
		if (size > job->in_bytes - job->in_used - sizeof(size))
			return decompress_damaged(job, "lz4 data ends too early");
		n = unpack_block(job->in + job->in_used + sizeof(size), size, buf);
		if (n < 0)
			return decompress_damaged(job, "lz4 data is damaged");
		job->in_used += sizeof(size) + size;
		is_short = n < BLOCK_BYTES;
		err = n ? job->output(job, buf, n) : 0;
		if (err)
			return err;
	}
	return 0;
}

static int decode_lz4(struct decompress_job *job)
{
	uint8_t *buf = kvmalloc(BLOCK_BYTES);
	int err;

	if (!buf)
		return -ENOMEM;
	job->in_used = MAGIC_BYTES;
	err = decode_blocks(job, buf);
	kvfree(buf);
	return err;
}

const struct decompress_format decompress_lz4 = {
	.name = "lz4",
	.magic = { 0x02, 0x21, 0x4C, 0x18 },
	.magic_bytes = MAGIC_BYTES,
	.decode = decode_lz4,
};
