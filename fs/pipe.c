// SPDX-License-Identifier: MIT
/*
 * A pipe: one ring of bytes between any number of readers and writers. The ring starts with a page and grows to
 * the pipe's capacity as it is needed. head and tail count bytes for ever; the ring's size is a power of two.
 *
 * Life cycle: made by pipe_create(), or by the first open of a FIFO; each open file holds a reference and counts
 * as reader, writer or both; the last release frees it.
 */
#include <fs/pipe.h>

#include <asm/ioctls.h>
#include <arch/layout.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/poll.h>
#include <kernel/cred.h>
#include <kernel/mutex.h>
#include <kernel/signal_send.h>
#include <kernel/thread.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <mm/uio.h>
#include <mm/user_copy.h>

#define DEFAULT_CAPACITY 65536

struct pipe {
	struct mutex lock;
	struct wait_queue read_wait, write_wait;

	/* Guarded by lock; nr_readers and nr_writers are also read without it, by poll. */
	size_t head, tail; /* bytes ever written and read */
	size_t size;	   /* of the ring */
	size_t capacity;
	uint8_t *ring;
	unsigned int nr_readers, nr_writers;
	unsigned int reader_opens, writer_opens; /* ever: FIFO opens wait for a change */
	unsigned int refs;			 /* open files; of a FIFO guarded by fifo_lock */
};

unsigned int pipe_max_bytes = 1 << 20;

static struct mutex fifo_lock = MUTEX_INIT(fifo_lock); /* inode->pipe of FIFOs */

static inline size_t fill(const struct pipe *pipe)
{
	return pipe->head - pipe->tail;
}

static struct pipe *pipe_alloc(void)
{
	struct pipe *pipe = kzalloc(sizeof(*pipe));

	if (!pipe)
		return NULL;
	pipe->capacity = DEFAULT_CAPACITY;
	mutex_init(&pipe->lock);
	wait_queue_init(&pipe->read_wait);
	wait_queue_init(&pipe->write_wait);
	return pipe;
}

/* Gives the ring another size; what is in it stays. -ENOMEM. */
static int ring_resize(struct pipe *pipe, size_t size)
{
	uint8_t *ring = kmalloc(size);
	size_t used = fill(pipe);

	if (!ring)
		return -ENOMEM;
	for (size_t done = 0, part; done < used; done += part) {
		size_t from = (pipe->tail + done) & (pipe->size - 1), to = (pipe->tail + done) & (size - 1);

		part = min(min(pipe->size - from, size - to), used - done);
		memcpy(ring + to, pipe->ring + from, part);
	}
	kfree(pipe->ring);
	pipe->ring = ring;
	pipe->size = size;
	return 0;
}

/* Room for up to n more bytes; the ring grows to its capacity by need. */
static size_t ring_room(struct pipe *pipe, size_t n)
{
	size_t wanted = fill(pipe) + n;

	if (unlikely(wanted > pipe->size && pipe->size < pipe->capacity)) {
		size_t size = max(pipe->size * 2, (size_t)PAGE_SIZE);

		while (size < wanted && size < pipe->capacity)
			size *= 2;
		/* Without memory for more, what there is has to do. */
		if (ring_resize(pipe, size) && !pipe->size)
			(void)ring_resize(pipe, PAGE_SIZE);
	}
	return pipe->size - fill(pipe);
}

static size_t ring_put(struct pipe *pipe, struct uio *uio, size_t n)
{
	size_t total = 0;

	while (total < n) {
		size_t offset = pipe->head & (pipe->size - 1), part = min(n - total, pipe->size - offset);
		size_t done = uio_copy_from(uio, pipe->ring + offset, part);

		pipe->head += done;
		total += done;
		if (done < part)
			break;
	}
	return total;
}

static size_t ring_get(struct pipe *pipe, struct uio *uio, size_t n)
{
	size_t total = 0;

	while (total < n) {
		size_t offset = pipe->tail & (pipe->size - 1), part = min(n - total, pipe->size - offset);
		size_t done = uio_copy_to(uio, pipe->ring + offset, part);

		pipe->tail += done;
		total += done;
		if (done < part)
			break;
	}
	return total;
}

/* Lets go of the lock, sleeps until cond, takes it again. */
#define pipe_sleep(pipe, wq, cond)                                                                 \
	({                                                                                         \
		mutex_unlock(&(pipe)->lock);                                                       \
		int err_ = wait_event_interruptible_exclusive(wq, cond);                           \
		mutex_lock(&(pipe)->lock);                                                         \
		err_;                                                                              \
	})

