// SPDX-License-Identifier: MIT
/*
 * epoll: an item per watched file is queued on the file's wait queues; a wake-up puts the item on the ready
 * list; epoll_wait() asks each item there again and gives what is true. A level-triggered item that was ready
 * goes back on the list, an edge-triggered one waits for the next wake-up.
 *
 * Locks: control_lock (one for all: sets of items, nesting, files that close), then epoll->lock (items while
 * they are asked), then a file's wait queue, then epoll->ready_lock, then epoll->wait.
 */
#include <fs/epoll.h>

#include <fs/file.h>
#include <fs/poll.h>
#include <kernel/errno.h>
#include <kernel/mutex.h>
#include <kernel/thread.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/printf.h>
#include <lib/rbtree.h>
#include <linux/fcntl.h>
#include <mm/user_copy.h>

#define MAX_NESTING 4
#define MAX_WAYS 1000 /* of one wake-up through nested epoll files; and of epoll files looked at to find that out */
#define PRIVATE_BITS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)
#define EXCLUSIVE_OK (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

struct epoll {
	struct mutex lock;
	struct wait_queue wait;	     /* epoll_wait(2) */
	struct wait_queue poll_wait; /* who polls the epoll file itself */
	struct file *file;	     /* itself */
	struct rb_root items;	     /* guarded by control_lock and lock; by file, fd */

	struct spinlock ready_lock;
	struct list_head ready; /* Guarded by ready_lock. */
};

struct epoll_item {
	struct rb_node node;
	struct epoll *epoll;
	struct file *file; /* no reference: its last file_put() takes the item out */
	int fd;
	struct list_head file_node; /* file->epoll_items; guarded by control_lock */
	struct epoll_hook *hooks;   /* wait queues it is on; guarded by control_lock */

	uint32_t events;	     /* atomic; EPOLL* with the modes */
	uint64_t data;
	struct list_head ready_node; /* guarded by epoll->ready_lock; empty: not on the list */
};

struct epoll_hook {
	struct wait_entry wait;
	struct wait_queue *wq;
	struct epoll_item *item;
	struct epoll_hook *next;
};

static struct mutex control_lock = MUTEX_INIT(control_lock);

/* Puts the item on the ready list; true if it was not there. */
static bool make_ready(struct epoll_item *item)
{
	struct epoll *epoll = item->epoll;
	unsigned long flags = spin_lock_irqsave(&epoll->ready_lock);
	bool is_new = list_empty(&item->ready_node);

	if (is_new)
		list_add_tail(&item->ready_node, &epoll->ready);
	spin_unlock_irqrestore(&epoll->ready_lock, flags);
	return is_new;
}

static void wake_waiters(struct epoll *epoll)
{
	wake_up_one(&epoll->wait);
	wake_up_poll(&epoll->poll_wait, EPOLLIN | EPOLLRDNORM);
}

static bool item_woken(struct wait_entry *entry, unsigned int events)
{
	struct epoll_item *item = container_of(entry, struct epoll_hook, wait)->item;
	uint32_t wanted = atomic_load_relaxed(&item->events);
	bool has_waiter;

	if (!(wanted & ~PRIVATE_BITS)) /* one-shot, spent */
		return false;
	if (events && !(events & wanted))
		return false;
	has_waiter = wait_queue_active(&item->epoll->wait);
	make_ready(item);
	wake_waiters(item->epoll);
	return has_waiter;
}

struct item_table {
	struct poll_table table;
	struct epoll_item *item;
	int error;
};

/* Called by the file's poll operation for each of its wait queues. */
static void item_queue(struct poll_table *table, struct file *file, struct wait_queue *wq)
{
	struct item_table *adding = container_of(table, struct item_table, table);
	struct epoll_hook *hook = kmalloc(sizeof(*hook));

	if (!hook) {
		adding->error = -ENOMEM;
		return;
	}
	wait_entry_init_fn(&hook->wait, item_woken);
	hook->wait.exclusive = adding->item->events & EPOLLEXCLUSIVE;
	hook->wq = wq;
	hook->item = adding->item;
	hook->next = adding->item->hooks;
	adding->item->hooks = hook;
	wait_add(wq, &hook->wait);
}

static int compare(const struct file *file, int fd, const struct epoll_item *item)
{
	if (file != item->file)
		return file < item->file ? -1 : 1;
	return fd < item->fd ? -1 : fd > item->fd;
}

