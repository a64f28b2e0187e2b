// SPDX-License-Identifier: MIT
/*
 * The scheduler's core: the run queue, the switch, wake-up.
 *
 * A queue's lock is held over the switch: taken by schedule() on the old thread's stack, released by
 * finish_switch() on the new one's. So whoever holds the lock of thread->sched.cpu's queue knows that the
 * thread's registers are either in that CPU (rq->running) or all in memory.
 */
#include <kernel/sched.h>

#include <kernel/account.h>
#include <kernel/arch_upcalls.h>
#include <kernel/panic.h>
#include <kernel/sched_internal.h>
#include <kernel/smp.h>
#include <lib/atomic.h>
#include <linux/sched.h>
#include <mm/vm_space.h>

#define SLEEPER_BONUS_NS 3000000ULL	/* how far a sleeper may lag behind the others */
#define WAKE_GRANULARITY_NS 1000000ULL	/* a waking thread preempts if it is that far behind */

/* Weight of nice 0 is 1024; each step is a factor of 1.25. */
static uint32_t nice_weight(int nice)
{
	uint32_t weight = 1024;

	for (; nice > 0; nice--)
		weight = weight * 4 / 5;
	for (; nice < 0; nice++)
		weight = weight * 5 / 4;
	return weight;
}

static uint64_t fair_delta(const struct thread *thread, uint64_t delta_ns)
{
	if (likely(thread->sched.nice == 0 && thread->sched.policy != SCHED_IDLE))
		return delta_ns;
	if (thread->sched.policy == SCHED_IDLE)
		return delta_ns * (1024 / 3);
	return delta_ns * 1024 / nice_weight(thread->sched.nice);
}

static bool fair_less(const struct rb_node *a, const struct rb_node *b)
{
	const struct thread *ta = rb_entry(a, struct thread, sched.fair_node);
	const struct thread *tb = rb_entry(b, struct thread, sched.fair_node);

	return (int64_t)(ta->sched.vruntime_ns - tb->sched.vruntime_ns) < 0;
}

static void insert_fair(struct run_queue *rq, struct thread *thread)
{
	rb_insert(&thread->sched.fair_node, &rq->fair, fair_less);
	if (!rq->fair_first || fair_less(&thread->sched.fair_node, rq->fair_first))
		rq->fair_first = &thread->sched.fair_node;
}

void rq_insert(struct run_queue *rq, struct thread *thread, bool at_head)
{
	unsigned int priority = (unsigned int)thread->sched.rt_priority;

	if (unlikely(priority)) {
		if (at_head)
			list_add(&thread->sched.rt_node, &rq->rt[priority]);
		else
			list_add_tail(&thread->sched.rt_node, &rq->rt[priority]);
		rq->rt_bitmap[priority / 64] |= 1ULL << (priority % 64);
		return;
	}
	if (!rq->fair_first) {
		if (!rq->fair_lone) {
			rq->fair_lone = thread;
			return;
		}
		insert_fair(rq, rq->fair_lone);
		rq->fair_lone = NULL;
	}
	insert_fair(rq, thread);
}

void rq_remove(struct run_queue *rq, struct thread *thread)
{
	unsigned int priority = (unsigned int)thread->sched.rt_priority;

	if (unlikely(priority)) {
		list_del(&thread->sched.rt_node);
		if (list_empty(&rq->rt[priority]))
			rq->rt_bitmap[priority / 64] &= ~(1ULL << (priority % 64));
		return;
	}
	if (likely(rq->fair_lone == thread)) {
		rq->fair_lone = NULL;
		return;
	}
	if (rq->fair_first == &thread->sched.fair_node)
		rq->fair_first = rb_next(rq->fair_first);
	rb_erase(&thread->sched.fair_node, &rq->fair);
}

struct thread *rq_take_next(struct run_queue *rq)
{
	struct thread *next;

