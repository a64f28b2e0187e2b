// SPDX-License-Identifier: MIT
/*
 * wait_queue: see kernel/wait.h for the protocol. A woken entry is removed by the waker, after the wake:
 * its owner, seeing it still queued, waits for the queue's lock before the entry may go out of scope.
 */
#include <kernel/wait.h>

#include <kernel/sched.h>
#include <kernel/time.h>
#include <kernel/timer.h>
#include <lib/atomic.h>

void wait_queue_init(struct wait_queue *wq)
{
	spin_lock_init(&wq->lock);
	list_init(&wq->entries);
}

static bool wake_thread(struct wait_entry *entry, unsigned int events)
{
	if (!thread_wake(entry->thread))
		return false;
	/* The last access: wait_finish() may return without the lock once the node points to itself. */
	entry->node.prev->next = entry->node.next;
	entry->node.next->prev = entry->node.prev;
	entry->node.prev = &entry->node;
	atomic_store(&entry->node.next, &entry->node);
	return true;
}

void wait_entry_init(struct wait_entry *entry)
{
	wait_entry_init_fn(entry, wake_thread);
}

void wait_entry_init_fn(struct wait_entry *entry, wait_wake_fn wake)
{
	list_init(&entry->node);
	entry->thread = current;
	entry->wake = wake;
	entry->exclusive = false;
}

static void add_locked(struct wait_queue *wq, struct wait_entry *entry)
{
	if (entry->exclusive)
		list_add_tail(&entry->node, &wq->entries);
	else
		list_add(&entry->node, &wq->entries);
}

void wait_add(struct wait_queue *wq, struct wait_entry *entry)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);

	add_locked(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
	/* What the caller looks at next is not older than its entry: pairs with wake_up_nr()'s fence. */
	atomic_fence();
}

void wait_remove(struct wait_queue *wq, struct wait_entry *entry)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);

	list_del_init(&entry->node);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void wait_prepare(struct wait_queue *wq, struct wait_entry *entry, enum thread_state state)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);

	if (list_empty(&entry->node))
		add_locked(wq, entry);
	thread_set_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void wait_finish(struct wait_queue *wq, struct wait_entry *entry)
{
	thread_set_state(THREAD_RUNNING);
	if (atomic_load(&entry->node.next) != &entry->node)
		wait_remove(wq, entry);
}

void wake_up_slow(struct wait_queue *wq, unsigned int nr, unsigned int events)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);
	struct wait_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &wq->entries, node) {
		bool is_exclusive = entry->exclusive;

		if (entry->wake(entry, events) && is_exclusive && --nr == 0)
			break;
	}
	spin_unlock_irqrestore(&wq->lock, flags);
}

struct sleep_timer {
	struct timer timer;
	struct thread *thread;
	bool fired; /* atomic */
};

static void sleep_timer_fired(struct timer *timer)
{
	struct sleep_timer *sleep = container_of(timer, struct sleep_timer, timer);

	atomic_store(&sleep->fired, true);
	thread_wake(sleep->thread);
}

bool schedule_until(uint64_t deadline_ns)
{
	struct sleep_timer sleep;

	if (deadline_ns == UINT64_MAX) {
		schedule();
		return true;
	}
	sleep.thread = current;
	sleep.fired = false;
	timer_init(&sleep.timer, sleep_timer_fired);
	timer_arm(&sleep.timer, deadline_ns);
	schedule();
	timer_cancel(&sleep.timer);
	return !sleep.fired;
}
