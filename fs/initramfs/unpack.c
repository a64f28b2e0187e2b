// SPDX-License-Identifier: MIT
/* Finds the archives in an image, decompresses and parses them on the fly. */
#include <fs/initramfs/unpack.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/decompress/decompress.h>

struct unpacking {
	struct decompress_job job;
	struct cpio *cpio;
	const uint8_t *image;
	size_t size_bytes;
	size_t offset;
	struct unpack_report *report;
};

static int stop(struct unpacking *u, const char *format, const char *error, size_t offset, int err)
{
	u->report->format = format;
	u->report->error = error;
	u->report->offset = offset;
	return err;
}

static int plain(struct unpacking *u)
{
	ssize_t used = cpio_feed(u->cpio, u->image + u->offset, u->size_bytes - u->offset);

	if (used < 0)
		return stop(u, "cpio", u->cpio->error, u->offset + u->cpio->error_at,
			    used);
	u->offset += used;
	return 0;
}

static int take_output(struct decompress_job *job, const void *data, size_t n)
{
	struct unpacking *u = container_of(job, struct unpacking, job);
	ssize_t used = cpio_feed(u->cpio, data, n);

	if (used < 0)
		return used;
	if ((size_t)used < n) {
		u->cpio->error = "junk within compressed archive";
		return -EINVAL;
	}
	return 0;
}

static int compressed(struct unpacking *u)
{
	const struct decompress_format *format =
		decompress_probe(u->image + u->offset, u->size_bytes - u->offset);
	int err;

	if (!format)
		return stop(u, "cpio", "neither cpio nor compressed data", u->offset, -EINVAL);
	u->job.in = u->image + u->offset;
	u->job.in_bytes = u->size_bytes - u->offset;
	err = decompress_run(format, &u->job);
	u->offset += u->job.in_used;
	if (err)
		return stop(u, format->name, u->job.error ? u->job.error : u->cpio->error,
			    u->offset, err);
	return 0;
}

/* Whether compressed data follows right here: then a cpio may go on in it (gzip members). */
static bool more_follows(const struct unpacking *u)
{
	return decompress_probe(u->image + u->offset, u->size_bytes - u->offset);
}

static int unpack(struct unpacking *u)
{
	int err = 0;

	while (!err && u->offset < u->size_bytes) {
		uint8_t first = u->image[u->offset];

		if (cpio_is_complete(u->cpio) && !first) {
			u->offset++;
		} else if (cpio_is_complete(u->cpio) && first == '0') {
			err = plain(u);
		} else {
			err = compressed(u);
			if (!err && !cpio_is_complete(u->cpio) && !more_follows(u))
				err = stop(u, "cpio", "archive ends too early", u->offset, -EINVAL);
		}
	}
	if (!err && !cpio_is_complete(u->cpio))
		err = stop(u, "cpio", "archive ends too early", u->offset, -EINVAL);
	return err;
}

int initramfs_unpack_image(const void *image, size_t size_bytes, const struct cpio_ops *ops,
			   void *ctx, struct unpack_report *report)
{
	struct unpacking u = {
		.job = { .output = take_output },
		.cpio = kvmalloc(sizeof(*u.cpio)),
		.image = image,
		.size_bytes = size_bytes,
		.report = report,
	};
	int err;

	*report = (struct unpack_report){ 0 };
	if (!u.cpio)
		return -ENOMEM;
	cpio_init(u.cpio, ops, ctx);
	err = unpack(&u);
	report->nr_entries = u.cpio->nr_entries;
	report->nr_failed = u.cpio->nr_failed;
	report->first_failure = u.cpio->first_failure;
	cpio_destroy(u.cpio);
	kvfree(u.cpio);
	return err;
}
