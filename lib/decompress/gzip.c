// SPDX-License-Identifier: MIT
/* gzip (RFC 1952): the wrapper is read here, the deflate data in it by inflate.c. One member. */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/crc32.h>
#include <lib/decompress/inflate.h>
#include <lib/string.h>

#define HEADER_BYTES	10
#define TRAILER_BYTES	8
#define DEFLATED	8		/* the only method */

enum gzip_flags { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, FRESERVED = 0xE0 };

/* Position behind the 0-terminated string at pos, or 0. */
static size_t skip_string(const struct decompress_job *job, size_t pos)
{
	const uint8_t *end = memchr(job->in + pos, 0, job->in_bytes - pos);

	return end ? (size_t)(end + 1 - job->in) : 0;
}

/* Length of the header, or 0 when it is damaged. */
static size_t header_length(const struct decompress_job *job)
{
	size_t pos = HEADER_BYTES;
	uint8_t flags;

	if (job->in_bytes < HEADER_BYTES || job->in[2] != DEFLATED || job->in[3] & FRESERVED)
		return 0;
	flags = job->in[3];
	if (flags & FEXTRA) {
		if (job->in_bytes - pos < 2)
			return 0;
		pos += 2 + (job->in[pos] | job->in[pos + 1] << 8);
		if (pos > job->in_bytes)
			return 0;
	}
	if (flags & FNAME && !(pos = skip_string(job, pos)))
		return 0;
	if (flags & FCOMMENT && !(pos = skip_string(job, pos)))
		return 0;
	if (flags & FHCRC)
		pos += 2;
	return pos <= job->in_bytes ? pos : 0;
}

static int check_trailer(struct decompress_job *job, uint32_t crc, uint64_t total)
{
	uint32_t trailer[2];

	if (job->in_bytes - job->in_used < TRAILER_BYTES)
		return decompress_damaged(job, "gzip data ends too early");
	memcpy(trailer, job->in + job->in_used, sizeof(trailer));
	if (trailer[0] != crc || trailer[1] != (uint32_t)total)
		return decompress_damaged(job, "gzip checksum is wrong");
	job->in_used += TRAILER_BYTES;
	return 0;
}

struct gunzip {
	struct decompress_job *job;
	struct window window;
	uint32_t crc;
};

static int take_output(void *context, const void *data, size_t n)
{
	struct gunzip *gunzip = context;

	gunzip->crc = crc32_ieee(gunzip->crc, data, n);
	return gunzip->job->output(gunzip->job, data, n);
}

static int stream(struct decompress_job *job, struct gunzip *gunzip)
{
	const uint8_t *in = job->in + job->in_used;
	int err = inflate(&gunzip->window, &in, job->in + job->in_bytes);

	job->in_used = in - job->in;
	if (err == -EINVAL && !gunzip->window.err)
		return decompress_damaged(job, "gzip data is damaged");
	if (err == -ENODATA && !gunzip->window.err)
		return decompress_damaged(job, "gzip data ends too early");
	return err ? err : check_trailer(job, gunzip->crc, gunzip->window.total);
}

static int decode_gzip(struct decompress_job *job)
{
	struct gunzip gunzip = { .job = job, .window = { .output = take_output, .context = &gunzip } };
	int err;

	job->in_used = header_length(job);
	if (!job->in_used)
		return decompress_damaged(job, "gzip header is damaged");
	if (!window_create(&gunzip.window, INFLATE_WINDOW_BYTES))
		return -ENOMEM;
	err = stream(job, &gunzip);
	kvfree(gunzip.window.bytes);
	return err;
}

const struct decompress_format decompress_gzip = {
	.name = "gzip",
	.magic = { 0x1F, 0x8B },
	.magic_bytes = 2,
	.decode = decode_gzip,
};
