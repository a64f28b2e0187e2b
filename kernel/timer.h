/* SPDX-License-Identifier: MIT */
/*
 * One-shot timers in nanoseconds of monotonic time, kept per CPU in a tree; the CPU's hardware timer
 * is armed for the earliest one, none means no interrupt.
 */
#pragma once

#include <kernel/spinlock.h>
#include <lib/rbtree.h>
#include <lib/types.h>

struct cpu;
struct timer;

/* Runs in interrupt context, interrupts off; may arm the timer again. */
typedef void (*timer_fn)(struct timer *timer);

struct timer {
	struct rb_node node;
	uint64_t expires_ns;
	timer_fn fn;
	struct cpu *cpu; /* atomic: whose queue; NULL: not armed */
	struct cpu *last_cpu; /* atomic: where its function may be running */
};

struct timer_queue {
	struct spinlock lock;

	/* Guarded by lock. */
	struct rb_root tree;
	struct rb_node *first;
	struct timer *running; /* atomic: its function is being called now */

	/* Own CPU only, interrupts off. */
	uint64_t armed_ns; /* what the hardware is set to */
	uint64_t slice_ns; /* the scheduler's, UINT64_MAX: none */
};

void timer_init(struct timer *timer, timer_fn fn);

/* Arms (or moves) the timer, on this CPU unless its function runs on another one. Any context; two callers for one timer need a lock of theirs. */
void timer_arm(struct timer *timer, uint64_t expires_ns);

/* Disarms; when it returns the function is not running and will not run. True if it was armed.
 * Not from the timer's own function; not holding a lock that the function takes. */
bool timer_cancel(struct timer *timer);

static inline bool timer_armed(const struct timer *timer)
{
	return __atomic_load_n(&timer->cpu, __ATOMIC_RELAXED) != NULL;
}

/* The scheduler's tick on this CPU: sched_tick() is called at that time, once. Interrupts off. */
void timer_set_slice(uint64_t expires_ns);
void timer_queue_init(struct timer_queue *queue);
