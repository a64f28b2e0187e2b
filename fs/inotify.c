// SPDX-License-Identifier: MIT
/*
 * inotify. A watch belongs to an inotify file and hangs on its inode (inode->watches). It holds no reference: the
 * vfs tells when the inode goes, and that ends the watch.
 *
 * Locks: one spinlock for all watches and queues (events are rare and short).
 */
#include <fs/inotify.h>

#include <asm/ioctls.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/notify.h>
#include <fs/poll.h>
#include <kernel/errno.h>
#include <kernel/pseudo_file.h>
#include <kernel/spinlock.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <mm/uio.h>
#include <mm/user_copy.h>

struct inotify {
	struct wait_queue wait;
	unsigned int last_wd;

	/* Guarded by inotify_lock. */
	struct list_head events;  /* struct event */
	struct list_head watches; /* by group_node, in order of descriptors */
	unsigned int nr_events, nr_watches;
	size_t event_bytes;
};

struct watch {
	struct inotify *group;
	struct inode *inode;
	struct watch *next;  /* on inode->watches */
	struct list_head group_node;
	int wd;
	uint32_t mask;
};

/* record: what a read gives, a struct inotify_event and its name. */
struct event {
	struct list_head node;
	size_t size;
	struct inotify_event *head; /* = record */
	_Alignas(struct inotify_event) char record[];
};

unsigned int inotify_max_user_watches = 8192, inotify_max_user_instances = 128, inotify_max_queued_events = 16384;

static struct spinlock inotify_lock = SPINLOCK_INIT;
static unsigned int nr_instances; /* atomic */

static struct event *event_alloc(int wd, uint32_t mask, uint32_t cookie, const char *name)
{
	size_t len = name ? ALIGN_UP(strlen(name) + 1, sizeof(struct inotify_event)) : 0;
	struct event *event = kzalloc(sizeof(*event) + sizeof(*event->head) + len);

	if (!event)
		return NULL;
	event->size = sizeof(*event->head) + len;
	event->head = (struct inotify_event *)event->record;
	event->head->wd = wd;
	event->head->mask = mask;
	event->head->cookie = cookie;
	event->head->len = (uint32_t)len;
	if (name)
		strscpy(event->head->name, name, len);
	return event;
}

static bool same_event(const struct event *a, int wd, uint32_t mask, uint32_t cookie, const char *name)
{
	return a->head->wd == wd && a->head->mask == mask && a->head->cookie == cookie &&
	       (name ? a->head->len && strcmp(a->head->name, name) == 0 : !a->head->len);
}

/* Queues an event; the same one twice in a row is told once. inotify_lock held. */
static void queue_locked(struct inotify *group, int wd, uint32_t mask, uint32_t cookie, const char *name)
{
	struct event *event;

	if (group->nr_events >= inotify_max_queued_events) {
		wd = -1;
		mask = IN_Q_OVERFLOW;
		cookie = 0;
		name = NULL;
	}
	if (!list_empty(&group->events) &&
	    same_event(list_last_entry(&group->events, struct event, node), wd, mask, cookie, name))
		return;
	event = event_alloc(wd, mask, cookie, name);
	if (!event)
		return;
	list_add_tail(&event->node, &group->events);
	group->nr_events++;
	group->event_bytes += event->size;
	wake_up_poll(&group->wait, EPOLLIN | EPOLLRDNORM);
}

/* Ends and frees a watch. inotify_lock held. */
static void end_watch_locked(struct watch *watch)
{
	struct watch **link = (struct watch **)&watch->inode->watches;

	while (*link != watch)
		link = &(*link)->next;
	*link = watch->next;
	watch->group->nr_watches--;
	atomic_dec(&notify_watch_count);
	list_del(&watch->group_node);
	queue_locked(watch->group, watch->wd, IN_IGNORED, 0, NULL);
	kfree(watch);
}

static void inotify_notify(struct inode *inode, uint32_t mask, uint32_t cookie, const char *name)
{
	unsigned long flags = spin_lock_irqsave(&inotify_lock);
	struct watch *watch, *next;

	for (watch = inode->watches; watch; watch = next) {
		next = watch->next;
		if (watch->mask & mask & IN_ALL_EVENTS) {
			queue_locked(watch->group, watch->wd, mask, cookie, name);
			if (watch->mask & IN_ONESHOT) {
				end_watch_locked(watch);
				continue;
			}
		}
		if (mask & (IN_DELETE_SELF | IN_UNMOUNT))
			end_watch_locked(watch);
	}
	spin_unlock_irqrestore(&inotify_lock, flags);
}

/* --- the file ------------------------------------------------------------------------------------------ */

/* The first event off the queue if it fits. NULL: none; *err = -EINVAL: does not fit. */
static struct event *take_event(struct inotify *group, size_t room, int *err)
{
	unsigned long flags = spin_lock_irqsave(&inotify_lock);
	struct event *event = list_first_entry_or_null(&group->events, struct event, node);

	*err = 0;
	if (event && event->size > room) {
		*err = -EINVAL;
		event = NULL;
	}
	if (event) {
		list_del(&event->node);
		group->nr_events--;
		group->event_bytes -= event->size;
	}
	spin_unlock_irqrestore(&inotify_lock, flags);
	return event;
}