	if (unlikely(rq->rt_bitmap[0] | rq->rt_bitmap[1])) {
		unsigned int priority = rq->rt_bitmap[1] ? 64 + fls64(rq->rt_bitmap[1]) : fls64(rq->rt_bitmap[0]);

		next = list_first_entry(&rq->rt[priority], struct thread, sched.rt_node);
	} else {
		next = rq_fair_first(rq);
		if (!next)
			return NULL;
		if ((int64_t)(next->sched.vruntime_ns - rq->min_vruntime_ns) > 0)
			rq->min_vruntime_ns = next->sched.vruntime_ns;
	}
	rq_remove(rq, next);
	return next;
}

void rq_charge(struct run_queue *rq, uint64_t now_ns)
{
	struct thread *running = rq->running;

	running->sched.vruntime_ns += fair_delta(running, now_ns - running->sched.exec_start_ns);
	running->sched.exec_start_ns = now_ns;
}

struct run_queue *sched_lock_thread(struct thread *thread, unsigned long *flags)
{
	for (;;) {
		struct cpu *cpu = atomic_load(&thread->sched.cpu);
		struct run_queue *rq = &cpu->rq;

		*flags = spin_lock_irqsave(&rq->lock);
		if (likely(atomic_load_relaxed(&thread->sched.cpu) == cpu))
			return rq;
		spin_unlock_irqrestore(&rq->lock, *flags);
	}
}

/* Whether thread should run instead of what runs now. */
static bool should_preempt(const struct run_queue *rq, const struct thread *thread)
{
	const struct thread *running = rq->running;

	if (sched_is_rt(thread) || sched_is_rt(running))
		return thread->sched.rt_priority > running->sched.rt_priority;
	if (running->sched.policy == SCHED_IDLE && thread->sched.policy != SCHED_IDLE)
		return true;
	if (thread->sched.policy != SCHED_NORMAL)
		return false;
	/* Without what ran since the last charge: the tick looks again. */
	return (int64_t)(running->sched.vruntime_ns - thread->sched.vruntime_ns) > (int64_t)WAKE_GRANULARITY_NS;
}

void sched_kick(struct cpu *cpu, struct thread *thread)
{
	struct run_queue *rq = &cpu->rq;
	bool is_idle = rq->running == cpu->idle_thread;

	if (is_idle || should_preempt(rq, thread)) {
		thread_set_work(rq->running, WORK_RESCHED);
		if (cpu != arch_this_cpu())
			smp_reschedule(cpu);
	} else if (rq->nr_running == 2) {
		/* Two compete from now on: slices. */
		if (cpu == arch_this_cpu())
			sched_arm_tick(cpu, rq->running->sched.exec_start_ns + SCHED_TICK_NS);
		else
			smp_reschedule(cpu);
	}
}

static void enqueue(struct cpu *cpu, struct thread *thread, bool was_sleeping)
{
	struct run_queue *rq = &cpu->rq;
	uint64_t floor_ns = rq->min_vruntime_ns - (was_sleeping ? SLEEPER_BONUS_NS : 0);

	if ((int64_t)(thread->sched.vruntime_ns - floor_ns) < 0)
		thread->sched.vruntime_ns = floor_ns;
	thread->sched.on_queue = true;
	rq->nr_running++;
	rq_insert(rq, thread, false);
	sched_kick(cpu, thread);
}

/* thread is in no queue and nobody else moves it: gives it to cpu's queue. from's lock is held, and is
 * the one that is released. */
static void place(struct cpu *from, struct cpu *cpu, struct thread *thread, bool was_sleeping)
{
	if (cpu != from) {
		thread->sched.vruntime_ns += cpu->rq.min_vruntime_ns - from->rq.min_vruntime_ns;
		atomic_store(&thread->sched.cpu, cpu);
		spin_unlock(&from->rq.lock);
		spin_lock(&cpu->rq.lock);
	}
	enqueue(cpu, thread, was_sleeping);
	spin_unlock(&cpu->rq.lock);
}

void sched_place(struct cpu *from, struct cpu *cpu, struct thread *thread)
{
	place(from, cpu, thread, false);
}

