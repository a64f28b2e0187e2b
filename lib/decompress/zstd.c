// SPDX-License-Identifier: MIT
/*
 * zstd (RFC 8878): one frame, and those that follow it at once (pzstd, skippable frames). The
 * library's block interface decodes into a window that we keep here, and output goes out from there.
 */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#define ZSTD_STATIC_LINKING_ONLY
#define ZSTD_DISABLE_DEPRECATE_WARNINGS
#include <zstd.h>

static int skip_frame(struct decompress_job *job, const ZSTD_frameHeader *header)
{
	size_t left = job->in_bytes - job->in_used;

	if (header->frameContentSize > left - ZSTD_SKIPPABLEHEADERSIZE)
		return decompress_damaged(job, "zstd data ends too early");
	job->in_used += ZSTD_SKIPPABLEHEADERSIZE + header->frameContentSize;
	return 0;
}

/* Block after block; a new one goes to the window's start when it might not fit behind the last. */
static int decode_blocks(struct decompress_job *job, ZSTD_DCtx *ctx, const ZSTD_frameHeader *header,
			 uint8_t *window, size_t window_bytes)
{
	size_t at = 0, n;

	ZSTD_decompressBegin(ctx);
	while ((n = ZSTD_nextSrcSizeToDecompress(ctx))) {
		size_t made;
		int err;

		if (n > job->in_bytes - job->in_used)
			return decompress_damaged(job, "zstd data ends too early");
		if (window_bytes - at < header->blockSizeMax &&
		    window_bytes < header->frameContentSize)
			at = 0;
		made = ZSTD_decompressContinue(ctx, window + at, window_bytes - at,
					       job->in + job->in_used, n);
		if (ZSTD_isError(made))
			return decompress_damaged(job, "zstd data is damaged");
		job->in_used += n;
		err = made ? job->output(job, window + at, made) : 0;
		if (err)
			return err;
		at += made;
	}
	return 0;
}

static int decode_frame(struct decompress_job *job, ZSTD_DCtx *ctx)
{
	size_t left = job->in_bytes - job->in_used, window_bytes, ret;
	ZSTD_frameHeader header;
	uint8_t *window;
	int err;

	ret = ZSTD_getFrameHeader(&header, job->in + job->in_used, left);
	if (ret)
		return decompress_damaged(job, ZSTD_isError(ret) ? "zstd header is damaged"
								 : "zstd data ends too early");
	if (header.frameType == ZSTD_skippableFrame)
		return skip_frame(job, &header);
	window_bytes = ZSTD_decodingBufferSize_min(header.windowSize, header.frameContentSize);
	if (ZSTD_isError(window_bytes))
		return -ENOMEM;
	window = kvmalloc(window_bytes);
	if (!window)
		return -ENOMEM;
	err = decode_blocks(job, ctx, &header, window, window_bytes);
	kvfree(window);
	return err;
}

static bool another_frame(const struct decompress_job *job)
{
	uint32_t magic;

	if (job->in_bytes - job->in_used < sizeof(magic))
		return false;
	memcpy(&magic, job->in + job->in_used, sizeof(magic));
	return magic == ZSTD_MAGICNUMBER ||
	       (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static int decode_zstd(struct decompress_job *job)
{
	size_t bytes = ZSTD_estimateDCtxSize();
	void *workspace = kvmalloc(bytes);
	ZSTD_DCtx *ctx;
	int err;

	if (!workspace)
		return -ENOMEM;
	ctx = ZSTD_initStaticDCtx(workspace, bytes);
	do {
		err = decode_frame(job, ctx);
	} while (!err && another_frame(job));
	kvfree(workspace);
	return err;
}

const struct decompress_format decompress_zstd = {
	.name = "zstd",
	.magic = { 0x28, 0xB5, 0x2F, 0xFD },
	.magic_bytes = 4,
	.decode = decode_zstd,
};
