/* SPDX-License-Identifier: MIT */
/*
 * Decompressors: one table of formats, each decoding one compressed stream from memory and handing
 * its output over piece by piece. An initramfs streams through this without ever being whole in
 * memory; an EFI zboot payload goes to a buffer. The image's own stub links a single decoder.
 *
 * Context: thread; allocates (up to the stream's window); the stream is hostile input. A decoder
 * needs nothing but the heap (lib/alloc.h), so all of this runs on the host, too.
 */
#pragma once

#include <lib/compiler.h>

struct decompress_job {
	/* Set by the caller: input, which may go on behind the stream's end, and the taker. */
	const uint8_t *in;
	size_t in_bytes;
	/* 0, or a negative errno that stops the decoder and becomes the job's result. */
	int (*output)(struct decompress_job *job, const void *data, size_t size_bytes);

	/* Results: how much input the stream had (when damaged: about where), and what is wrong. */
	size_t in_used;
	const char *error;		/* static text, NULL unless the stream is damaged */
};

struct decompress_format {
	const char *name;
	uint8_t magic[6];
	uint8_t magic_bytes;
	int (*decode)(struct decompress_job *job);
};

/* The format whose magic number the data starts with; NULL: none. */
const struct decompress_format *decompress_probe(const void *data, size_t size_bytes);

/* By name ("gzip", "zstd" ...), as an EFI zboot header has it; NULL: not known. */
const struct decompress_format *decompress_by_name(const char *name);

/* 0; -EINVAL: damaged, see job->error; -ENOMEM; or what output() returned. */
int __must_check decompress_run(const struct decompress_format *format,
				struct decompress_job *job);

/* The whole stream into out: -ENOSPC when it does not fit. *out_bytes is set in any case. */
int __must_check decompress_to_buffer(const struct decompress_format *format, const void *in,
				      size_t in_bytes, void *out, size_t size_bytes,
				      size_t *out_bytes);

/* For decoders: sets the error text and returns -EINVAL. */
int decompress_damaged(struct decompress_job *job, const char *error);

/* Output buffer of the streaming decoders. */
#define DECOMPRESS_CHUNK_BYTES	65536u

extern const struct decompress_format decompress_gzip, decompress_bzip2, decompress_lzma,
	decompress_xz, decompress_lzo, decompress_lz4, decompress_zstd;
