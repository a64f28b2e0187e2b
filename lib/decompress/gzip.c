// SPDX-License-Identifier: MIT
/* gzip (RFC 1952): the wrapper is read here, the deflate data in it by zlib. One member. */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/crc32.h>
#include <lib/string.h>
#include <zlib.h>

#define HEADER_BYTES	10
#define TRAILER_BYTES	8
#define WINDOW_BITS	15

enum gzip_flags { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, FRESERVED = 0xE0 };

static voidpf zlib_alloc(voidpf opaque, uInt n, uInt size)
{
	return kvmalloc((size_t)n * size);
}

static void zlib_free(voidpf opaque, voidpf p)
{
	kvfree(p);
}

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

	if (job->in_bytes < HEADER_BYTES || job->in[2] != Z_DEFLATED || job->in[3] & FRESERVED)
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

/* What zlib's callbacks work on. */
struct gunzip {
	struct decompress_job *job;
	uint32_t crc;
	uint64_t total;
	int err;			/* of output() */
};

/* All that is left at once (an unsigned int's worth). */
static unsigned int give_input(void *opaque, unsigned char **data)
{
	struct decompress_job *job = ((struct gunzip *)opaque)->job;
	size_t n = min(job->in_bytes - job->in_used, (size_t)1 << 30);

	*data = (unsigned char *)job->in + job->in_used;
	job->in_used += n;
	return n;
}

static int take_output(void *opaque, unsigned char *data, unsigned int n)
{
	struct gunzip *gunzip = opaque;

	gunzip->crc = crc32_ieee(gunzip->crc, data, n);
	gunzip->total += n;
	gunzip->err = gunzip->job->output(gunzip->job, data, n);
	return gunzip->err;
}

static int stream(struct decompress_job *job, z_stream *strm)
{
	struct gunzip gunzip = { .job = job };
	int ret = inflateBack(strm, give_input, &gunzip, take_output, &gunzip);

	job->in_used -= strm->avail_in;
	if (ret == Z_STREAM_END)
		return check_trailer(job, gunzip.crc, gunzip.total);
	if (gunzip.err)
		return gunzip.err;
	return decompress_damaged(job, ret == Z_BUF_ERROR ? "gzip data ends too early"
							  : "gzip data is damaged");
}

static int decode_gzip(struct decompress_job *job)
{
	z_stream strm = { .zalloc = zlib_alloc, .zfree = zlib_free };
	uint8_t *window;
	int err = -ENOMEM;

	job->in_used = header_length(job);
	if (!job->in_used)
		return decompress_damaged(job, "gzip header is damaged");
	window = kvmalloc(1u << WINDOW_BITS);
	if (window && inflateBackInit(&strm, WINDOW_BITS, window) == Z_OK) {
		err = stream(job, &strm);
		inflateBackEnd(&strm);
	}
	kvfree(window);
	return err;
}

const struct decompress_format decompress_gzip = {
	.name = "gzip",
	.magic = { 0x1F, 0x8B },
	.magic_bytes = 2,
	.decode = decode_gzip,
};
