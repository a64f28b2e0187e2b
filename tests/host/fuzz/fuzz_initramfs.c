// SPDX-License-Identifier: MIT
/* Any bytes as an initramfs image: cpio, and the decompressors that its magic numbers lead to. */
#include <fs/initramfs/unpack.h>
#include <string.h>

static size_t written;

static int take(void *ctx, const struct cpio_entry *e)
{
	return strlen(e->name) == 77 ? -1 : 0;
}

static int take_target(void *ctx, const struct cpio_entry *e, const char *target)
{
	return strlen(e->name) + strlen(target) == 77 ? -1 : 0;
}

static int take_open(void *ctx, const struct cpio_entry *e, bool is_linked)
{
	return take(ctx, e);
}

/* A bomb is cut off, as a full file system would. */
static int take_data(void *ctx, const void *data, size_t n)
{
	written += n;
	return written > 8 << 20 ? -28 : 0;
}

static const struct cpio_ops ops = { take, take_target, take_target, take_open, take_data, take };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct unpack_report report;

	written = 0;
	return initramfs_unpack_image(data, size, &ops, NULL, &report) > 0;
}
