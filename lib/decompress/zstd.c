// SPDX-License-Identifier: MIT
/* zstd (RFC 8878): one frame, and those that follow it at once (pzstd, skippable frames). */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

/* Larger windows than the command's --long=31 do not exist. */
#define MAX_WINDOW_LOG ZSTD_WINDOWLOG_MAX

static void *zstd_alloc(void *opaque, size_t size)
{
	return kvmalloc(size);
}

static void zstd_free(void *opaque, void *p)
{
	kvfree(p);
}

static bool another_frame(const uint8_t *p, size_t n)
{
	uint32_t magic;

	if (n < sizeof(magic))
		return false;
	memcpy(&magic, p, sizeof(magic));
	return magic == ZSTD_MAGICNUMBER ||
	       (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static int stream(struct decompress_job *job, ZSTD_DCtx *ctx, void *buf)
{
	ZSTD_inBuffer in = { job->in, job->in_bytes, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { buf, DECOMPRESS_CHUNK_BYTES, 0 };
		size_t before = in.pos;
		int err;

		left = ZSTD_decompressStream(ctx, &out, &in);
		job->in_used = in.pos;
		if (ZSTD_isError(left))
			return ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation ? -ENOMEM :
			       decompress_damaged(job, "zstd data is damaged");
		if (out.pos) {
			err = job->output(job, buf, out.pos);
			if (err)
				return err;
		} else if (left && in.pos == before) {
			return decompress_damaged(job, "zstd data ends too early");
		}
	} while (left || another_frame(job->in + in.pos, job->in_bytes - in.pos));
	return 0;
}

static int decode_zstd(struct decompress_job *job)
{
	ZSTD_customMem mem = { zstd_alloc, zstd_free, NULL };
	ZSTD_DCtx *ctx = ZSTD_createDCtx_advanced(mem);
	void *buf = kvmalloc(DECOMPRESS_CHUNK_BYTES);
	int err = -ENOMEM;

	if (ctx && buf) {
		ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, MAX_WINDOW_LOG);
		err = stream(job, ctx, buf);
	}
	ZSTD_freeDCtx(ctx);
	kvfree(buf);
	return err;
}

const struct decompress_format decompress_zstd = {
	.name = "zstd",
	.magic = { 0x28, 0xB5, 0x2F, 0xFD },
	.magic_bytes = 4,
	.decode = decode_zstd,
};