/* Waits until there is something to read: 1, 0 (no writers), -EAGAIN, -ERESTARTSYS. Lock held. */
static int wait_for_data(struct pipe *pipe, bool nonblock, bool *has_slept)
{
	while (!fill(pipe)) {
		int err;

		if (!pipe->nr_writers)
			return 0;
		if (nonblock)
			return -EAGAIN;
		*has_slept = true;
		err = pipe_sleep(pipe, &pipe->read_wait,
			atomic_load_relaxed(&pipe->head) != atomic_load_relaxed(&pipe->tail) ||
				!atomic_load_relaxed(&pipe->nr_writers));
		if (err)
			return err;
	}
	return 1;
}

static inline bool is_full(const struct pipe *pipe)
{
	return pipe->capacity - fill(pipe) < PIPE_BUF;
}

/* Ends a read: unlocks and wakes who can go on now; edge-triggered watchers want to hear of changes only. */
static void finish_read(struct pipe *pipe, bool was_full, bool has_slept)
{
	bool more = fill(pipe), room = !is_full(pipe);

	mutex_unlock(&pipe->lock);
	if (unlikely(was_full && room))
		wake_up_nr(&pipe->write_wait, 1, EPOLLOUT | EPOLLWRNORM);
	if (unlikely(has_slept && more)) /* the wake-up that came to us may have been meant for several */
		wake_up_nr(&pipe->read_wait, 1, EPOLLIN | EPOLLRDNORM);
}

static ssize_t do_read(struct pipe *pipe, struct uio *uio, bool nonblock)
{
	bool was_full, has_slept = false;
	ssize_t ret;

	if (!uio->left)
		return 0;
	mutex_lock(&pipe->lock);
	ret = wait_for_data(pipe, nonblock, &has_slept);
	was_full = is_full(pipe);
	if (ret > 0) {
		ret = (ssize_t)ring_get(pipe, uio, min(uio->left, fill(pipe)));
		if (!ret)
			ret = -EFAULT;
	}
	finish_read(pipe, was_full, has_slept);
	return ret;
}

static ssize_t pipe_read(struct file *file, struct uio *uio, loff_t *pos)
{
	return do_read(file->private_data, uio, file->flags & O_NONBLOCK);
}

static bool can_write(const struct pipe *pipe, size_t needed)
{
	return pipe->capacity - fill(pipe) >= needed || !atomic_load_relaxed(&pipe->nr_readers);
}

static ssize_t broken_pipe(void)
{
	signal_ops()->send_thread(current, SIGPIPE);
	return -EPIPE;
}

static ssize_t do_write(struct pipe *pipe, struct uio *uio, bool nonblock)
{
	bool has_slept = false, room;
	size_t total = 0;
	ssize_t ret = 0;

	if (!uio->left)
		return 0;
	mutex_lock(&pipe->lock);
	for (;;) {
		size_t needed = min(uio->left, (size_t)PIPE_BUF), n;

		if (unlikely(!pipe->nr_readers)) {
			ret = broken_pipe();
			break;
		}
		n = min(ring_room(pipe, uio->left), uio->left);
		if (n >= needed) {
			size_t done = ring_put(pipe, uio, n);

			total += done;
			if (done < n) {
				ret = -EFAULT;
				break;
			}
			if (!uio->left)
				break;
			wake_up_nr(&pipe->read_wait, 1, EPOLLIN | EPOLLRDNORM);
			continue;
		}
		if (!pipe->size) {
			ret = -ENOMEM;
			break;
		}
		ret = -EAGAIN;
		if (nonblock)
			break;
		has_slept = true;
		ret = pipe_sleep(pipe, &pipe->write_wait, can_write(pipe, needed));
		if (ret)
			break;
	}
	room = !is_full(pipe);
	mutex_unlock(&pipe->lock);
	if (total)
		wake_up_nr(&pipe->read_wait, 1, EPOLLIN | EPOLLRDNORM);
	if (unlikely(has_slept && room))
		wake_up_nr(&pipe->write_wait, 1, EPOLLOUT | EPOLLWRNORM);
	return total ? (ssize_t)total : ret;
}

static ssize_t pipe_write(struct file *file, struct uio *uio, loff_t *pos)
{
	return do_write(file->private_data, uio, file->flags & O_NONBLOCK);
}

static unsigned int pipe_poll(struct file *file, struct poll_table *table)
{
	struct pipe *pipe = file->private_data;
	size_t used;
	unsigned int events = 0;

	if (file->mode & FILE_READ)
		poll_wait(file, &pipe->read_wait, table);
	if (file->mode & FILE_WRITE)
		poll_wait(file, &pipe->write_wait, table);
	used = atomic_load_relaxed(&pipe->head) - atomic_load_relaxed(&pipe->tail);
	if (file->mode & FILE_READ) {
		if (used)
			events |= EPOLLIN | EPOLLRDNORM;
		/* A FIFO that never had a writer since this open has not been hung up. */
		if (!atomic_load_relaxed(&pipe->nr_writers) && (unsigned int)file->pos != pipe->writer_opens)
			events |= EPOLLHUP;
	}
	if (file->mode & FILE_WRITE) {
		if (pipe->capacity - used >= PIPE_BUF)
			events |= EPOLLOUT | EPOLLWRNORM;
		if (!atomic_load_relaxed(&pipe->nr_readers))
			events |= EPOLLERR;
	}
	return events;
}

