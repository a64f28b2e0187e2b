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

/* Both locks held. What is in the one and has room in the other, n bytes at most; they stay in the first. */
static size_t ring_copy(const struct pipe *in, struct pipe *out, size_t n)
{
	size_t done = 0;

	n = min(n, pipe_fill(in));
	n = min(n, pipe_room(out, n));
	while (done < n) {
		size_t from = (in->tail + done) & (in->size - 1), to = out->head & (out->size - 1);
		size_t part = min(min(in->size - from, out->size - to), n - done);

		memcpy(out->ring + to, in->ring + from, part);
		out->head += part;
		done += part;
	}
	return n;
}

/* Waits until there is something to read: as pipe_wait_for_data(), without the lock. */
static int wait_for_data(struct pipe *pipe, bool nonblock)
{
	bool has_slept = false;
	int ret;

	mutex_lock(&pipe->lock);
	ret = pipe_wait_for_data(pipe, nonblock, &has_slept);
	pipe_finish_read(pipe, false, has_slept);
	return ret;
}

/* Waits until a write of up to n bytes begins, or the readers are gone. Lock held. */
static int wait_for_room(struct pipe *pipe, size_t n, bool nonblock, bool *has_slept)
{
	while (pipe->nr_readers && pipe_room(pipe, min(n, pipe->capacity)) < min(n, (size_t)PIPE_BUF)) {
		int err = pipe->size ? -EAGAIN : -ENOMEM;

		if (!nonblock && pipe->size) {
			*has_slept = true;
			err = pipe_sleep(pipe, &pipe->write_wait, pipe_can_write(pipe, min(n, (size_t)PIPE_BUF)));
		}
		if (err)
			return err;
	}
	return 0;
}

/* Ends a write: unlocks and wakes who can go on now. */
static void finish_write(struct pipe *pipe, bool has_written, bool has_slept)
{
	bool room = !pipe_is_full(pipe);

	mutex_unlock(&pipe->lock);
	if (has_written)
		wake_up_nr(&pipe->read_wait, 1, EPOLLIN | EPOLLRDNORM);
	if (has_slept && room) /* the wake-up that came to us may have been meant for several */
		wake_up_nr(&pipe->write_wait, 1, EPOLLOUT | EPOLLWRNORM);
}

/* One try under both locks, in the order of their addresses: bytes, 0 (another was faster), -EPIPE. */
static ssize_t try_pipe_to_pipe(struct pipe *in, struct pipe *out, size_t len, bool keeps, bool has_slept)
	NO_THREAD_SAFETY_CHECK
{
	ssize_t n = -EPIPE;
	bool was_full;

	mutex_lock(in < out ? &in->lock : &out->lock);
	mutex_lock(in < out ? &out->lock : &in->lock);
	was_full = pipe_is_full(in);
	if (out->nr_readers) {
		n = (ssize_t)ring_copy(in, out, len);
		in->tail += keeps ? 0 : (size_t)n;
	}
	finish_write(out, n > 0, has_slept);
	pipe_finish_read(in, was_full, false);
	return n;
}

static ssize_t pipe_to_pipe(struct file *in_file, struct file *out_file, size_t len, bool nonblock, bool keeps)
{
	struct pipe *in = in_file->private_data, *out = out_file->private_data;
	bool has_slept = false;
	ssize_t n;

	if (in == out)
		return -EINVAL;
	do {
		n = wait_for_data(in, nonblock || in_file->flags & O_NONBLOCK);
		if (n <= 0)
			return n;
		mutex_lock(&out->lock);
		n = wait_for_room(out, 1, nonblock || out_file->flags & O_NONBLOCK, &has_slept);
		mutex_unlock(&out->lock);
		if (n)
			return n;
		n = try_pipe_to_pipe(in, out, len, keeps, has_slept);
	} while (!n && len);
	return n == -EPIPE ? pipe_broken() : n;
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
	bool has_slept = false;
	size_t total = 0;
	ssize_t ret;

	mutex_lock(&pipe->lock);
	ret = wait_for_room(pipe, len, nonblock, &has_slept);
	if (ret)
		goto out;
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
	finish_write(pipe, total, has_slept);
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