static struct epoll_item *find(struct epoll *epoll, const struct file *file, int fd)
{
	struct rb_node *node = epoll->items.node;

	while (node) {
		struct epoll_item *item = rb_entry(node, struct epoll_item, node);
		int order = compare(file, fd, item);

		if (!order)
			return item;
		node = order < 0 ? node->left : node->right;
	}
	return NULL;
}

static void insert(struct epoll *epoll, struct epoll_item *item)
{
	struct rb_node **link = &epoll->items.node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = compare(item->file, item->fd, rb_entry(parent, struct epoll_item, node)) < 0 ? &parent->left
												    : &parent->right;
	}
	rb_link(&item->node, parent, link, &epoll->items);
}

/* Takes the item out of everything and frees it. control_lock and epoll->lock held. */
static void remove(struct epoll_item *item)
{
	struct epoll *epoll = item->epoll;
	struct epoll_hook *hook, *next;
	unsigned long flags;

	for (hook = item->hooks; hook; hook = next) {
		next = hook->next;
		wait_remove(hook->wq, &hook->wait);
		kfree(hook);
	}
	flags = spin_lock_irqsave(&epoll->ready_lock);
	list_del_init(&item->ready_node);
	spin_unlock_irqrestore(&epoll->ready_lock, flags);
	rb_erase(&item->node, &epoll->items);
	list_del(&item->file_node);
	kfree(item);
}

static unsigned int item_poll(struct epoll_item *item)
{
	struct poll_table table = { .queue = NULL, .events = item->events };

	return file_poll(item->file, &table) & item->events;
}

/* --- control ------------------------------------------------------------------------------------------ */

static const struct file_ops epoll_ops;

bool file_is_epoll(const struct file *file)
{
	return file->ops == &epoll_ops;
}

/* Whether epoll is target or watches it in some depth; and how many levels of epoll files are below and above it.
 * control_lock held. The depth of recursion is what control allowed before. */
static bool reaches(const struct epoll *epoll, const struct epoll *target)
{
	struct epoll_item *item;

	if (epoll == target)
		return true;
	rb_for_each_entry(item, &epoll->items, node)
		if (file_is_epoll(item->file) && reaches(item->file->private_data, target))
			return true;
	return false;
}

static unsigned int levels_below(const struct epoll *epoll)
{
	struct epoll_item *item;
	unsigned int levels = 0;

	rb_for_each_entry(item, &epoll->items, node)
		if (file_is_epoll(item->file))
			levels = max(levels, 1 + levels_below(item->file->private_data));
	return levels;
}

static unsigned int levels_above(const struct epoll *epoll)
{
	struct epoll_item *item;
	unsigned int levels = 0;

	list_for_each_entry(item, &epoll->file->epoll_items, file_node)
		levels = max(levels, 1 + levels_above(item->epoll));
	return levels;
}

static bool may_nest(const struct epoll *epoll, const struct epoll *target)
{
	return !reaches(target, epoll) && levels_above(epoll) + 1 + levels_below(target) <= MAX_NESTING;
}

/* Ways up from here, this epoll counted. Beyond MAX_WAYS it counts no further. */
static unsigned int ways_above(const struct epoll *epoll)
{
	struct epoll_item *item;
	unsigned int ways = 1;

	list_for_each_entry(item, &epoll->file->epoll_items, file_node) {
		ways += ways_above(item->epoll);
		if (ways > MAX_WAYS)
			break;
	}
	return ways;
}

/* Whether a wake-up of file, or of what is below it, has too many ways up: their number may be exponential. */
static bool has_too_many_ways(const struct file *file, unsigned int *looked_at)
{
	const struct epoll *epoll = file->private_data;
	struct epoll_item *item;
	unsigned int ways = 0;

	list_for_each_entry(item, &file->epoll_items, file_node) {
		ways += ways_above(item->epoll) - 1;
		if (ways > MAX_WAYS)
			return true;
	}
	if (!file_is_epoll(file))
		return false;
	if (++*looked_at > MAX_WAYS)
		return true;
	rb_for_each_entry(item, &epoll->items, node)
		if (has_too_many_ways(item->file, looked_at))
			return true;
	return false;
}

