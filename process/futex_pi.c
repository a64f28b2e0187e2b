// SPDX-License-Identifier: MIT
/*
 * Futexes that name their owner: FUTEX_LOCK_PI and its kin, and the robust list that a thread leaves behind (man 2
 * get_robust_list). The word holds the owner's thread ID; the owner's priority is not raised. The unlocker hands
 * the word over to the longest waiter.
 */
#include <process/futex.h>

#include <kernel/errno.h>
#include <kernel/sched.h>
#include <kernel/thread.h>
#include <kernel/wait.h>
#include <linux/futex.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>
#include <process/futex_queue.h>
#include <process/pid_ns.h>
#include <process/process.h>

static bool owner_lives(uint32_t word)
{
	struct thread *thread = thread_find_get((int)(word & FUTEX_TID_MASK));

	if (!thread)
		return false;
	thread_put(thread);
	return true;
}

/*
 * One try under the bucket's lock: 0 taken, -EAGAIN queue up (the waiters bit is set), -EFAULT fault the word in,
 * else the result of the call.
 */
static int try_take(uint32_t *user_addr, bool try_only)
{
	uint32_t tid = (uint32_t)pid_vnr(current->pid), word, seen;
	int err = futex_read(&word, user_addr);

	for (; !err; word = seen) {
		uint32_t owner = word & FUTEX_TID_MASK, desired;

		if (owner == tid)
			return -EDEADLK;
		if (!owner)
			desired = tid | (word & (FUTEX_WAITERS | FUTEX_OWNER_DIED));
		else if (try_only)
			return -EWOULDBLOCK;
		else
			desired = word | FUTEX_WAITERS;
		err = futex_cmpxchg(user_addr, word, desired, &seen);
		if (!err && seen == word)
			return owner ? -EAGAIN : 0;
	}
	return err;
}

static bool owns(uint32_t *user_addr)
{
	uint32_t word;

	return !arch_get_user_u32(&word, user_addr) && (word & FUTEX_TID_MASK) == (uint32_t)pid_vnr(current->pid);
}

static int sleep_for_hand_over(struct futex_waiter *waiter, uint32_t *user_addr, uint64_t deadline_ns)
{
	bool in_time = true;
	int err = 0;

	for (;;) {
		thread_set_state(THREAD_INTERRUPTIBLE);
		if (!__atomic_load_n(&waiter->bucket, __ATOMIC_ACQUIRE))
			break;
		if (signal_pending() || !in_time) {
			err = in_time ? -ERESTARTNOINTR : -ETIMEDOUT;
			break;
		}
		in_time = schedule_until(deadline_ns);
	}
	thread_set_state(THREAD_RUNNING);
	if (futex_unqueue(waiter))
		return err;
	return owns(user_addr) ? 0 : -EAGAIN; /* -EAGAIN: a dead owner's wake, try again */
}

long futex_lock_pi(uint32_t *user_addr, int flags, uint64_t deadline_ns, bool try_only)
{
	for (;;) {
		struct futex_waiter waiter = { .bitset = FUTEX_BITSET_MATCH_ANY, .is_pi = true };
		struct futex_bucket *bucket;
		unsigned long irq;
		uint32_t word;
		int err = futex_key_get(user_addr, flags, &waiter.key);

		if (err)
			return err;
		bucket = futex_bucket_of(&waiter.key);
		irq = spin_lock_irqsave(&bucket->lock);
		err = try_take(user_addr, try_only);
		if (err == -EAGAIN)
			futex_queue_locked(&waiter, bucket);
		spin_unlock_irqrestore(&bucket->lock, irq);
		if (err == -EAGAIN) {
			if (!arch_get_user_u32(&word, user_addr) && word & FUTEX_TID_MASK && !owner_lives(word)) {
				if (futex_unqueue(&waiter))
					return -ESRCH;
				return owns(user_addr) ? 0 : -ESRCH;
			}
			err = sleep_for_hand_over(&waiter, user_addr, deadline_ns);
			if (err == -EAGAIN)
				continue;
			return err;
		}
		futex_key_put(&waiter.key);
		if (err != -EFAULT)
			return err;
		err = futex_fault_in(user_addr);
		if (err)
			return err;
	}
}

static struct futex_waiter *first_pi_waiter(struct futex_bucket *bucket, const struct futex_key *key, bool *more)
{
	struct futex_waiter *waiter, *first = NULL;

	*more = false;
	list_for_each_entry(waiter, futex_waiters(bucket), node) {
		if (!waiter->is_pi || !futex_same_key(&waiter->key, key))
			continue;
		if (first) {
			*more = true;
			break;
		}
		first = waiter;
	}
	return first;
}

