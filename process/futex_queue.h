/* SPDX-License-Identifier: MIT */
/* Inside process/: the queues behind futex(2), shared by plain, priority-inheriting and robust futexes. */
#pragma once

#include <arch/layout.h>
#include <kernel/errno.h>
#include <kernel/spinlock.h>
#include <kernel/thread.h>
#include <lib/list.h>
#include <lib/types.h>
#include <linux/futex.h>
#include <mm/page.h>

/* Which word: object is the vm_space (private) or the page (shared; page then holds a reference). */
struct futex_key {
	uintptr_t object, offset;
	struct page *page;
};

struct futex_bucket {
	struct spinlock lock;
	struct list_head waiters; /* Guarded by lock. */
};

/* One sleeping thread, on its own kernel stack. */
struct futex_waiter {
	struct list_head node;
	struct futex_bucket *bucket; /* atomic; NULL: woken */
	struct futex_key key;
	struct thread *thread;
	uint32_t bitset;
	bool is_pi;
};

static inline bool futex_same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

int futex_key_get_shared(vaddr_t addr, struct futex_key *key);
/* 0, -EINVAL, -EFAULT. May sleep. */
static inline int futex_key_get(uint32_t *user_addr, int flags, struct futex_key *key)
{
	vaddr_t addr = (vaddr_t)user_addr;

	key->object = (uintptr_t)current->vm;
	key->offset = addr;
	key->page = NULL;
	if (addr % sizeof(uint32_t))
		return -EINVAL;
	if (addr > USER_VA_END - sizeof(uint32_t))
		return -EFAULT;
	return flags & FUTEX_PRIVATE_FLAG ? 0 : futex_key_get_shared(addr, key);
}

static inline void futex_key_put(struct futex_key *key)
{
	if (key->page)
		page_put(key->page);
	key->page = NULL;
}

struct futex_bucket *futex_bucket_of(const struct futex_key *key);
struct list_head *futex_waiters(struct futex_bucket *bucket); /* bucket locked */

int futex_read(uint32_t *value, const uint32_t *user_addr);
int futex_cmpxchg(uint32_t *user_addr, uint32_t expected, uint32_t desired, uint32_t *old);
int futex_fault_in(uint32_t *user_addr);

void futex_queue_locked(struct futex_waiter *waiter, struct futex_bucket *bucket);
void futex_wake_locked(struct futex_waiter *waiter);
bool futex_unqueue(struct futex_waiter *waiter); /* true: it was still queued */

/* process/futex_pi.c */
long futex_lock_pi(uint32_t *user_addr, int flags, uint64_t deadline_ns, bool try_only);
long futex_unlock_pi(uint32_t *user_addr, int flags);
