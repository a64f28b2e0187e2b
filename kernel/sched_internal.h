/* SPDX-License-Identifier: MIT */
/* What kernel/sched*.c share: operations on a run queue. All with rq->lock held, interrupts off. */
#pragma once

#include <kernel/cpu.h>
#include <kernel/sched.h>
#include <kernel/thread.h>

#define SCHED_TICK_NS 4000000ULL	/* slice timer period while threads compete */
#define SCHED_RR_SLICE_NS 100000000ULL	/* sched_rr_get_interval(2) */

extern struct cpumask sched_idle_cpus; /* atomic; a waker claims an idle CPU by clearing its bit */

static inline bool sched_is_rt(const struct thread *thread)
{
	return thread->sched.rt_priority > 0;
}

static inline bool sched_allowed(const struct thread *thread, const struct cpu *cpu)
{
	return !thread->sched.affinity || cpumask_test(thread->sched.affinity, cpu->id);
}

/* Threads compete on this CPU: its tick by that time. Interrupts off. */
static inline void sched_arm_tick(struct cpu *cpu, uint64_t expires_ns)
{
	if (cpu->timers.slice_ns == UINT64_MAX)
		timer_set_slice(expires_ns);
}

/* Locks the queue of the CPU that thread belongs to. */
struct run_queue *sched_lock_thread(struct thread *thread, unsigned long *flags);

/* Into and out of the ordered set of waiting threads (the one that runs is in neither). */
void rq_insert(struct run_queue *rq, struct thread *thread, bool at_head);
void rq_remove(struct run_queue *rq, struct thread *thread);
/* The waiting thread of the fair class that is furthest behind, or NULL. */
static inline struct thread *rq_fair_first(const struct run_queue *rq)
{
	return rq->fair_lone ? rq->fair_lone : rb_entry_safe(rq->fair_first, struct thread, sched.fair_node);
}
/* The one to run next, taken out of the set; NULL: none waits. */
struct thread *rq_take_next(struct run_queue *rq);
/* Charges the running thread up to now. */
void rq_charge(struct run_queue *rq, uint64_t now_ns);
/* Moves a waiting thread between two locked queues. */
void rq_move(struct cpu *from, struct cpu *to, struct thread *thread);

/* A waiting thread that may run on cpu, or NULL. */
struct thread *rq_find_movable(struct run_queue *rq, const struct cpu *cpu);

/* Takes a waiting thread from another CPU for cpu, which has nothing to run; its lock is held. */
struct thread *sched_steal(struct cpu *cpu);
/* Gives one to a CPU with less to do, if there is one; cpu's lock is held. */
void sched_push(struct cpu *cpu);

/* Where a waking (last: where it ran) or new thread should run; claims an idle CPU. */
struct cpu *sched_select_cpu(struct thread *thread, struct cpu *last, bool is_new);
/* The thread was put on cpu's queue (locked): makes the CPU look if it has to. */
void sched_kick(struct cpu *cpu, struct thread *thread);
/* Gives a thread that is in no queue to cpu's; from (where it was) is locked, and unlocked on return. */
void sched_place(struct cpu *from, struct cpu *cpu, struct thread *thread);
