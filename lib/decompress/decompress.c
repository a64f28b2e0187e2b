// SPDX-License-Identifier: MIT
/* The table of formats: what Linux takes for an initramfs. */
#include <lib/decompress/decompress.h>

#include <asm/errno.h>
#include <lib/string.h>

static const struct decompress_format *const formats[] = {
	&decompress_gzip, &decompress_zstd, &decompress_xz,  &decompress_lz4,
	&decompress_lzma, &decompress_lzo,  &decompress_bzip2,
};

const struct decompress_format *decompress_probe(const void *data, size_t size_bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (size_bytes >= formats[i]->magic_bytes &&
		    !memcmp(data, formats[i]->magic, formats[i]->magic_bytes))
			return formats[i];
	return NULL;
}

const struct decompress_format *decompress_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(name, formats[i]->name))
			return formats[i];
	return NULL;
}

int decompress_run(const struct decompress_format *format, struct decompress_job *job)
{
	job->in_used = 0;
	job->error = NULL;
	return format->decode(job);
}

int decompress_damaged(struct decompress_job *job, const char *error)
{
	job->error = error;
	return -EINVAL;
}

struct buffer_job {
	struct decompress_job job;
	uint8_t *out;
	size_t size;
	size_t used;
};

static int to_buffer(struct decompress_job *job, const void *data, size_t n)
{
	struct buffer_job *buffer = container_of(job, struct buffer_job, job);

	if (n > buffer->size - buffer->used)
		return -ENOSPC;
	memcpy(buffer->out + buffer->used, data, n);
	buffer->used += n;
	return 0;
}

int decompress_to_buffer(const struct decompress_format *format, const void *in, size_t in_bytes,
			 void *out, size_t size_bytes, size_t *out_bytes)
{
	struct buffer_job buffer = {
		.job = { .in = in, .in_bytes = in_bytes, .output = to_buffer },
		.out = out,
		.size = size_bytes,
	};
	int err = decompress_run(format, &buffer.job);

	*out_bytes = buffer.used;
	return err;
}
