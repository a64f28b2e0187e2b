// SPDX-License-Identifier: MIT
/*
 * The lzop container: a header, then blocks of (unpacked size, packed size, checksums, data), a
 * size of 0 ending them. All numbers are big-endian. A block that did not shrink is stored.
 */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/crc32.h>
#include <lib/decompress/lzo1x.h>
#include <lib/string.h>

/* lzop's default is 256 KiB; this is the largest block that is believed. */
#define MAX_BLOCK_BYTES	(64u << 20)
#define MAGIC_BYTES	9

enum lzop_flags {
	ADLER32_UNPACKED = 0x1,
	ADLER32_PACKED = 0x2,
	EXTRA_FIELD = 0x40,
	CRC32_UNPACKED = 0x100,
	CRC32_PACKED = 0x200,
	FILTER = 0x800,
};

struct reader {
	struct decompress_job *job;
	bool bad;
};

static uint32_t read_be(struct reader *r, unsigned int bytes)
{
	struct decompress_job *job = r->job;
	uint32_t value = 0;

	if (job->in_bytes - job->in_used < bytes) {
		r->bad = true;
		return 0;
	}
	while (bytes--)
		value = value << 8 | job->in[job->in_used++];
	return value;
}

static void skip(struct reader *r, size_t n)
{
	if (r->job->in_bytes - r->job->in_used < n)
		r->bad = true;
	else
		r->job->in_used += n;
}

/* Returns the flags. Fields came with versions 0.94. */
static uint32_t read_header(struct reader *r)
{
	uint32_t version, flags;

	skip(r, MAGIC_BYTES);
	version = read_be(r, 2);
	skip(r, version >= 0x940 ? 4 : 2);	/* library version, version needed */
	skip(r, version >= 0x940 ? 2 : 1);	/* method, level */
	flags = read_be(r, 4);
	if (flags & FILTER)
		skip(r, 4);
	skip(r, version >= 0x940 ? 12 : 8);	/* mode, time */
	skip(r, read_be(r, 1));			/* name */
	skip(r, 4);				/* checksum */
	if (flags & EXTRA_FIELD) {
		skip(r, read_be(r, 4));
		skip(r, 4);
	}
	return flags;
}

static uint32_t adler32_of(const uint8_t *p, size_t n)
{
	uint32_t a = 1, b = 0;

	while (n) {
		/* So many sums fit 32 bits before the remainder has to be taken. */
		size_t run = min(n, (size_t)5552);

		n -= run;
		while (run--) {
			a += *p++;
			b += a;
		}
		a %= 65521;
		b %= 65521;
	}
	return b << 16 | a;
}

/* Checks what the flags promise, and hands the block out. */
static int finish_block(struct decompress_job *job, const uint8_t *data, size_t n, uint32_t flags,
			uint32_t adler, uint32_t crc)
{
	if ((flags & ADLER32_UNPACKED && adler32_of(data, n) != adler) ||
	    (flags & CRC32_UNPACKED && crc32_ieee(0, data, n) != crc))
		return decompress_damaged(job, "lzo checksum is wrong");
	return job->output(job, data, n);
}

static int decode_block(struct reader *r, uint32_t flags, uint32_t unpacked)
{
	struct decompress_job *job = r->job;
	uint32_t packed = read_be(r, 4), adler, crc;
	uint8_t *buf;
	int err;

	adler = flags & ADLER32_UNPACKED ? read_be(r, 4) : 0;
	crc = flags & CRC32_UNPACKED ? read_be(r, 4) : 0;
	if (packed < unpacked)
		skip(r, (flags & ADLER32_PACKED ? 4 : 0) + (flags & CRC32_PACKED ? 4 : 0));
	if (r->bad || packed > job->in_bytes - job->in_used)
		return decompress_damaged(job, "lzo data ends too early");
	if (packed > unpacked || unpacked > MAX_BLOCK_BYTES)
		return decompress_damaged(job, "lzo block size is wrong");
	if (packed == unpacked) {
		job->in_used += packed;
		return finish_block(job, job->in + job->in_used - packed, packed, flags, adler,
				    crc);
	}

	buf = kvmalloc(unpacked);
	if (!buf)
		return -ENOMEM;
	if (lzo1x_decode(job->in + job->in_used, packed, buf, unpacked) != unpacked)
		err = decompress_damaged(job, "lzo data is damaged");
	else
		err = finish_block(job, buf, unpacked, flags, adler, crc);
	kvfree(buf);
	job->in_used += packed;
	return err;
}

static int decode_lzo(struct decompress_job *job)
{
	struct reader r = { .job = job };
	uint32_t flags = read_header(&r), unpacked;
	int err = 0;

	if (r.bad)
		return decompress_damaged(job, "lzo header is damaged");
	while (!err && (unpacked = read_be(&r, 4)))
		err = decode_block(&r, flags, unpacked);
	if (!err && r.bad)
		err = decompress_damaged(job, "lzo data ends too early");
	return err;
}

const struct decompress_format decompress_lzo = {
	.name = "lzo",
	.magic = { 0x89, 'L', 'Z', 'O', 0, 0x0D },
	.magic_bytes = 6,
	.decode = decode_lzo,
};