bool thread_wake_states(struct thread *thread, unsigned int states)
{
	unsigned int state;
	unsigned long flags;
	struct run_queue *rq;

	/* Full barrier: what the waker made true is seen by the sleeper, or its state is seen here. */
	atomic_fence();
	state = atomic_load_relaxed(&thread->state);
	do {
		if (!(states & 1u << state))
			return false;
	} while (!atomic_try_cmpxchg(&thread->state, &state, THREAD_RUNNING));

	rq = sched_lock_thread(thread, &flags);
	/* It was only about to sleep; or it went on, and sleeps or died in a later state that this wake does not end. */
	if (thread->sched.on_queue || atomic_load_relaxed(&thread->state) != THREAD_RUNNING) {
		spin_unlock(&rq->lock);
	} else {
		struct cpu *last = thread->sched.cpu;

		place(last, sched_select_cpu(thread, last, false), thread, true);
	}
	arch_irq_restore(flags);
	return true;
}

void sched_interrupt(struct thread *thread)
{
	unsigned long flags;
	struct run_queue *rq = sched_lock_thread(thread, &flags);

	/* Who begins to run it takes this lock before, and sees what the caller stored. */
	if (rq->running == thread && thread->sched.cpu != arch_this_cpu())
		smp_reschedule(thread->sched.cpu);
	spin_unlock_irqrestore(&rq->lock, flags);
}

void sched_fork(struct thread *thread)
{
	struct thread *parent = current;
	struct cpu *cpu = arch_this_cpu();

	thread->sched.policy = parent->sched.policy;
	thread->sched.nice = parent->sched.nice;
	thread->sched.rt_priority = parent->sched.rt_priority;
	thread->sched.cpu = cpu;
	thread->sched.vruntime_ns = cpu->rq.min_vruntime_ns;
}

void sched_start(struct thread *thread)
{
	unsigned long flags;
	struct run_queue *rq = sched_lock_thread(thread, &flags);
	struct cpu *cpu = thread->sched.cpu;

	(void)rq;
	thread->sched.vruntime_ns = cpu->rq.min_vruntime_ns;
	place(cpu, sched_select_cpu(thread, cpu, true), thread, false);
	arch_irq_restore(flags);
}

/* The second half of a switch, on the new thread's stack. */
static noinline void finish_switch(struct thread *prev)
{
	struct cpu *cpu = arch_this_cpu();
	bool is_dead = atomic_load_relaxed(&prev->state) == THREAD_DEAD;

	atomic_store(&prev->sched.on_cpu, false);
	if (unlikely(prev->sched.is_migrating)) {
		prev->sched.is_migrating = false;
		sched_place(cpu, sched_select_cpu(prev, cpu, false), prev);
		return;
	}
	spin_unlock(&cpu->rq.lock);
	if (unlikely(is_dead))
		thread_put_deferred(prev);
}

void thread_switched(struct thread *prev)
{
	finish_switch(prev);
}

static void switch_to(struct cpu *cpu, struct thread *prev, struct thread *next)
{
	cpu->context_switches++;
	cpu->rq.running = next;
	next->sched.on_cpu = true;
	if (prev->process)
		arch_fpu_save(prev);
	if (next->process) {
		vm_space_switch(prev->vm, next->vm);
		arch_fpu_restore(next);
	}
	arch_switch_user_state(prev, next);
	finish_switch(arch_context_switch(prev, next));
}

static bool rr_slice_is_over(const struct thread *thread, uint64_t now_ns)
{
	return thread->sched.policy == SCHED_RR && now_ns - thread->sched.slice_start_ns >= SCHED_RR_SLICE_NS;
}

/* The running thread goes back among the waiting ones, or off the queue. */
static void put_back(struct cpu *cpu, struct thread *prev, bool is_preempted, uint64_t now_ns)
{
	struct run_queue *rq = &cpu->rq;

	if (prev == cpu->idle_thread) {
		account_idle(cpu);
		return;
	}
	account_switch();
	rq_charge(rq, now_ns);
	if (!is_preempted && __atomic_load_n(&prev->state, __ATOMIC_SEQ_CST) != THREAD_RUNNING) {
		prev->sched.on_queue = false;
		rq->nr_running--;
		prev->voluntary_switches++;
	} else if (unlikely(!sched_allowed(prev, cpu))) {
		prev->sched.is_migrating = true; /* finish_switch() places it */
		prev->sched.on_queue = false;
		rq->nr_running--;
	} else {
		rq_insert(rq, prev, is_preempted && !rr_slice_is_over(prev, now_ns));
	}
}