static long pipe_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipe *pipe = file->private_data;
	int used;

	if (cmd != FIONREAD)
		return -ENOTTY;
	mutex_lock(&pipe->lock);
	used = (int)fill(pipe);
	mutex_unlock(&pipe->lock);
	return put_user(used, (int *)arg);
}

static void pipe_free(struct pipe *pipe)
{
	kfree(pipe->ring);
	kfree(pipe);
}

static void pipe_release(struct file *file)
{
	struct pipe *pipe = file->private_data;
	bool is_last;

	mutex_lock(&pipe->lock);
	if (file->mode & FILE_READ)
		atomic_store(&pipe->nr_readers, pipe->nr_readers - 1);
	if (file->mode & FILE_WRITE)
		atomic_store(&pipe->nr_writers, pipe->nr_writers - 1);
	mutex_unlock(&pipe->lock);
	wake_up_poll(&pipe->read_wait, EPOLLIN | EPOLLRDNORM | EPOLLHUP);
	wake_up_poll(&pipe->write_wait, EPOLLOUT | EPOLLWRNORM | EPOLLERR);

	mutex_lock(&fifo_lock);
	is_last = --pipe->refs == 0;
	if (is_last && file->inode->pipe == pipe)
		file->inode->pipe = NULL;
	mutex_unlock(&fifo_lock);
	if (is_last)
		pipe_free(pipe);
}

static const struct file_ops pipe_ops = {
	.read = pipe_read,
	.write = pipe_write,
	.poll = pipe_poll,
	.ioctl = pipe_ioctl,
	.release = pipe_release,
};

bool file_is_pipe(const struct file *file)
{
	return file->ops == &pipe_ops;
}

int pipe_create(int flags, struct file *files[2])
{
	struct pipe *pipe = pipe_alloc();
	struct inode *inode;

	if (!pipe)
		return -ENOMEM;
	inode = anon_inode_alloc(S_IFIFO | 0600);
	if (!inode)
		goto err_free_pipe;
	if (file_open_inode("pipe", inode, &pipe_ops, O_RDONLY | (flags & O_NONBLOCK), &files[0]))
		goto err_put_inode;
	inode_get(inode);
	if (file_open_inode("pipe", inode, &pipe_ops, O_WRONLY | (flags & O_NONBLOCK), &files[1]))
		goto err_close_reader;
	pipe->nr_readers = pipe->nr_writers = pipe->writer_opens = 1;
	pipe->refs = 2;
	inode->pipe = pipe;
	files[0]->private_data = files[1]->private_data = pipe;
	return 0;

err_close_reader:
	inode_put(inode);
	/* Its release wants a pipe: let it free this one. */
	pipe->nr_readers = pipe->refs = 1;
	files[0]->private_data = pipe;
	file_put(files[0]);
	return -ENOMEM;
err_put_inode:
	inode_put(inode);
err_free_pipe:
	pipe_free(pipe);
	return -ENOMEM;
}

/* The FIFO's pipe with a reference for one more open file, or NULL: no memory. */
static struct pipe *fifo_pipe_get(struct inode *inode)
{
	struct pipe *pipe;

	mutex_lock(&fifo_lock);
	if (!inode->pipe)
		inode->pipe = pipe_alloc();
	pipe = inode->pipe;
	if (pipe)
		pipe->refs++;
	mutex_unlock(&fifo_lock);
	return pipe;
}

/* Waits until the other end was opened, in whatever short time. */
static int wait_for_partner(struct pipe *pipe, struct file *file, bool is_reader)
{
	unsigned int *opens = is_reader ? &pipe->writer_opens : &pipe->reader_opens;
	unsigned int *present = is_reader ? &pipe->nr_writers : &pipe->nr_readers;
	struct wait_queue *wq = is_reader ? &pipe->read_wait : &pipe->write_wait;
	unsigned int before = atomic_load_relaxed(opens);

	if (atomic_load_relaxed(present))
		return 0;
	if (file->flags & O_NONBLOCK) {
		file->pos = before; /* pipe_poll(): no hang-up before the first writer */
		return is_reader ? 0 : -ENXIO;
	}
	return wait_event_interruptible(wq, atomic_load_relaxed(opens) != before);
}