static int hand_over(uint32_t *user_addr, struct futex_bucket *bucket, const struct futex_key *key)
{
	uint32_t tid = (uint32_t)pid_vnr(current->pid), word, seen;
	struct futex_waiter *waiter;
	bool more;
	int err = futex_read(&word, user_addr);

	for (; !err; word = seen) {
		uint32_t desired = 0;

		if ((word & FUTEX_TID_MASK) != tid)
			return -EPERM;
		waiter = first_pi_waiter(bucket, key, &more);
		if (waiter)
			desired = (uint32_t)pid_vnr(waiter->thread->pid) | (more ? FUTEX_WAITERS : 0);
		err = futex_cmpxchg(user_addr, word, desired, &seen);
		if (!err && seen == word) {
			if (waiter)
				futex_wake_locked(waiter);
			return 0;
		}
	}
	return err;
}

long futex_unlock_pi(uint32_t *user_addr, int flags)
{
	for (;;) {
		struct futex_bucket *bucket;
		struct futex_key key;
		unsigned long irq;
		int err = futex_key_get(user_addr, flags, &key);

		if (err)
			return err;
		bucket = futex_bucket_of(&key);
		irq = spin_lock_irqsave(&bucket->lock);
		err = hand_over(user_addr, bucket, &key);
		spin_unlock_irqrestore(&bucket->lock, irq);
		futex_key_put(&key);
		if (err != -EFAULT)
			return err;
		err = futex_fault_in(user_addr);
		if (err)
			return err;
	}
}

/* --- what a dead thread leaves behind -------------------------------------------------------------------------- */

static void wake_one_pi(uint32_t *user_addr)
{
	struct futex_bucket *bucket;
	struct futex_waiter *waiter;
	struct futex_key key;
	unsigned long irq;
	bool more;

	if (futex_key_get(user_addr, 0, &key))
		return;
	bucket = futex_bucket_of(&key);
	irq = spin_lock_irqsave(&bucket->lock);
	waiter = first_pi_waiter(bucket, &key, &more);
	if (waiter)
		futex_wake_locked(waiter);
	spin_unlock_irqrestore(&bucket->lock, irq);
	futex_key_put(&key);
}

/* A lock of the robust list: if the dead thread holds it, it is marked and a waiter may take it. */
static void owner_died(uint32_t *user_addr, bool is_pi, bool is_pending)
{
	uint32_t tid = (uint32_t)pid_vnr(current->pid), word, seen;

	if ((uintptr_t)user_addr % sizeof(uint32_t) || !user_range_ok(user_addr, sizeof(uint32_t)) ||
		arch_get_user_u32(&word, user_addr))
		return;
	for (;; word = seen) {
		if (is_pending && !is_pi && !word) {
			futex(user_addr, FUTEX_WAKE, 1, 0, NULL, 0, 0);
			return;
		}
		if ((word & FUTEX_TID_MASK) != tid)
			return;
		if (arch_user_cmpxchg_u32(user_addr, word, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED, &seen))
			return;
		if (seen == word)
			break;
	}
	if (!(word & FUTEX_WAITERS))
		return;
	if (is_pi)
		wake_one_pi(user_addr);
	else
		futex(user_addr, FUTEX_WAKE, 1, 0, NULL, 0, 0);
}

static void walk_robust_list(struct robust_list_head *user_head)
{
	struct robust_list_head head;
	uintptr_t entry, pending;

	if (copy_from_user(&head, user_head, sizeof(head)))
		return;
	pending = (uintptr_t)head.list_op_pending;
	entry = (uintptr_t)head.list.next;
	for (unsigned int n = 0; n < ROBUST_LIST_LIMIT && (entry & ~1UL) != (uintptr_t)&user_head->list; n++) {
		uintptr_t node = entry & ~1UL, next;
		bool is_pi = entry & 1;

		/* Read before the lock is given away: its memory may go with it. */
		if (get_user(&next, (uintptr_t *)node))
			break;
		if (node != (pending & ~1UL))
			owner_died((uint32_t *)(node + (uintptr_t)head.futex_offset), is_pi, false);
		entry = next;
	}
	if (pending)
		owner_died((uint32_t *)((pending & ~1UL) + (uintptr_t)head.futex_offset), pending & 1, true);
}

void futex_exit(struct thread *thread)
{
	uintptr_t user_tid = thread->clear_child_tid;

	if (thread->robust_list && thread->vm)
		walk_robust_list((struct robust_list_head *)thread->robust_list);
	thread->robust_list = 0;
	thread->clear_child_tid = 0;
	/* Nobody else can look when the memory goes with this thread. */
	if (!user_tid || !thread->vm || __atomic_load_n(&thread->vm->refs, __ATOMIC_ACQUIRE) == 1)
		return;
	if (!put_user(0, (int *)user_tid))
		futex((uint32_t *)user_tid, FUTEX_WAKE, 1, 0, NULL, 0, 0);
}