/* Puts the running thread back or takes it off, picks the next one, switches. Interrupts off. */
static void schedule_locked(bool is_preempted)
{
	struct cpu *cpu = arch_this_cpu();
	struct run_queue *rq = &cpu->rq;
	struct thread *prev = current, *next;
	uint64_t now_ns;

	spin_lock(&rq->lock);
	now_ns = time_monotonic_ns();
	if (atomic_load_relaxed(&prev->work) & WORK_RESCHED)
		thread_clear_work(prev, WORK_RESCHED);
	put_back(cpu, prev, is_preempted, now_ns);
	next = rq_take_next(rq);
	if (!next && cpu_online_count() > 1)
		next = sched_steal(cpu);
	if (!next)
		next = cpu->idle_thread;
	next->sched.exec_start_ns = now_ns;
	if (next == prev) {
		spin_unlock(&rq->lock);
		return;
	}
	if (prev->sched.on_queue)
		prev->involuntary_switches++;
	next->sched.slice_start_ns = now_ns;
	if (rq->nr_running > 1)
		sched_arm_tick(cpu, now_ns + SCHED_TICK_NS);
	switch_to(cpu, prev, next);
}

void schedule(void)
{
	unsigned long flags = arch_irq_save();

	schedule_locked(false);
	arch_irq_restore(flags);
	thread_reap_dead();
}

static void preempt(void)
{
	unsigned long flags = arch_irq_save();

	schedule_locked(true);
	arch_irq_restore(flags);
}

void sched_preempt(void)
{
	account_user(); /* an interrupt came while the program ran */
	preempt();
	account_system();
}

void sched_yield_point(void)
{
	if (unlikely(atomic_load_relaxed(&current->work) & WORK_RESCHED))
		preempt();
}

void sched_yield_current(void)
{
	unsigned long flags = arch_irq_save();
	struct run_queue *rq = &arch_this_cpu()->rq;

	/* Behind the others of the fair class; real-time threads go to their list's tail anyway. */
	spin_lock(&rq->lock);
	rq_charge(rq, time_monotonic_ns());
	if (!sched_is_rt(current)) {
		struct rb_node *last = rb_last(&rq->fair);
		struct thread *behind = last ? rb_entry(last, struct thread, sched.fair_node) : rq->fair_lone;

		if (behind && (int64_t)(behind->sched.vruntime_ns - current->sched.vruntime_ns) > 0)
			current->sched.vruntime_ns = behind->sched.vruntime_ns;
	}
	spin_unlock(&rq->lock);
	schedule_locked(false);
	arch_irq_restore(flags);
}

void sched_tick(uint64_t now_ns)
{
	struct cpu *cpu = arch_this_cpu();
	struct run_queue *rq = &cpu->rq;
	struct thread *running;

	spin_lock(&rq->lock);
	running = rq->running;
	if (running == cpu->idle_thread || rq->nr_running < 2) {
		spin_unlock(&rq->lock);
		return;
	}
	rq_charge(rq, now_ns);
	if (rq->rt_bitmap[0] | rq->rt_bitmap[1] || sched_is_rt(running)) {
		if (rr_slice_is_over(running, now_ns))
			thread_set_work(running, WORK_RESCHED);
	} else {
		const struct thread *first = rq_fair_first(rq);

		if (first && (int64_t)(first->sched.vruntime_ns - running->sched.vruntime_ns) < 0)
			thread_set_work(running, WORK_RESCHED);
	}
	if (cpu_online_count() > 1)
		sched_push(cpu);
	sched_arm_tick(cpu, now_ns + SCHED_TICK_NS);
	spin_unlock(&rq->lock);
}
