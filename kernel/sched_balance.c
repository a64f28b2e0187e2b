// SPDX-License-Identifier: MIT
/*
 * Spreading threads over CPUs. An idle CPU is claimed by clearing its bit in sched_idle_cpus, so that two
 * wakers do not choose the same one; a CPU that runs dry steals; one with waiting threads gives at its tick.
 * Of two queue locks the second is only tried, so no order has to be kept.
 */
#include <kernel/sched.h>

#include <kernel/account.h>
#include <kernel/cpu.h>
#include <kernel/sched_internal.h>
#include <kernel/spinlock.h>
#include <lib/atomic.h>

struct cpumask sched_idle_cpus;

static bool claim_idle(struct thread *thread, struct cpu *cpu)
{
	return cpumask_test(&sched_idle_cpus, cpu->id) && sched_allowed(thread, cpu) &&
	       cpumask_test_and_clear(&sched_idle_cpus, cpu->id);
}

static struct cpu *claim_any_idle(struct thread *thread)
{
	for (unsigned int id = cpumask_next(&sched_idle_cpus, 0); id < cpu_count();
	     id = cpumask_next(&sched_idle_cpus, id + 1)) {
		struct cpu *cpu = cpu_get(id);

		if (claim_idle(thread, cpu))
			return cpu;
	}
	return NULL;
}

/* The online CPU with the fewest runnable threads that the thread may use. */
static struct cpu *least_loaded(struct thread *thread, struct cpu *first)
{
	struct cpu *best = sched_allowed(thread, first) && first->online ? first : NULL, *cpu;

	cpu_for_each(cpu) {
		if (!atomic_load(&cpu->online) || !sched_allowed(thread, cpu))
			continue;
		if (!best || atomic_load_relaxed(&cpu->rq.nr_running) < atomic_load_relaxed(&best->rq.nr_running))
			best = cpu;
	}
	return best ? best : first;
}

struct cpu *sched_select_cpu(struct thread *thread, struct cpu *last, bool is_new)
{
	struct cpu *cpu;

	if (cpu_online_count() == 1)
		return last;
	if (claim_idle(thread, last))
		return last;
	cpu = claim_any_idle(thread);
	if (cpu)
		return cpu;
	if (is_new || !sched_allowed(thread, last))
		return least_loaded(thread, last);
	return last;
}

void rq_move(struct cpu *from, struct cpu *to, struct thread *thread)
{
	rq_remove(&from->rq, thread);
	from->rq.nr_running--;
	thread->sched.vruntime_ns += to->rq.min_vruntime_ns - from->rq.min_vruntime_ns;
	atomic_store(&thread->sched.cpu, to);
	to->rq.nr_running++;
}

struct thread *rq_find_movable(struct run_queue *rq, const struct cpu *cpu)
{
	struct thread *thread;
	struct rb_node *node;

	for (unsigned int priority = 99; rq->rt_bitmap[0] | rq->rt_bitmap[1] && priority > 0; priority--)
		list_for_each_entry(thread, &rq->rt[priority], sched.rt_node)
			if (sched_allowed(thread, cpu))
				return thread;
	if (rq->fair_lone)
		return sched_allowed(rq->fair_lone, cpu) ? rq->fair_lone : NULL;
	for (node = rq->fair_first; node; node = rb_next(node)) {
		thread = rb_entry(node, struct thread, sched.fair_node);
		if (sched_allowed(thread, cpu))
			return thread;
	}
	return NULL;
}

struct thread *sched_steal(struct cpu *cpu)
{
	unsigned int nr = cpu_count();

	for (unsigned int i = 1; i < nr; i++) {
		struct cpu *other = cpu_get((cpu->id + i) % nr);
		struct thread *thread;

		if (atomic_load_relaxed(&other->rq.nr_running) < 2 || !spin_trylock(&other->rq.lock))
			continue;
		thread = rq_find_movable(&other->rq, cpu);
		if (thread)
			rq_move(other, cpu, thread);
		spin_unlock(&other->rq.lock);
		if (thread)
			return thread;
	}
	return NULL;
}

