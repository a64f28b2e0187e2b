// SPDX-License-Identifier: MIT
/*
 * A pipe: one ring of bytes between any number of readers and writers. The ring starts with a page and grows to
 * the pipe's capacity as it is needed. head and tail count bytes for ever; the ring's size is a power of two.
 *
 * Life cycle: made by pipe_create(), or by the first open of a FIFO; each open file holds a reference and counts
 * as reader, writer or both; the last release frees it.
 */
#include <fs/pipe.h>

#include <arch/layout.h>
#include <asm/ioctls.h>
#include <asm/signal.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/pipe_internal.h>
#include <fs/poll.h>
#include <kernel/cred.h>
#include <kernel/mutex.h>
#include <kernel/signal_send.h>
#include <kernel/thread.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <mm/uio.h>
#include <mm/user_copy.h>

unsigned int pipe_max_bytes = 1 << 20;

static struct mutex fifo_lock = MUTEX_INIT(fifo_lock); /* inode->pipe of FIFOs */

static struct pipe *pipe_alloc(void)
{
	struct pipe *pipe = kzalloc(sizeof(*pipe));

	if (!pipe)
		return NULL;
	pipe->capacity = PIPE_DEFAULT_BYTES;
	mutex_init(&pipe->lock);
	wait_queue_init(&pipe->read_wait);
	wait_queue_init(&pipe->write_wait);
	return pipe;
}

/* Gives the ring another size; what is in it stays. -ENOMEM. */
static int ring_resize(struct pipe *pipe, size_t size)
{
	uint8_t *ring = kmalloc(size);
	size_t used = pipe_fill(pipe);

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

size_t pipe_room(struct pipe *pipe, size_t n)
{
	size_t wanted = pipe_fill(pipe) + n;

	if (unlikely(wanted > pipe->size && pipe->size < pipe->capacity)) {
		size_t size = max(pipe->size * 2, (size_t)PAGE_SIZE);

		while (size < wanted && size < pipe->capacity)
			size *= 2;
		/* Without memory for more, what there is has to do from now on: who waits for room waits for a reader. */
		if (ring_resize(pipe, size) && (pipe->size || !ring_resize(pipe, PAGE_SIZE)))
			pipe->capacity = pipe->size;
	}
	return pipe->size - pipe_fill(pipe);
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

int pipe_wait_for_data(struct pipe *pipe, bool nonblock, bool *has_slept)
{
	while (!pipe_fill(pipe)) {
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

void pipe_finish_read(struct pipe *pipe, bool was_full, bool has_slept)
{
	bool more = pipe_fill(pipe), room = !pipe_is_full(pipe);

	mutex_unlock(&pipe->lock);
	if (unlikely(was_full && room))
		wake_up_nr(&pipe->write_wait, 1, EPOLLOUT | EPOLLWRNORM);
	if (unlikely(has_slept && more)) /* the wake-up that came to us may have been meant for several */
		wake_up_nr(&pipe->read_wait, 1, EPOLLIN | EPOLLRDNORM);
}

ssize_t pipe_do_read(struct pipe *pipe, struct uio *uio, bool nonblock)
{
	bool was_full, has_slept = false;
	ssize_t ret;

	if (!uio->left)
		return 0;
	mutex_lock(&pipe->lock);
	ret = pipe_wait_for_data(pipe, nonblock, &has_slept);
	was_full = pipe_is_full(pipe);
	if (ret > 0) {
		ret = (ssize_t)ring_get(pipe, uio, min(uio->left, pipe_fill(pipe)));
		if (!ret)
			ret = -EFAULT;
	}
	pipe_finish_read(pipe, was_full, has_slept);
	return ret;
}

static ssize_t pipe_read(struct file *file, struct uio *uio, loff_t *pos)
{
	return pipe_do_read(file->private_data, uio, file->flags & O_NONBLOCK);
}

ssize_t pipe_broken(void)
{
	signal_ops()->send_thread(current, SIGPIPE);
	return -EPIPE;
}

ssize_t pipe_do_write(struct pipe *pipe, struct uio *uio, bool nonblock)
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
			ret = pipe_broken();
			break;
		}
		n = min(pipe_room(pipe, uio->left), uio->left);
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
		ret = pipe_sleep(pipe, &pipe->write_wait, pipe_can_write(pipe, needed));
		if (ret)
			break;
	}
	room = !pipe_is_full(pipe);
	mutex_unlock(&pipe->lock);
	if (total)
		wake_up_nr(&pipe->read_wait, 1, EPOLLIN | EPOLLRDNORM);
	if (unlikely(has_slept && room))
		wake_up_nr(&pipe->write_wait, 1, EPOLLOUT | EPOLLWRNORM);
	return total ? (ssize_t)total : ret;
}

static ssize_t pipe_write(struct file *file, struct uio *uio, loff_t *pos)
{
	return pipe_do_write(file->private_data, uio, file->flags & O_NONBLOCK);
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
	used = (int)pipe_fill(pipe);
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
	unsigned int before;
	bool is_there;

	mutex_lock(&pipe->lock);
	before = *opens;
	is_there = *present;
	mutex_unlock(&pipe->lock);
	if (is_there)
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
	if (pipe_fill(pipe) > size)
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