static ssize_t inotify_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct inotify *group = file->private_data;
	ssize_t total = 0;
	int err;

	for (;;) {
		struct event *event = take_event(group, uio->left, &err);

		if (event) {
			size_t size = event->size;
			bool copied = uio_copy_to(uio, event->record, size) == size;

			kfree(event);
			if (!copied)
				return total ? total : -EFAULT;
			total += (ssize_t)size;
			continue;
		}
		if (total || err)
			return total ? total : err;
		if (file->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&group->wait, atomic_load_relaxed(&group->nr_events));
		if (err)
			return err;
	}
}

static unsigned int inotify_poll(struct file *file, struct poll_table *table)
{
	struct inotify *group = file->private_data;

	poll_wait(file, &group->wait, table);
	return atomic_load(&group->nr_events) ? EPOLLIN | EPOLLRDNORM : 0;
}

static long inotify_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inotify *group = file->private_data;
	int bytes = (int)atomic_load(&group->event_bytes);

	return cmd == FIONREAD ? put_user(bytes, (int *)arg) : -ENOTTY;
}

static void inotify_release(struct file *file)
{
	struct inotify *group = file->private_data;
	struct watch *watch, *next_watch;
	struct event *event, *next;
	unsigned long flags = spin_lock_irqsave(&inotify_lock);

	list_for_each_entry_safe(watch, next_watch, &group->watches, group_node)
		end_watch_locked(watch);
	spin_unlock_irqrestore(&inotify_lock, flags);
	list_for_each_entry_safe(event, next, &group->events, node)
		kfree(event);
	kfree(group);
	atomic_dec(&nr_instances);
}

static void inotify_show(struct file *file, char *buf, size_t size)
{
	struct inotify *group = file->private_data;
	unsigned long flags = spin_lock_irqsave(&inotify_lock);
	struct watch *watch;
	size_t len = 0;

	list_for_each_entry(watch, &group->watches, group_node)
		len += (size_t)scnprintf(buf + len, size - len, "inotify wd:%x ino:%lx mask:%x ignored_mask:0\n",
			(unsigned int)watch->wd, (unsigned long)watch->inode->ino, watch->mask);
	spin_unlock_irqrestore(&inotify_lock, flags);
}

static const struct file_ops inotify_ops = {
	.read = inotify_read,
	.poll = inotify_poll,
	.ioctl = inotify_ioctl,
	.release = inotify_release,
	.show_fdinfo = inotify_show,
};

bool file_is_inotify(const struct file *file)
{
	return file->ops == &inotify_ops;
}

int inotify_create_file(int flags, struct file **out)
{
	struct inotify *group;
	int err;

	if (atomic_add_return(&nr_instances, 1) > inotify_max_user_instances) {
		atomic_dec(&nr_instances);
		return -EMFILE;
	}
	group = kzalloc(sizeof(*group));
	err = -ENOMEM;
	if (!group)
		goto err_count;
	wait_queue_init(&group->wait);
	list_init(&group->events);
	list_init(&group->watches);
	err = file_open_anon("anon_inode:inotify", &inotify_ops, group, O_RDONLY | (flags & O_NONBLOCK), out);
	if (err)
		goto err_free;
	return 0;

err_free:
	kfree(group);
err_count:
	atomic_dec(&nr_instances);
	return err;
}

static struct watch *find_locked(struct inotify *group, const struct inode *inode)
{
	struct watch *watch;

	for (watch = inode->watches; watch; watch = watch->next)
		if (watch->group == group)
			return watch;
	return NULL;
}

/* Changes the mask of a watch there is; -ENOENT: none. inotify_lock held. */
static int update_locked(struct inotify *group, struct inode *inode, uint32_t mask)
{
	struct watch *watch = find_locked(group, inode);

	if (!watch)
		return -ENOENT;
	if (mask & IN_MASK_CREATE)
		return -EEXIST;
	watch->mask = (mask & IN_MASK_ADD ? watch->mask : 0) | (mask & (IN_ALL_EVENTS | IN_ONESHOT | IN_EXCL_UNLINK));
	return watch->wd;
}

int inotify_add(struct file *file, struct inode *inode, uint32_t mask)
{
	struct inotify *group = file->private_data;
	struct watch *watch = kzalloc(sizeof(*watch));
	unsigned long flags;
	int wd;

	if (!watch)
		return -ENOMEM;
	notify_hook = inotify_notify;
	flags = spin_lock_irqsave(&inotify_lock);
	wd = update_locked(group, inode, mask);
	if (wd == -ENOENT && atomic_load_relaxed(&notify_watch_count) >= inotify_max_user_watches)
		wd = -ENOSPC;
	if (wd == -ENOENT) {
		watch->group = group;
		watch->inode = inode;
		watch->mask = mask & (IN_ALL_EVENTS | IN_ONESHOT | IN_EXCL_UNLINK);
		watch->wd = wd = (int)++group->last_wd;
		watch->next = inode->watches;
		inode->watches = watch;
		list_add_tail(&watch->group_node, &group->watches);
		group->nr_watches++;
		atomic_inc(&notify_watch_count);
		watch = NULL;
	}
	spin_unlock_irqrestore(&inotify_lock, flags);
	kfree(watch);
	return wd;
}

int inotify_remove(struct file *file, int wd)
{
	struct inotify *group = file->private_data;
	unsigned long flags = spin_lock_irqsave(&inotify_lock);
	struct watch *watch;
	int err = -EINVAL;

	list_for_each_entry(watch, &group->watches, group_node) {
		if (watch->wd == wd) {
			end_watch_locked(watch);
			err = 0;
			break;
		}
	}
	spin_unlock_irqrestore(&inotify_lock, flags);
	return err;
}
