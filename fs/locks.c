// SPDX-License-Identifier: MIT
/*
 * Advisory locks. Each inode that has any carries a list: whole-file locks (flock) and ranges (fcntl). One mutex
 * guards all lists: locks are taken seldom, and looking for deadlocks needs all of them to stand still.
 */
#include <fs/locks.h>

#include <fs/file.h>
#include <fs/inode.h>
#include <kernel/errno.h>
#include <kernel/mutex.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <linux/fcntl.h>

enum lock_kind { LOCK_FLOCK, LOCK_RANGE };

struct lock {
	struct list_head node;
	enum lock_kind kind;
	void *owner;	     /* flock, OFD: the file; process locks: the descriptor table */
	uint64_t start, end; /* bytes, both included */
	short type;	     /* F_RDLCK, F_WRLCK */
	int pid;
};

/* inode->locks. Made at the first lock; goes with the last. */
struct lock_list {
	struct list_head locks;
	unsigned int nr_waiters;
};

/* One who sleeps for a range lock of process kind: who waits for whom. */
struct lock_waiter {
	struct list_head node;
	void *owner, *blocked_by;
};

static struct mutex locks_mutex = MUTEX_INIT(locks_mutex);
static LIST_HEAD(waiters);				       /* guarded by locks_mutex */
static struct wait_queue released = WAIT_QUEUE_INIT(released); /* some lock went */
static uint64_t release_count;				       /* atomic: counts them */

static struct lock_list *list_get(struct inode *inode)
{
	struct lock_list *list = inode->locks;

	if (!list) {
		list = kzalloc(sizeof(*list));
		if (!list)
			return NULL;
		list_init(&list->locks);
		atomic_store(&inode->locks, list);
	}
	return list;
}

static void list_drop_if_empty(struct inode *inode)
{
	struct lock_list *list = inode->locks;

	if (!list || !list_empty(&list->locks) || list->nr_waiters)
		return;
	inode->locks = NULL;
	kfree(list);
}

static void locks_announce(void)
{
	atomic_inc(&release_count);
	wake_up_all(&released);
}

static bool overlaps(const struct lock *lock, uint64_t start, uint64_t end)
{
	return lock->start <= end && start <= lock->end;
}

static struct lock *find_conflict(struct lock_list *list, enum lock_kind kind, const struct range_lock *wanted)
{
	struct lock *lock;

	list_for_each_entry(lock, &list->locks, node)
		if (lock->kind == kind && lock->owner != wanted->owner &&
			(lock->type == F_WRLCK || wanted->type == F_WRLCK) && overlaps(lock, wanted->start, wanted->end))
			return lock;
	return NULL;
}

static struct lock *lock_new(enum lock_kind kind, const struct range_lock *from)
{
	struct lock *lock = kzalloc(sizeof(*lock));

	if (!lock)
		return NULL;
	lock->kind = kind;
	lock->owner = from->owner;
	lock->start = from->start;
	lock->end = from->end;
	lock->type = from->type;
	lock->pid = from->pid;
	return lock;
}

/* The owner's ranges where [start, end] is cut out. spare serves a range that is split in two. True if it was used. */
static bool cut_out(struct lock_list *list, const struct range_lock *range, struct lock *spare)
{
	struct lock *lock, *next;
	bool used = false;

	list_for_each_entry_safe(lock, next, &list->locks, node) {
		if (lock->kind != LOCK_RANGE || lock->owner != range->owner || !overlaps(lock, range->start, range->end))
			continue;
		if (lock->start < range->start && lock->end > range->end) {
			*spare = *lock;
			spare->start = range->end + 1;
			list_add(&spare->node, &lock->node);
			lock->end = range->start - 1;
			used = true;
		} else if (lock->start < range->start) {
			lock->end = range->start - 1;
		} else if (lock->end > range->end) {
			lock->start = range->end + 1;
		} else {
			list_del(&lock->node);
			kfree(lock);
		}
	}
	return used;
}

/* Puts the range in place of what the owner had there. */
static int set_range_locked(struct lock_list *list, const struct range_lock *wanted)
{
	struct lock *spare = kzalloc(sizeof(*spare)), *lock = NULL;

	if (wanted->type != F_UNLCK)
		lock = lock_new(LOCK_RANGE, wanted);
	if (!spare || (wanted->type != F_UNLCK && !lock)) {
		kfree(spare);
		kfree(lock);
		return -ENOMEM;
	}
	if (!cut_out(list, wanted, spare))
		kfree(spare);
	if (lock)
		list_add_tail(&lock->node, &list->locks);
	locks_announce();
	return 0;
}

/* Whether owner, waiting for blocker, would close a circle of waiters. */
static bool would_deadlock(void *owner, void *blocker)
{
	struct lock_waiter *waiter;

	for (unsigned int hops = 0; hops < 10; hops++) {
		bool found = false;

		if (blocker == owner)
			return true;
		list_for_each_entry(waiter, &waiters, node) {
			if (waiter->owner != blocker)
				continue;
			blocker = waiter->blocked_by;
			found = true;
			break;
		}
		if (!found)
			return false;
	}
	return false;
}

