/* SPDX-License-Identifier: MIT */
/* What fs/file.c and fs/open.c share. */
#pragma once

#include <fs/file.h>
#include <linux/fcntl.h>

/* One reference, cred of the current thread, no path yet. NULL: no memory. */
struct file *file_alloc(int flags);
void file_free(struct file *file); /* one that has no path yet */

/* FILE_READ, FILE_WRITE of O_ACCMODE. */
static inline unsigned int file_mode_of(int flags)
{
	return (flags + 1) & 3;
}

/* Gives back what an open for writing counts. */
void file_drop_write(struct file *file);
