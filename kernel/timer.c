// SPDX-License-Identifier: MIT
/*
 * Timers: a tree per CPU, ordered by time. A cancelled timer leaves the hardware armed: the early interrupt
 * finds nothing due and arms for what is next, which is cheaper than a register write for each cancelled timeout.
 */
#include <kernel/timer.h>

#include <arch/time.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/sched.h>
#include <kernel/time.h>
#include <lib/atomic.h>

/* What one interrupt runs at most, and what threads get of the CPU before the rest is looked at. */
#define MAX_TIMERS_AT_ONCE 256
#define PAUSE_NS (50 * NSEC_PER_USEC)

void timer_queue_init(struct timer_queue *queue)
{
	spin_lock_init(&queue->lock);
	queue->tree = RB_ROOT;
	queue->first = NULL;
	queue->running = NULL;
	queue->armed_ns = queue->slice_ns = UINT64_MAX;
}

void timer_init(struct timer *timer, timer_fn fn)
{
	timer->fn = fn;
	timer->cpu = timer->last_cpu = NULL;
}

static void arm_hardware(struct timer_queue *queue, uint64_t expires_ns)
{
	queue->armed_ns = expires_ns;
	arch_timer_arm(expires_ns == UINT64_MAX ? UINT64_MAX : time_to_counter(expires_ns));
}

static bool timer_less(const struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct timer, node)->expires_ns < rb_entry(b, struct timer, node)->expires_ns;
}

static void remove_locked(struct timer_queue *queue, struct timer *timer)
{
	if (queue->first == &timer->node)
		queue->first = rb_next(queue->first);
	rb_erase(&timer->node, &queue->tree);
	atomic_store(&timer->cpu, NULL);
}

/* Out of the queue it is in, if any. Interrupts off. */
static bool detach(struct timer *timer)
{
	struct cpu *cpu;

	while ((cpu = atomic_load(&timer->cpu)) != NULL) {
		bool found;

		spin_lock(&cpu->timers.lock);
		found = atomic_load_relaxed(&timer->cpu) == cpu;
		if (found)
			remove_locked(&cpu->timers, timer);
		spin_unlock(&cpu->timers.lock);
		if (found)
			return true;
	}
	return false;
}

static void insert_locked(struct cpu *cpu, struct timer *timer)
{
	struct timer_queue *queue = &cpu->timers;

	rb_insert(&timer->node, &queue->tree, timer_less);
	if (!queue->first || timer_less(&timer->node, queue->first))
		queue->first = &timer->node;
	atomic_store(&timer->last_cpu, cpu);
	atomic_store(&timer->cpu, cpu);
}

/* If its function is running on another CPU it stays there: timer_cancel() looks nowhere else. That CPU looks at its
 * queue once more before it arms its hardware. */
static noinline bool insert_where_it_runs(struct cpu *last, struct timer *timer)
{
	bool is_running;

	spin_lock(&last->timers.lock);
	is_running = atomic_load(&last->timers.running) == timer;
	if (is_running)
		insert_locked(last, timer);
	spin_unlock(&last->timers.lock);
	return is_running;
}

void timer_arm(struct timer *timer, uint64_t expires_ns)
{
	unsigned long flags = arch_irq_save();
	struct cpu *cpu = arch_this_cpu(), *last;
	struct timer_queue *queue = &cpu->timers;

	detach(timer);
	timer->expires_ns = expires_ns;
	last = timer->last_cpu;
	if (unlikely(last && last != cpu && atomic_load(&last->timers.running) == timer) && insert_where_it_runs(last, timer)) {
		arch_irq_restore(flags);
		return;
	}
	spin_lock(&queue->lock);
	insert_locked(cpu, timer);
	spin_unlock(&queue->lock);
	/* Inside timer_interrupt() the hardware is armed at its end. */
	if (expires_ns < queue->armed_ns && !queue->running)
		arm_hardware(queue, expires_ns);
	arch_irq_restore(flags);
}

bool timer_cancel(struct timer *timer)
{
	unsigned long flags = arch_irq_save();
	bool was_armed = false;
	struct cpu *last;

	do {
		was_armed |= detach(timer);
		last = atomic_load(&timer->last_cpu);
		while (last && atomic_load(&last->timers.running) == timer)
			arch_cpu_relax();
	} while (timer_armed(timer));
	arch_irq_restore(flags);
	return was_armed;
}

void timer_set_slice(uint64_t expires_ns)
{
	struct timer_queue *queue = &arch_this_cpu()->timers;

	queue->slice_ns = expires_ns;
	if (expires_ns < queue->armed_ns && !queue->running)
		arm_hardware(queue, expires_ns);
}

/* Takes the first timer that is due off the queue and marks it running. */
static struct timer *take_due(struct timer_queue *queue, uint64_t now_ns)
{
	struct timer *timer = NULL;

	spin_lock(&queue->lock);
	if (queue->first && rb_entry(queue->first, struct timer, node)->expires_ns <= now_ns) {
		timer = rb_entry(queue->first, struct timer, node);
		atomic_store(&queue->running, timer); /* before it counts as not armed */
		remove_locked(queue, timer);
	}
	spin_unlock(&queue->lock);
	return timer;
}

void timer_interrupt(void)
{
	struct timer_queue *queue = &arch_this_cpu()->timers;
	uint64_t now_ns = time_monotonic_ns(), next_ns;
	unsigned int nr = 0;
	struct timer *timer;

	while (nr < MAX_TIMERS_AT_ONCE && (timer = take_due(queue, now_ns)) != NULL) {
		nr++;
		timer->fn(timer);
		atomic_store(&queue->running, NULL);
		now_ns = time_monotonic_ns();
	}
	if (queue->slice_ns <= now_ns) {
		queue->slice_ns = queue->armed_ns = UINT64_MAX;
		sched_tick(now_ns);
	}
	spin_lock(&queue->lock);
	next_ns = queue->first ? rb_entry(queue->first, struct timer, node)->expires_ns : UINT64_MAX;
	spin_unlock(&queue->lock);
	if (unlikely(nr == MAX_TIMERS_AT_ONCE))
		next_ns = max(next_ns, now_ns + PAUSE_NS);
	arm_hardware(queue, min(next_ns, queue->slice_ns));
}