static int add(struct epoll *epoll, int fd, struct file *file, const struct epoll_event *event)
{
	struct item_table adding = { .table = { .queue = item_queue, .events = event->events } };
	struct epoll_item *item;
	unsigned int looked_at = 0;

	if (file_is_epoll(file) && !may_nest(epoll, file->private_data))
		return -ELOOP;
	item = kzalloc(sizeof(*item));
	if (!item)
		return -ENOMEM;
	item->epoll = epoll;
	item->file = file;
	item->fd = fd;
	item->events = event->events;
	item->data = event->data;
	list_init(&item->ready_node);
	list_add_tail(&item->file_node, &file->epoll_items);
	insert(epoll, item);
	if (unlikely(file_is_epoll(file) || !list_empty(&epoll->file->epoll_items)) && has_too_many_ways(file, &looked_at)) {
		remove(item);
		return -EINVAL;
	}
	adding.item = item;
	if (file_poll(file, &adding.table) & item->events) {
		make_ready(item);
		wake_waiters(epoll);
	}
	if (adding.error)
		remove(item);
	return adding.error;
}

static int modify(struct epoll_item *item, const struct epoll_event *event)
{
	if (item->events & EPOLLEXCLUSIVE || event->events & EPOLLEXCLUSIVE)
		return -EINVAL;
	item->data = event->data;
	atomic_store_seq(&item->events, event->events);
	/* A wake-up between the two sees the new events; one before is made up for here. */
	if (item_poll(item)) {
		make_ready(item);
		wake_waiters(item->epoll);
	}
	return 0;
}

static int control_locked(struct epoll *epoll, int op, int fd, struct file *file, const struct epoll_event *event)
{
	struct epoll_item *item = find(epoll, file, fd);

	switch (op) {
	case EPOLL_CTL_ADD:
		return item ? -EEXIST : add(epoll, fd, file, event);
	case EPOLL_CTL_MOD:
		return item ? modify(item, event) : -ENOENT;
	case EPOLL_CTL_DEL:
		if (!item)
			return -ENOENT;
		remove(item);
		return 0;
	default:
		return -EINVAL;
	}
}

int epoll_control(struct file *file, int op, int fd, struct file *target, const struct epoll_event *event)
{
	struct epoll *epoll = file->private_data;
	struct epoll_event wanted = { 0 };
	int err;

	if (!target->ops->poll)
		return -EPERM;
	if (target == file || !file_is_epoll(file))
		return -EINVAL;
	if (event) {
		wanted = *event;
		if (wanted.events & EPOLLEXCLUSIVE &&
		    (op == EPOLL_CTL_MOD || file_is_epoll(target) || wanted.events & ~EXCLUSIVE_OK))
			return -EINVAL;
		wanted.events |= EPOLLERR | EPOLLHUP;
	}
	mutex_lock(&control_lock);
	mutex_lock(&epoll->lock);
	err = control_locked(epoll, op, fd, target, &wanted);
	mutex_unlock(&epoll->lock);
	mutex_unlock(&control_lock);
	return err;
}

void epoll_release_file(struct file *file)
{
	struct epoll_item *item;

	mutex_lock(&control_lock);
	while ((item = list_first_entry_or_null(&file->epoll_items, struct epoll_item, file_node)) != NULL) {
		struct epoll *epoll = item->epoll;

		mutex_lock(&epoll->lock);
		remove(item);
		mutex_unlock(&epoll->lock);
	}
	mutex_unlock(&control_lock);
}

/* --- waiting ------------------------------------------------------------------------------------------- */

static bool has_ready(struct epoll *epoll)
{
	return !list_empty(&epoll->ready);
}

static struct epoll_item *take_ready(struct epoll *epoll, struct list_head *from)
{
	unsigned long flags = spin_lock_irqsave(&epoll->ready_lock);
	struct epoll_item *item = list_first_entry_or_null(from, struct epoll_item, ready_node);

	if (item)
		list_del_init(&item->ready_node);
	spin_unlock_irqrestore(&epoll->ready_lock, flags);
	return item;
}