void sched_push(struct cpu *cpu)
{
	struct cpu *other;

	cpu_for_each(other) {
		struct thread *thread;

		if (other == cpu || !atomic_load(&other->online) ||
		    atomic_load_relaxed(&other->rq.nr_running) + 2 > cpu->rq.nr_running)
			continue;
		if (!spin_trylock(&other->rq.lock))
			continue;
		thread = rq_find_movable(&cpu->rq, other);
		if (thread) {
			rq_move(cpu, other, thread);
			rq_insert(&other->rq, thread, false);
			cpumask_clear(&sched_idle_cpus, other->id);
			sched_kick(other, thread);
		}
		spin_unlock(&other->rq.lock);
		if (thread)
			return;
	}
}

void sched_idle(void)
{
	struct cpu *cpu = arch_this_cpu();

	for (;;) {
		arch_irq_disable();
		cpumask_set(&sched_idle_cpus, cpu->id);
		while (!(atomic_load(&current->work) & WORK_RESCHED) && !atomic_load(&cpu->rq.nr_running))
			arch_cpu_idle();
		cpumask_clear(&sched_idle_cpus, cpu->id);
		schedule();
		arch_irq_enable();
		thread_reap_dead();
	}
}

/* What the CPU's running thread has had since the last edge, and which kind of time that is. */
static uint64_t unaccounted_ns(const struct cpu *cpu, bool *is_system)
{
	uint64_t since = atomic_load_relaxed(&cpu->account_ticks), now = arch_counter_read();

	*is_system = since & ACCOUNT_IN_KERNEL;
	return atomic_load_relaxed(&cpu->online) && now > since ? time_ticks_to_ns(now - since) : 0;
}

void sched_cpu_times(struct cpu *cpu, struct cpu_times *times)
{
	bool is_system;
	uint64_t more_ns = unaccounted_ns(cpu, &is_system);

	times->user_ns = time_ticks_to_ns(atomic_load_relaxed(&cpu->user_ticks));
	times->system_ns = time_ticks_to_ns(atomic_load_relaxed(&cpu->system_ticks));
	times->idle_ns = time_ticks_to_ns(atomic_load_relaxed(&cpu->idle_ticks));
	if (atomic_load_relaxed(&cpu->rq.running) == cpu->idle_thread)
		times->idle_ns += more_ns;
	else if (is_system)
		times->system_ns += more_ns;
	else
		times->user_ns += more_ns;
}

void sched_thread_times(struct thread *thread, struct cpu_times *times)
{
	unsigned long flags;
	struct run_queue *rq = sched_lock_thread(thread, &flags);

	times->user_ns = time_ticks_to_ns(atomic_load_relaxed(&thread->user_ticks));
	times->system_ns = time_ticks_to_ns(atomic_load_relaxed(&thread->system_ticks));
	times->idle_ns = 0;
	if (rq->running == thread) {
		bool is_system;
		uint64_t more_ns = unaccounted_ns(thread->sched.cpu, &is_system);

		*(is_system ? &times->system_ns : &times->user_ns) += more_ns;
	}
	spin_unlock_irqrestore(&rq->lock, flags);
}

uint64_t sched_thread_ns(struct thread *thread)
{
	struct cpu_times times;

	sched_thread_times(thread, &times);
	return times.user_ns + times.system_ns;
}

unsigned int sched_nr_running(void)
{
	unsigned int nr = 0;
	struct cpu *cpu;

	cpu_for_each(cpu)
		nr += atomic_load_relaxed(&cpu->rq.nr_running);
	return nr;
}

/*
 * Load averages without a tick: at each question the averages decay over the time since the last one,
 * in steps of 5 s, towards the present number of runnable threads.
 */
void sched_loadavg(unsigned long avg[3])
{
	/* 2048 * exp(-5 s / 1, 5, 15 min), as man 3 getloadavg's averages are defined. */
	static const uint32_t decay[3] = { 1884, 2014, 2037 };
	static struct spinlock lock = SPINLOCK_INIT;
	static uint64_t last_step;	/* Guarded by lock. */
	static unsigned long load[3];	/* Guarded by lock. */
	uint64_t step = time_monotonic_ns() / (5 * NSEC_PER_SEC);
	unsigned long flags = spin_lock_irqsave(&lock);
	unsigned long active = (unsigned long)sched_nr_running() << 11;
	uint64_t steps = min(step - last_step, 400ULL);

	last_step = step;
	for (; steps; steps--)
		for (int i = 0; i < 3; i++)
			load[i] = (load[i] * decay[i] + active * (2048 - decay[i])) >> 11;
	for (int i = 0; i < 3; i++)
		avg[i] = load[i];
	spin_unlock_irqrestore(&lock, flags);
}
