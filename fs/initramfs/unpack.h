/* SPDX-License-Identifier: MIT */
/*
 * An initramfs image: cpio archives in any order, each plain or compressed, with zeros between and
 * behind them (Linux's init/initramfs.c is the oracle). Pure: files are made through cpio_ops.
 */
#pragma once

#include <lib/cpio.h>

struct unpack_report {
	unsigned int nr_entries;
	unsigned int nr_failed;		/* entries that could not be made ... */
	int first_failure;		/* ... and the first one's errno */

	/* Set when unpacking stopped early. */
	const char *error;		/* static text; NULL with an errno of an operation or -ENOMEM */
	const char *format;		/* "cpio", or the compression's name */
	size_t offset;			/* in the image, where the damaged archive begins or broke */
};

/*
 * 0, or -errno when it stopped early; what was unpacked until then stays. Thread context;
 * allocates.
 */
int __must_check initramfs_unpack_image(const void *image, size_t size_bytes,
					const struct cpio_ops *ops, void *ctx,
					struct unpack_report *report);
