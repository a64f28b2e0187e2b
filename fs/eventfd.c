// SPDX-License-Identifier: MIT
/* eventfd: one counter, readers wait for it to be above 0, writers for room below its maximum. */
#include <fs/eventfd.h>

#include <fs/file.h>
#include <fs/poll.h>
#include <kernel/errno.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <linux/eventfd.h>
#include <linux/fcntl.h>
#include <mm/uio.h>

#define COUNT_MAX (UINT64_MAX - 1)

struct eventfd {
	struct wait_queue wait;
	uint64_t count; /* atomic */
	bool is_semaphore;
};

/* Takes what a read gives; 0: nothing there. */
static uint64_t take(struct eventfd *event)
{
	uint64_t count = atomic_load_relaxed(&event->count), taken;

	do {
		taken = event->is_semaphore ? count != 0 : count;
	} while (taken && !atomic_try_cmpxchg(&event->count, &count, count - taken));
	return taken;
}

static bool add(struct eventfd *event, uint64_t value)
{
	uint64_t count = atomic_load_relaxed(&event->count);

	do {
		if (COUNT_MAX - count < value)
			return false;
	} while (!atomic_try_cmpxchg(&event->count, &count, count + value));
	return true;
}

static ssize_t eventfd_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct eventfd *event = file->private_data;
	uint64_t value;

	if (uio->left < sizeof(value))
		return -EINVAL;
	value = take(event);
	if (!value) {
		int err;

		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible_exclusive(&event->wait, (value = take(event)) != 0);
		if (err)
			return err;
	}
	wake_up_nr(&event->wait, 1, EPOLLOUT);
	return uio_copy_to(uio, &value, sizeof(value)) == sizeof(value) ? (ssize_t)sizeof(value) : -EFAULT;
}

static ssize_t eventfd_write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct eventfd *event = file->private_data;
	uint64_t value;

	if (uio->left < sizeof(value))
		return -EINVAL;
	if (uio_copy_from(uio, &value, sizeof(value)) != sizeof(value))
		return -EFAULT;
	if (value == UINT64_MAX)
		return -EINVAL;
	if (!add(event, value)) {
		int err;

		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&event->wait, add(event, value));
		if (err)
			return err;
	}
	wake_up_nr(&event->wait, 1, EPOLLIN);
	return sizeof(value);
}

static unsigned int eventfd_poll(struct file *file, struct poll_table *table)
{
	struct eventfd *event = file->private_data;
	uint64_t count;

	poll_wait(file, &event->wait, table);
	count = atomic_load(&event->count);
	return (count ? EPOLLIN : 0) | (count < COUNT_MAX ? EPOLLOUT : 0) | (count == UINT64_MAX ? EPOLLERR : 0);
}

static void eventfd_release(struct file *file)
{
	struct eventfd *event = file->private_data;

	wake_up_poll(&event->wait, EPOLLHUP);
	kfree(event);
}

static void eventfd_show(struct file *file, char *buf, size_t size)
{
	struct eventfd *event = file->private_data;

	snprintf(buf, size, "eventfd-count: %16lx\n", (unsigned long)atomic_load(&event->count));
}

static const struct file_ops eventfd_ops = {
	.read = eventfd_read,
	.write = eventfd_write,
	.poll = eventfd_poll,
	.release = eventfd_release,
	.show_fdinfo = eventfd_show,
};

int eventfd_create(unsigned int count, int flags, struct file **out)
{
	struct eventfd *event = kzalloc(sizeof(*event));
	int err;

	if (!event)
		return -ENOMEM;
	wait_queue_init(&event->wait);
	event->count = count;
	event->is_semaphore = flags & EFD_SEMAPHORE;
	err = file_open_anon("anon_inode:[eventfd]", &eventfd_ops, event, O_RDWR | (flags & O_NONBLOCK), out);
	if (err)
		kfree(event);
	return err;
}
