// SPDX-License-Identifier: MIT
/*
 * xz and the older lzma container, by liblzma. The library's CRC functions are given here: CRC-32
 * is lib/'s, CRC-64 has a table that is made when first used, so that the image carries neither.
 */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/crc32.h>
#include <lzma.h>

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

uint64_t lzma_crc64(const uint8_t *buf, size_t size, uint64_t crc)
{
	if (!atomic_load(&crc64_table_is_made))
		make_crc64_table();
	crc = ~crc;
	while (size--)
		crc = crc64_table[(uint8_t)(crc ^ *buf++)] ^ crc >> 8;
	return ~crc;
}

uint32_t lzma_crc32(const uint8_t *buf, size_t size, uint32_t crc)
{
	return crc32_ieee(crc, buf, size);
}

static void *xz_alloc(void *opaque, size_t n, size_t size)
{
	size_t bytes;

	return mul_overflows(n, size, &bytes) ? NULL : kvmalloc(bytes);
}

static void xz_free(void *opaque, void *p)
{
	kvfree(p);
}

static int result(struct decompress_job *job, lzma_ret ret)
{
	switch (ret) {
	case LZMA_STREAM_END:
		return 0;
	case LZMA_MEM_ERROR:
	case LZMA_MEMLIMIT_ERROR:
		return -ENOMEM;
	case LZMA_BUF_ERROR:
		return decompress_damaged(job, "xz data ends too early");
	case LZMA_OPTIONS_ERROR:
		return decompress_damaged(job, "xz data uses an unknown filter");
	default:
		return decompress_damaged(job, "xz data is damaged");
	}
}

static int stream(struct decompress_job *job, lzma_stream *strm)
{
	uint8_t *buf = kvmalloc(DECOMPRESS_CHUNK_BYTES);
	lzma_ret ret = LZMA_OK;
	int err = buf ? 0 : -ENOMEM;

	strm->next_in = job->in;
	strm->avail_in = job->in_bytes;
	while (!err && ret == LZMA_OK) {
		strm->next_out = buf;
		strm->avail_out = DECOMPRESS_CHUNK_BYTES;
		ret = lzma_code(strm, LZMA_FINISH);
		job->in_used = job->in_bytes - strm->avail_in;
		if (strm->next_out != buf)
			err = job->output(job, buf, strm->next_out - buf);
	}
	lzma_end(strm);
	kvfree(buf);
	return err ? err : result(job, ret);
}

static int decode_xz(struct decompress_job *job)
{
	lzma_allocator allocator = { xz_alloc, xz_free, NULL };
	lzma_stream strm = { .allocator = &allocator };
	lzma_ret ret = lzma_stream_decoder(&strm, UINT64_MAX, 0);

	return ret == LZMA_OK ? stream(job, &strm) : result(job, ret);
}

static int decode_lzma(struct decompress_job *job)
{
	lzma_allocator allocator = { xz_alloc, xz_free, NULL };
	lzma_stream strm = { .allocator = &allocator };
	lzma_ret ret = lzma_alone_decoder(&strm, UINT64_MAX);

	return ret == LZMA_OK ? stream(job, &strm) : result(job, ret);
}

const struct decompress_format decompress_xz = {
	.name = "xz",
	.magic = { 0xFD, '7', 'z', 'X', 'Z', 0 },
	.magic_bytes = 6,
	.decode = decode_xz,
};

/* The container has no magic number; these are the usual properties byte and a dictionary's 0. */
const struct decompress_format decompress_lzma = {
	.name = "lzma",
	.magic = { 0x5D, 0x00 },
	.magic_bytes = 2,
	.decode = decode_lzma,
};
