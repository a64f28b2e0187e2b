// SPDX-License-Identifier: MIT
/* splice(2), tee(2), vmsplice(2) at a pipe's ring: files are read into it and written from it in place. */
#include <fs/pipe.h>

#include <fs/file.h>
#include <fs/pipe_internal.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <mm/uio.h>

static void ring_copy_out(const struct pipe *pipe, uint8_t *to, size_t n)
{
	size_t offset = pipe->tail & (pipe->size - 1), part = min(n, pipe->size - offset);

	memcpy(to, pipe->ring + offset, part);
	memcpy(to + part, pipe->ring, n - part);
}

/* What is in the pipe, copied aside; bytes, or as pipe_tee(). */
static ssize_t peek(struct pipe *pipe, uint8_t *buf, size_t len, bool nonblock)
{
	bool has_slept = false;
	ssize_t ret;

	mutex_lock(&pipe->lock);
	ret = pipe_wait_for_data(pipe, nonblock, &has_slept);
	if (ret > 0) {
		ret = (ssize_t)min(len, pipe_fill(pipe));
		ring_copy_out(pipe, buf, (size_t)ret);
	}
	pipe_finish_read(pipe, false, has_slept);
	return ret;
}

/* Through a buffer, so that the locks of two pipes are never held together. */
static ssize_t pipe_to_pipe(struct file *in, struct file *out, size_t len, bool nonblock, bool keeps)
{
	bool in_nonblock = nonblock || in->flags & O_NONBLOCK, out_nonblock = nonblock || out->flags & O_NONBLOCK;
	struct uio uio;
	uint8_t *buf;
	ssize_t n;

	if (in->private_data == out->private_data)
		return -EINVAL;
	len = min(len, (size_t)PIPE_DEFAULT_BYTES);
	buf = kmalloc(max(len, (size_t)1));
	if (!buf)
		return -ENOMEM;
	n = peek(in->private_data, buf, len, in_nonblock);
	if (n > 0) {
		uio_init_kernel(&uio, buf, (size_t)n);
		n = pipe_do_write(out->private_data, &uio, out_nonblock);
	}
	if (n > 0 && !keeps) {
		uio_init_kernel(&uio, buf, (size_t)n);
		n = pipe_do_read(in->private_data, &uio, true);
	}
	kfree(buf);
	return n;
}

ssize_t pipe_tee(struct file *in, struct file *out, size_t len, bool nonblock)
{
	if (!file_is_pipe(in) || !file_is_pipe(out))
		return -EINVAL;
	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
		return -EBADF;
	return pipe_to_pipe(in, out, len, nonblock, true);
}

/* The ring's bytes are written from where they are; what was not written stays. */
static ssize_t pipe_to_file(struct pipe *pipe, struct file *out, loff_t *pos, size_t len, bool nonblock)
{
	bool was_full, has_slept = false;
	size_t total = 0;
	ssize_t ret;

	mutex_lock(&pipe->lock);
	ret = pipe_wait_for_data(pipe, nonblock, &has_slept);
	was_full = pipe_is_full(pipe);
	while (ret > 0 && total < len && pipe_fill(pipe)) {
		size_t offset = pipe->tail & (pipe->size - 1);
		size_t part = min(min(len - total, pipe_fill(pipe)), pipe->size - offset);
		struct uio uio;

		uio_init_kernel(&uio, pipe->ring + offset, part);
		ret = file_write(out, &uio, pos);
		if (ret <= 0)
			break;
		pipe->tail += (size_t)ret;
		total += (size_t)ret;
		if ((size_t)ret < part)
			break;
	}
	pipe_finish_read(pipe, was_full, has_slept);
	return total ? (ssize_t)total : ret;
}

/* Waits for room for a page at least; then reads into the ring, as much as fits. */
static ssize_t file_to_pipe(struct file *in, loff_t *pos, struct pipe *pipe, size_t len, bool nonblock)
{
	size_t total = 0;
	ssize_t ret = 0;

	mutex_lock(&pipe->lock);
	while (pipe->nr_readers && pipe_room(pipe, min(len, pipe->capacity)) < min(len, (size_t)PIPE_BUF)) {
		ret = pipe->size ? -EAGAIN : -ENOMEM;
		if (!nonblock && pipe->size)
			ret = pipe_sleep(pipe, &pipe->write_wait, pipe_can_write(pipe, min(len, (size_t)PIPE_BUF)));
		if (ret)
			goto out;
	}
	if (!pipe->nr_readers) {
		ret = pipe_broken();
		goto out;
	}
	while (total < len && pipe_fill(pipe) < pipe->size) {
		size_t offset = pipe->head & (pipe->size - 1);
		size_t part = min(min(len - total, pipe->size - pipe_fill(pipe)), pipe->size - offset);
		struct uio uio;

		uio_init_kernel(&uio, pipe->ring + offset, part);
		ret = file_read(in, &uio, pos);
		if (ret <= 0)
			break;
		pipe->head += (size_t)ret;
		total += (size_t)ret;
		if ((size_t)ret < part)
			break;
	}
out:
	mutex_unlock(&pipe->lock);
	if (total)
		wake_up_nr(&pipe->read_wait, 1, EPOLLIN | EPOLLRDNORM);
	return total ? (ssize_t)total : ret;
}

ssize_t pipe_splice(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t len, bool nonblock)
{
	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
		return -EBADF;
	if (file_is_pipe(in) && file_is_pipe(out))
		return in_pos || out_pos ? -ESPIPE : pipe_to_pipe(in, out, len, nonblock, false);
	if (file_is_pipe(in)) {
		if (in_pos)
			return -ESPIPE;
		if (out->flags & O_APPEND)
			return -EINVAL;
		return pipe_to_file(in->private_data, out, out_pos, len, nonblock || in->flags & O_NONBLOCK);
	}
	if (!file_is_pipe(out))
		return -EINVAL;
	if (out_pos)
		return -ESPIPE;
	return file_to_pipe(in, in_pos, out->private_data, len, nonblock || out->flags & O_NONBLOCK);
}

ssize_t pipe_move_user(struct file *file, struct uio *uio, bool nonblock)
{
	if (!file_is_pipe(file))
		return -EBADF;
	nonblock |= (file->flags & O_NONBLOCK) != 0;
	return file->mode & FILE_WRITE ? pipe_do_write(file->private_data, uio, nonblock)
				       : pipe_do_read(file->private_data, uio, nonblock);
}
