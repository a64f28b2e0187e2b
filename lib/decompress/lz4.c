// SPDX-License-Identifier: MIT
/*
 * lz4's legacy frame, the one that Linux takes (lz4_Frame_format.md, "Legacy frame"): the magic
 * number, then blocks of a 32-bit size and the data, each 8 MiB when unpacked, the last one less.
 * Nothing marks the end, so what follows a short block is looked at.
 */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <lz4.h>

#define LEGACY_MAGIC	0x184C2102u
#define MAGIC_BYTES	4
#define BLOCK_BYTES	(8u << 20)

/* Whether the data at p can't be a further block: padding, another archive, or nothing. */
static bool stream_ends(const uint8_t *p, size_t n, bool after_short_block)
{
	uint32_t size;

	if (n < sizeof(size))
		return !memchr_inv(p, 0, n);
	memcpy(&size, p, sizeof(size));
	if (!size || size == LEGACY_MAGIC)
		return true;
	return after_short_block && (size > n - sizeof(size) || size > LZ4_COMPRESSBOUND(BLOCK_BYTES) ||
				     decompress_probe(p, n));
}

static int decode_blocks(struct decompress_job *job, char *buf)
{
	bool is_short = false;

	while (!stream_ends(job->in + job->in_used, job->in_bytes - job->in_used, is_short)) {
		uint32_t size;
		int n, err;

		if (job->in_bytes - job->in_used < sizeof(size))
			return decompress_damaged(job, "lz4 data ends too early");
		memcpy(&size, job->in + job->in_used, sizeof(size));
		if (size > LZ4_COMPRESSBOUND(BLOCK_BYTES))
			return decompress_damaged(job, "lz4 block is too large");
		if (size > job->in_bytes - job->in_used - sizeof(size))
			return decompress_damaged(job, "lz4 data ends too early");
		n = LZ4_decompress_safe((const char *)job->in + job->in_used + sizeof(size), buf,
					size, BLOCK_BYTES);
		if (n < 0)
			return decompress_damaged(job, "lz4 data is damaged");
		job->in_used += sizeof(size) + size;
		is_short = n < (int)BLOCK_BYTES;
		err = n ? job->output(job, buf, n) : 0;
		if (err)
			return err;
	}
	return 0;
}

static int decode_lz4(struct decompress_job *job)
{
	char *buf = kvmalloc(BLOCK_BYTES);
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
