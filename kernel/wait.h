/* SPDX-License-Identifier: MIT */
/*
 * wait_queue: the one way to sleep. Mutexes, pipes, poll, futexes and wait4 are built on it.
 *
 * Protocol: the waiter puts an entry on the queue (wait_prepare sets its thread's state first), tests its
 * condition, and only then calls schedule(); the waker makes the condition true and then wakes. The
 * macros do this. A queue may be woken from interrupts; its lock is taken with _irqsave.
 */
#pragma once

#include <kernel/errno.h>
#include <kernel/spinlock.h>
#include <kernel/thread.h>
#include <lib/list.h>
#include <lib/types.h>

struct wait_entry;

/* Called with the queue locked, interrupts off, when the queue is woken. events: the poll events
 * (EPOLLIN ...) that became true, or 0 for a plain wake. Returns true if this entry counts as woken
 * (for the limit of wake_up_nr). */
typedef bool (*wait_wake_fn)(struct wait_entry *entry, unsigned int events);

struct wait_queue {
	struct spinlock lock;
	struct list_head entries; /* Guarded by lock. */
};

struct wait_entry {
	struct list_head node; /* guarded by the queue's lock; empty when not queued */
	struct thread *thread;
	wait_wake_fn wake;
	bool exclusive; /* wake_up_one stops after one of these */
};

#define WAIT_QUEUE_INIT(name) { SPINLOCK_INIT, LIST_HEAD_INIT((name).entries) }

void wait_queue_init(struct wait_queue *wq);

/* An entry whose wake function makes the current thread runnable and removes the entry. */
void wait_entry_init(struct wait_entry *entry);
void wait_entry_init_fn(struct wait_entry *entry, wait_wake_fn wake);

void wait_add(struct wait_queue *wq, struct wait_entry *entry);
void wait_remove(struct wait_queue *wq, struct wait_entry *entry);

/* Queues the entry if it is not, and sets the current thread's state (enum thread_state). */
void wait_prepare(struct wait_queue *wq, struct wait_entry *entry, enum thread_state state);
/* Takes the entry off and sets the current thread running. */
void wait_finish(struct wait_queue *wq, struct wait_entry *entry);

/* Wake: all entries, or up to nr exclusive ones (and all others). Any context. */
static inline bool wait_queue_active(struct wait_queue *wq)
{
	return !list_empty(&wq->entries);
}

void wake_up_slow(struct wait_queue *wq, unsigned int nr, unsigned int events);
static __always_inline void wake_up_nr(struct wait_queue *wq, unsigned int nr, unsigned int events)
{
	/* The caller's condition before this look at the list; the waiter's wait_prepare() pairs with it. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (wait_queue_active(wq))
		wake_up_slow(wq, nr, events);
}

#define wake_up_all(wq) wake_up_nr(wq, UINT32_MAX, 0)
#define wake_up_one(wq) wake_up_nr(wq, 1, 0)
#define wake_up_poll(wq, events) wake_up_nr(wq, UINT32_MAX, events)

/* Sleeps until deadline_ns (monotonic; UINT64_MAX: no limit) or a wake. The caller has set its state.
 * Returns false when the time is over. */
bool schedule_until(uint64_t deadline_ns);

/* The common loop: 0, -ERESTARTSYS (a signal; interruptible and killable states only), -ETIMEDOUT. */
#define wait_event_common(wq, cond, state, exclusive_, deadline_ns)                                \
	({                                                                                         \
		struct wait_entry entry_;                                                          \
		int ret_ = 0;                                                                      \
		bool in_time_ = true;                                                              \
		wait_entry_init(&entry_);                                                          \
		entry_.exclusive = (exclusive_);                                                   \
		for (;;) {                                                                         \
			wait_prepare(wq, &entry_, state);                                          \
			if (cond)                                                                  \
				break;                                                             \
			if (thread_wait_interrupted(state)) {                                      \
				ret_ = -ERESTARTSYS;                                               \
				break;                                                             \
			}                                                                          \
			if (!in_time_) {                                                           \
				ret_ = -ETIMEDOUT;                                                 \
				break;                                                             \
			}                                                                          \
			in_time_ = schedule_until(deadline_ns);                                    \
			if (likely(in_time_) && (cond)) /* and off the queue by its waker */       \
				break;                                                             \
		}                                                                                  \
		wait_finish(wq, &entry_);                                                          \
		ret_;                                                                              \
	})

#define wait_event(wq, cond)                                                                       \
	((void)wait_event_common(wq, cond, THREAD_UNINTERRUPTIBLE, false, UINT64_MAX))
#define wait_event_interruptible(wq, cond)                                                         \
	wait_event_common(wq, cond, THREAD_INTERRUPTIBLE, false, UINT64_MAX)
#define wait_event_interruptible_exclusive(wq, cond)                                               \
	wait_event_common(wq, cond, THREAD_INTERRUPTIBLE, true, UINT64_MAX)
#define wait_event_killable(wq, cond)                                                              \
	wait_event_common(wq, cond, THREAD_KILLABLE, false, UINT64_MAX)
#define wait_event_interruptible_until(wq, cond, deadline_ns)                                      \
	wait_event_common(wq, cond, THREAD_INTERRUPTIBLE, false, deadline_ns)
#define wait_event_until(wq, cond, deadline_ns)                                                    \
	wait_event_common(wq, cond, THREAD_UNINTERRUPTIBLE, false, deadline_ns)