int fifo_open(struct inode *inode, struct file *file)
{
	bool reads = file->mode & FILE_READ, writes = file->mode & FILE_WRITE;
	struct pipe *pipe = fifo_pipe_get(inode);
	int err = 0;

	if (!pipe)
		return -ENOMEM;
	if (writes && !reads && file->flags & O_NONBLOCK && !atomic_load_relaxed(&pipe->nr_readers)) {
		err = -ENXIO;
		goto err_put;
	}
	file->private_data = pipe;
	mutex_lock(&pipe->lock);
	if (reads)
		pipe->nr_readers++, pipe->reader_opens++;
	if (writes)
		pipe->nr_writers++, pipe->writer_opens++;
	mutex_unlock(&pipe->lock);
	wake_up_all(&pipe->read_wait);
	wake_up_all(&pipe->write_wait);
	if (!reads || !writes)
		err = wait_for_partner(pipe, file, reads);
	if (err) {
		pipe_release(file);
		return err;
	}
	file->ops = &pipe_ops;
	file->mode &= ~(unsigned int)(FILE_SEEK | FILE_PREAD | FILE_ATOMIC_POS);
	return 0;

err_put:
	mutex_lock(&fifo_lock);
	if (--pipe->refs == 0)
		inode->pipe = NULL;
	else
		pipe = NULL;
	mutex_unlock(&fifo_lock);
	if (pipe)
		pipe_free(pipe);
	return err;
}

static long set_size(struct pipe *pipe, size_t bytes)
{
	size_t size = PAGE_SIZE;
	long err = 0;

	if (!bytes || bytes > 1UL << 31)
		return -EINVAL;
	while (size < bytes)
		size *= 2;
	if (size > pipe_max_bytes && size > pipe->capacity && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	mutex_lock(&pipe->lock);
	if (fill(pipe) > size)
		err = -EBUSY;
	else if (pipe->size > size)
		err = ring_resize(pipe, size);
	if (!err)
		pipe->capacity = size;
	mutex_unlock(&pipe->lock);
	wake_up_all(&pipe->write_wait);
	return err ? err : (long)size;
}

long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pipe *pipe = file->private_data;

	if (!file_is_pipe(file))
		return -EBADF;
	return cmd == F_SETPIPE_SZ ? set_size(pipe, arg) : (long)pipe->capacity;
}

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
	ret = wait_for_data(pipe, nonblock, &has_slept);
	if (ret > 0) {
		ret = (ssize_t)min(len, fill(pipe));
		ring_copy_out(pipe, buf, (size_t)ret);
	}
	finish_read(pipe, false, has_slept);
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
	len = min(len, (size_t)DEFAULT_CAPACITY);
	buf = kmalloc(max(len, (size_t)1));
	if (!buf)
		return -ENOMEM;
	n = peek(in->private_data, buf, len, in_nonblock);
	if (n > 0) {
		uio_init_kernel(&uio, buf, (size_t)n);
		n = do_write(out->private_data, &uio, out_nonblock);
	}
	if (n > 0 && !keeps) {
		uio_init_kernel(&uio, buf, (size_t)n);
		n = do_read(in->private_data, &uio, true);
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
	ret = wait_for_data(pipe, nonblock, &has_slept);
	was_full = is_full(pipe);
	while (ret > 0 && total < len && fill(pipe)) {
		size_t offset = pipe->tail & (pipe->size - 1);
		size_t part = min(min(len - total, fill(pipe)), pipe->size - offset);
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
	finish_read(pipe, was_full, has_slept);
	return total ? (ssize_t)total : ret;
}

/* Waits for room for a page at least; then reads into the ring, as much as fits. */
static ssize_t file_to_pipe(struct file *in, loff_t *pos, struct pipe *pipe, size_t len, bool nonblock)
{
	size_t total = 0;
	ssize_t ret = 0;

	mutex_lock(&pipe->lock);
	while (pipe->nr_readers && ring_room(pipe, min(len, pipe->capacity)) < min(len, (size_t)PIPE_BUF)) {
		ret = pipe->size ? -EAGAIN : -ENOMEM;
		if (!nonblock && pipe->size)
			ret = pipe_sleep(pipe, &pipe->write_wait, can_write(pipe, min(len, (size_t)PIPE_BUF)));
		if (ret)
			goto out;
	}
	if (!pipe->nr_readers) {
		ret = broken_pipe();
		goto out;
	}
	while (total < len && fill(pipe) < pipe->size) {
		size_t offset = pipe->head & (pipe->size - 1);
		size_t part = min(min(len - total, pipe->size - fill(pipe)), pipe->size - offset);
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
	return file->mode & FILE_WRITE ? do_write(file->private_data, uio, nonblock)
				       : do_read(file->private_data, uio, nonblock);
}
