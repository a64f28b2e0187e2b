/* SPDX-License-Identifier: MIT */
/* Pipes and FIFOs (man 7 pipe). */
#pragma once

#include <fs/vfs_types.h>

/* open(2) of a FIFO: sets file->ops and waits for the other end as man 7 fifo says. Called by the vfs with
 * file->mode, flags and inode set. 0, -ENXIO, -ERESTARTSYS, -ENOMEM. */
int fifo_open(struct inode *inode, struct file *file);

/* F_SETPIPE_SZ, F_GETPIPE_SZ of a pipe or FIFO. */
long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg);