/* Gives what is ready to the program, each item at most once. Number, -EFAULT. epoll->lock held. */
static int give_events(struct epoll *epoll, struct epoll_event *user_events, int max)
{
	struct list_head looked_at = LIST_HEAD_INIT(looked_at);
	struct epoll_item *item;
	unsigned long flags;
	int nr = 0;

	flags = spin_lock_irqsave(&epoll->ready_lock);
	list_splice_init(&epoll->ready, &looked_at);
	spin_unlock_irqrestore(&epoll->ready_lock, flags);

	while (nr < max && (item = take_ready(epoll, &looked_at)) != NULL) {
		/* Off the list before it is asked: a wake-up from now on puts it back. */
		unsigned int events = item_poll(item);
		struct epoll_event event = { .events = events, .data = item->data };

		if (!events)
			continue;
		if (copy_to_user(&user_events[nr], &event, sizeof(event))) {
			make_ready(item);
			if (!nr)
				nr = -EFAULT;
			break;
		}
		nr++;
		if (item->events & EPOLLONESHOT)
			atomic_store(&item->events, item->events & PRIVATE_BITS);
		else if (!(item->events & EPOLLET))
			make_ready(item);
	}
	flags = spin_lock_irqsave(&epoll->ready_lock);
	list_splice_init(&looked_at, &epoll->ready);
	spin_unlock_irqrestore(&epoll->ready_lock, flags);
	return nr;
}

int epoll_wait_events(struct file *file, struct epoll_event *user_events, int max, uint64_t deadline_ns)
{
	struct epoll *epoll = file->private_data;

	for (;;) {
		int nr = 0, err;

		if (has_ready(epoll)) {
			mutex_lock(&epoll->lock);
			nr = give_events(epoll, user_events, max);
			mutex_unlock(&epoll->lock);
		}
		if (nr) {
			/* Also for one that looked while these were off the list, and sleeps. */
			if (has_ready(epoll))
				wake_up_one(&epoll->wait);
			return nr;
		}
		if (!deadline_ns)
			return 0;
		err = wait_event_common(&epoll->wait, has_ready(epoll), THREAD_INTERRUPTIBLE, true, deadline_ns);
		if (err == -ETIMEDOUT)
			deadline_ns = 0; /* one last look */
		else if (err)
			return -EINTR;
	}
}

static unsigned int epoll_poll(struct file *file, struct poll_table *table)
{
	struct epoll *epoll = file->private_data;
	struct epoll_item *item;
	unsigned int events = 0;

	poll_wait(file, &epoll->poll_wait, table);
	if (!has_ready(epoll))
		return 0;
	/* Listed items may have been read dry: ask until one is ready. Nesting is bounded and free of loops. */
	mutex_lock(&epoll->lock);
	while (!events && (item = take_ready(epoll, &epoll->ready)) != NULL) {
		if (item_poll(item)) {
			make_ready(item);
			events = EPOLLIN | EPOLLRDNORM;
		}
	}
	mutex_unlock(&epoll->lock);
	return events;
}

static void epoll_release(struct file *file)
{
	struct epoll *epoll = file->private_data;
	struct rb_node *node;

	mutex_lock(&control_lock);
	mutex_lock(&epoll->lock);
	while ((node = rb_first(&epoll->items)) != NULL)
		remove(rb_entry(node, struct epoll_item, node));
	mutex_unlock(&epoll->lock);
	mutex_unlock(&control_lock);
	kfree(epoll);
}

static void epoll_show(struct file *file, char *buf, size_t size)
{
	struct epoll *epoll = file->private_data;
	struct epoll_item *item;
	size_t len = 0;

	mutex_lock(&epoll->lock);
	rb_for_each_entry(item, &epoll->items, node)
		len += (size_t)scnprintf(buf + len, size - len, "tfd: %8d events: %8x data: %16llx\n", item->fd,
			item->events, (unsigned long long)item->data);
	mutex_unlock(&epoll->lock);
}

static const struct file_ops epoll_ops = {
	.poll = epoll_poll,
	.release = epoll_release,
	.show_fdinfo = epoll_show,
};

int epoll_create_file(struct file **out)
{
	struct epoll *epoll = kzalloc(sizeof(*epoll));
	int err;

	if (!epoll)
		return -ENOMEM;
	mutex_init(&epoll->lock);
	wait_queue_init(&epoll->wait);
	wait_queue_init(&epoll->poll_wait);
	spin_lock_init(&epoll->ready_lock);
	list_init(&epoll->ready);
	err = file_open_anon("anon_inode:[eventpoll]", &epoll_ops, epoll, O_RDWR, out);
	if (err)
		kfree(epoll);
	else
		epoll->file = *out;
	return err;
}
