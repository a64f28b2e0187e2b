/* SPDX-License-Identifier: MIT */
/* Pipes and FIFOs (man 7 pipe). */
#pragma once

#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/types.h>

/* open(2) of a FIFO: sets file->ops and waits for the other end as man 7 fifo says. Called by the vfs with
 * file->mode, flags and inode set. 0, -ENXIO, -ERESTARTSYS, -ENOMEM. */
int fifo_open(struct inode *inode, struct file *file);

/* F_SETPIPE_SZ, F_GETPIPE_SZ of a pipe or FIFO. */
long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg);

/* pipe2(2): the reading end in files[0], the writing end in files[1]. flags: O_NONBLOCK. 0, -ENOMEM. */
__must_check int pipe_create(int flags, struct file *files[2]);

/* tee(2): copies up to len bytes that are in pipe in to pipe out without taking them. Bytes, 0 (writers gone),
 * -EAGAIN, -EINVAL (not two pipes, or the same one), -EPIPE, -ERESTARTSYS. */
ssize_t pipe_tee(struct file *in, struct file *out, size_t len, bool nonblock);

/* splice(2): moves bytes between a pipe and a file (or another pipe). positions as in file_read(), NULL for pipes.
 * -EINVAL: neither is a pipe; -ESPIPE: a position for a pipe; else as read and write. */
ssize_t pipe_splice(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t len, bool nonblock);
/* vmsplice(2): into the pipe by its writing end, out of it by its reading end; copied. */
ssize_t pipe_move_user(struct file *file, struct uio *uio, bool nonblock);
bool file_is_pipe(const struct file *file);

extern unsigned int pipe_max_bytes; /* /proc/sys/fs/pipe-max-size */
