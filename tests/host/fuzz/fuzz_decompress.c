// SPDX-License-Identifier: MIT
/* The first byte chooses a decoder, the rest is its input, its magic number put in place. */
#include <lib/decompress/decompress.h>
#include <string.h>

static const struct decompress_format *const formats[] = {
	&decompress_gzip, &decompress_bzip2, &decompress_lzma, &decompress_xz,
	&decompress_lzo,  &decompress_lz4,   &decompress_zstd,
};

static int take(struct decompress_job *job, const void *data, size_t n)
{
	static uint8_t copy[8 << 20];
	static size_t total;

	memcpy(copy, data, n);
	total = job->in_used ? total + n : 0;
	return total > 4 << 20 ? -28 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct decompress_format *format;
	struct decompress_job job = { .output = take };
	uint8_t in[65536];

	if (size < 8)
		return 0;
	format = formats[data[0] % ARRAY_SIZE(formats)];
	size = size - 1 < sizeof(in) ? size - 1 : sizeof(in);
	memcpy(in, data + 1, size);
	memcpy(in, format->magic, format->magic_bytes);
	job.in = in;
	job.in_bytes = size;
	return decompress_run(format, &job) > 0;
}
