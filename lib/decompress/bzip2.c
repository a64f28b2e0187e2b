// SPDX-License-Identifier: MIT
/* bzip2, by its own library. One stream. */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <bzlib.h>
#include <lib/alloc.h>

void bz_internal_error(int code);
void BZ2_compressBlock(void *state, unsigned char is_last);

/* The library's assertions: a corrupted state that its checks did not foresee. */
void bz_internal_error(int code)
{
	__builtin_trap();
}

/* Called by the half of bzlib.c that compresses, which nothing calls. */
void BZ2_compressBlock(void *state, unsigned char is_last)
{
	__builtin_trap();
}

static void *bz_alloc(void *opaque, int n, int size)
{
	return kvmalloc((size_t)n * size);
}

static void bz_free(void *opaque, void *p)
{
	kvfree(p);
}

static int stream(struct decompress_job *job, bz_stream *strm, char *buf)
{
	int ret;

	do {
		size_t n;
		int err;

		if (!strm->avail_in)
			strm->avail_in = min(job->in_bytes - job->in_used, (size_t)1 << 30);
		strm->next_in = (char *)job->in + job->in_used;
		strm->next_out = buf;
		strm->avail_out = DECOMPRESS_CHUNK_BYTES;
		ret = BZ2_bzDecompress(strm);
		job->in_used = (uint8_t *)strm->next_in - job->in;
		n = strm->next_out - buf;
		err = n ? job->output(job, buf, n) : 0;
		if (err)
			return err;
		if (ret == BZ_OK && !n && job->in_used == job->in_bytes)
			return decompress_damaged(job, "bzip2 data ends too early");
	} while (ret == BZ_OK);

	if (ret == BZ_STREAM_END)
		return 0;
	return ret == BZ_MEM_ERROR ? -ENOMEM : decompress_damaged(job, "bzip2 data is damaged");
}

static int decode_bzip2(struct decompress_job *job)
{
	bz_stream strm = { .bzalloc = bz_alloc, .bzfree = bz_free };
	char *buf = kvmalloc(DECOMPRESS_CHUNK_BYTES);
	int err = -ENOMEM;

	if (buf && BZ2_bzDecompressInit(&strm, 0, 0) == BZ_OK) {
		err = stream(job, &strm, buf);
		BZ2_bzDecompressEnd(&strm);
	}
	kvfree(buf);
	return err;
}

const struct decompress_format decompress_bzip2 = {
	.name = "bzip2",
	.magic = { 'B', 'Z', 'h' },
	.magic_bytes = 3,
	.decode = decode_bzip2,
};
