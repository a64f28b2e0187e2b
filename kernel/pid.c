// SPDX-License-Identifier: MIT
/* IDs: given out in rising order, wrapping at pid_max, in an array from number to struct pid. */
#include <kernel/pid.h>

#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/xarray.h>

#define PID_MAX_LIMIT (4 * 1024 * 1024)
#define RESERVED_PIDS 300 /* not given out again after a wrap */

struct spinlock pid_lock = SPINLOCK_INIT;
unsigned int pid_max = 32768;

/* Guarded by pid_lock. */
static struct xarray pids = XARRAY_INIT;
static unsigned int next_nr = 1;

void (*pid_release_ns)(struct pid *pid);
void (*pid_put_ns)(struct pid_namespace *ns);

static int take_next_nr(struct pid *pid, uint64_t *nr)
{
	int err = xa_alloc(&pids, next_nr, pid_max - 1, pid, nr);

	if (err == -EBUSY)
		err = xa_alloc(&pids, RESERVED_PIDS, pid_max - 1, pid, nr);
	if (!err)
		next_nr = (unsigned int)*nr + 1 < pid_max ? (unsigned int)*nr + 1 : RESERVED_PIDS;
	return err == -EBUSY ? -EAGAIN : err;
}

int pid_alloc_nr(int wanted, struct pid **out)
{
	struct pid *pid = kzalloc(sizeof(*pid));
	uint64_t nr = (uint64_t)wanted;
	unsigned long flags;
	int err;

	if (!pid)
		return -ENOMEM;
	pid->refs = 1;
	list_init(&pid->group);
	list_init(&pid->session);
	wait_queue_init(&pid->exited);

	flags = spin_lock_irqsave(&pid_lock);
	err = wanted ? xa_insert(&pids, nr, pid) : take_next_nr(pid, &nr);
	pid->nr = (int)nr;
	spin_unlock_irqrestore(&pid_lock, flags);
	if (err) {
		kfree(pid);
		return err;
	}
	*out = pid;
	return 0;
}

struct pid *pid_get(struct pid *pid)
{
	atomic_fetch_add_relaxed(&pid->refs, 1);
	return pid;
}

/* The number is free again when nobody holds the struct: a group's or session's ID stays taken that way. */
void pid_put(struct pid *pid)
{
	unsigned long flags;

	if (atomic_sub_return(&pid->refs, 1))
		return;
	flags = spin_lock_irqsave(&pid_lock);
	xa_erase(&pids, (uint64_t)pid->nr);
	if (pid->ns)
		pid_release_ns(pid);
	spin_unlock_irqrestore(&pid_lock, flags);
	if (pid->ns)
		pid_put_ns(pid->ns);
	kfree(pid->ns_nrs);
	kfree(pid);
}

/* Not one whose last reference is going: pid_put() is about to take it out. */
static bool get_unless_dying(struct pid *pid)
{
	unsigned int refs = atomic_load_relaxed(&pid->refs);

	while (refs)
		if (atomic_try_cmpxchg(&pid->refs, &refs, refs + 1))
			return true;
	return false;
}

struct pid *pid_find_get(int nr)
{
	unsigned long flags;
	struct pid *pid;

	if (nr <= 0)
		return NULL;
	flags = spin_lock_irqsave(&pid_lock);
	pid = xa_load(&pids, (uint64_t)nr);
	if (pid && !get_unless_dying(pid))
		pid = NULL;
	spin_unlock_irqrestore(&pid_lock, flags);
	return pid;
}

struct pid *pid_next_get(int nr)
{
	uint64_t index = nr > 0 ? (uint64_t)nr : 1;
	unsigned long flags = spin_lock_irqsave(&pid_lock);
	struct pid *pid;

	while ((pid = xa_next(&pids, &index, PID_MAX_LIMIT)) != NULL && !get_unless_dying(pid))
		index++;
	spin_unlock_irqrestore(&pid_lock, flags);
	return pid;
}

unsigned int pid_last(void)
{
	return READ_ONCE(next_nr) - 1;
}