/* Sleeps until some lock is released. locks_mutex is held at entry and return. */
static int wait_for_release(struct lock_list *list, void *owner, struct lock *blocker)
{
	struct lock_waiter waiter = { .owner = owner, .blocked_by = blocker->owner };
	uint64_t seen = atomic_load(&release_count);
	int err;

	list_add(&waiter.node, &waiters);
	list->nr_waiters++;
	mutex_unlock(&locks_mutex);
	err = wait_event_interruptible(&released, atomic_load(&release_count) != seen);
	mutex_lock(&locks_mutex);
	list->nr_waiters--;
	list_del(&waiter.node);
	return err;
}

int locks_set_range(struct file *file, const struct range_lock *wanted, bool wait)
{
	struct inode *inode = file->inode;
	struct lock_list *list;
	struct lock *conflict;
	int err = 0;

	mutex_lock(&locks_mutex);
	list = list_get(inode);
	if (!list) {
		mutex_unlock(&locks_mutex);
		return -ENOMEM;
	}
	while (!err && wanted->type != F_UNLCK && (conflict = find_conflict(list, LOCK_RANGE, wanted)) != NULL) {
		if (!wait)
			err = -EAGAIN;
		else if (wanted->pid != -1 && would_deadlock(wanted->owner, conflict->owner))
			err = -EDEADLK;
		else
			err = wait_for_release(list, wanted->owner, conflict);
	}
	if (!err)
		err = set_range_locked(list, wanted);
	list_drop_if_empty(inode);
	mutex_unlock(&locks_mutex);
	return err;
}

void locks_get_range(struct file *file, struct range_lock *lock)
{
	struct lock_list *list;
	struct lock *conflict;

	mutex_lock(&locks_mutex);
	list = file->inode->locks;
	conflict = list ? find_conflict(list, LOCK_RANGE, lock) : NULL;
	if (conflict) {
		lock->start = conflict->start;
		lock->end = conflict->end;
		lock->type = conflict->type;
		lock->pid = conflict->pid;
	} else {
		lock->type = F_UNLCK;
	}
	mutex_unlock(&locks_mutex);
}

/* All locks of one owner (and kind) on the inode go. */
static bool remove_owned(struct inode *inode, enum lock_kind kind, void *owner)
{
	struct lock_list *list = inode->locks;
	struct lock *lock, *next;
	bool removed = false;

	if (!list)
		return false;
	list_for_each_entry_safe(lock, next, &list->locks, node) {
		if (lock->kind != kind || lock->owner != owner)
			continue;
		list_del(&lock->node);
		kfree(lock);
		removed = true;
	}
	return removed;
}

static int flock_set(struct inode *inode, struct lock_list *list, const struct range_lock *wanted, bool wait)
{
	struct lock *lock = lock_new(LOCK_FLOCK, wanted), *conflict;
	int err = 0;

	if (!lock)
		return -ENOMEM;
	/* A conversion gives the old lock up first (man 2 flock, NOTES). */
	if (remove_owned(inode, LOCK_FLOCK, wanted->owner))
		locks_announce();
	while (!err && (conflict = find_conflict(list, LOCK_FLOCK, wanted)) != NULL)
		err = wait ? wait_for_release(list, NULL, conflict) : -EWOULDBLOCK;
	if (err)
		kfree(lock);
	else
		list_add_tail(&lock->node, &list->locks);
	return err;
}

int locks_flock(struct file *file, int operation)
{
	struct range_lock wanted = { .end = UINT64_MAX, .owner = file };
	struct inode *inode = file->inode;
	struct lock_list *list;
	int err = 0;

	switch (operation & ~LOCK_NB) {
	case LOCK_SH:
		wanted.type = F_RDLCK;
		break;
	case LOCK_EX:
		wanted.type = F_WRLCK;
		break;
	case LOCK_UN:
		wanted.type = F_UNLCK;
		break;
	default:
		return -EINVAL;
	}
	mutex_lock(&locks_mutex);
	list = list_get(inode);
	if (!list)
		err = -ENOMEM;
	else if (wanted.type != F_UNLCK)
		err = flock_set(inode, list, &wanted, !(operation & LOCK_NB));
	else if (remove_owned(inode, LOCK_FLOCK, file))
		locks_announce();
	list_drop_if_empty(inode);
	mutex_unlock(&locks_mutex);
	return err;
}

void locks_release_owner(struct file *file, void *owner)
{
	mutex_lock(&locks_mutex);
	if (remove_owned(file->inode, LOCK_RANGE, owner))
		locks_announce();
	list_drop_if_empty(file->inode);
	mutex_unlock(&locks_mutex);
}

void locks_release_file(struct file *file)
{
	locks_release_owner(file, file);
	mutex_lock(&locks_mutex);
	if (remove_owned(file->inode, LOCK_FLOCK, file))
		locks_announce();
	list_drop_if_empty(file->inode);
	mutex_unlock(&locks_mutex);
}
