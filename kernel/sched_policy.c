// SPDX-License-Identifier: MIT
/* What sched_setscheduler(2), nice(2) and sched_setaffinity(2) change, and the start of the scheduler on a CPU. */
#include <kernel/sched.h>

#include <kernel/cpu.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/sched_internal.h>
#include <kernel/smp.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/sched.h>

extern char boot_stack[]; /* arch/<a>/head.S: what the boot CPU entered on, KERNEL_STACK_SIZE bytes */

static struct thread boot_idle;

static void rq_init(struct run_queue *rq)
{
	spin_lock_init(&rq->lock);
	for (unsigned int i = 0; i < ARRAY_SIZE(rq->rt); i++)
		list_init(&rq->rt[i]);
}

static void idle_init(struct cpu *cpu, struct thread *idle)
{
	rq_init(&cpu->rq);
	idle->state = THREAD_RUNNING;
	idle->sched.cpu = cpu;
	idle->sched.on_cpu = true;
	idle->sched.policy = SCHED_IDLE;
	cpu->idle_thread = idle;
	cpu->rq.running = idle;
	timer_queue_init(&cpu->timers);
	arch_set_current(idle);
}

void sched_init(void)
{
	struct cpu *cpu = arch_this_cpu();

	strscpy(boot_idle.name, "swapper/0", sizeof(boot_idle.name));
	boot_idle.refs = 1;
	boot_idle.stack = boot_stack;
	boot_idle.cred = &init_cred;
	idle_init(cpu, &boot_idle);
}

void sched_init_this_cpu(struct cpu *cpu)
{
	idle_init(cpu, cpu->idle_thread);
	cpu->account_ticks = arch_counter_read();
}

/* Lets the thread run where it may: moves it if it waits on, or asks the CPU to give it up. */
static void leave_forbidden_cpu(struct thread *thread)
{
	unsigned long flags;
	struct run_queue *rq = sched_lock_thread(thread, &flags);
	struct cpu *from = thread->sched.cpu, *to;

	if (!thread->sched.on_queue || sched_allowed(thread, from)) {
		spin_unlock_irqrestore(&rq->lock, flags);
		return;
	}
	if (rq->running == thread) {
		thread_set_work(thread, WORK_RESCHED);
		spin_unlock_irqrestore(&rq->lock, flags);
		if (thread == current)
			schedule();
		else
			smp_reschedule(from);
		return;
	}
	rq_remove(rq, thread);
	rq->nr_running--;
	thread->sched.on_queue = false;
	to = sched_select_cpu(thread, from, false);
	sched_place(from, to, thread);
	arch_irq_restore(flags);
}

int sched_set_affinity(struct thread *thread, const struct cpumask *mask)
{
	struct cpumask *copy = kmalloc(sizeof(*copy)), *old;
	unsigned long flags, any = 0;
	struct run_queue *rq;

	if (!copy)
		return -ENOMEM;
	for (unsigned int i = 0; i < ARRAY_SIZE(copy->bits); i++) {
		copy->bits[i] = mask->bits[i] & cpu_online_mask()->bits[i];
		any |= copy->bits[i];
	}
	if (!any) {
		kfree(copy);
		return -EINVAL;
	}
	rq = sched_lock_thread(thread, &flags);
	old = thread->sched.affinity;
	thread->sched.affinity = copy;
	spin_unlock_irqrestore(&rq->lock, flags);
	kfree(old);
	leave_forbidden_cpu(thread);
	return 0;
}

void sched_get_affinity(struct thread *thread, struct cpumask *mask)
{
	unsigned long flags;
	struct run_queue *rq = sched_lock_thread(thread, &flags);

	*mask = *cpu_online_mask();
	if (thread->sched.affinity)
		for (unsigned int i = 0; i < ARRAY_SIZE(mask->bits); i++)
			mask->bits[i] &= thread->sched.affinity->bits[i];
	spin_unlock_irqrestore(&rq->lock, flags);
}

int sched_set_policy(struct thread *thread, int policy, int rt_priority, int nice)
{
	bool is_rt = policy == SCHED_FIFO || policy == SCHED_RR;
	unsigned long flags;
	struct run_queue *rq;
	bool is_waiting;

	if (!is_rt && policy != SCHED_NORMAL && policy != SCHED_BATCH && policy != SCHED_IDLE)
		return -EINVAL;
	if (is_rt ? rt_priority < 1 || rt_priority > 99 : rt_priority != 0)
		return -EINVAL;

	rq = sched_lock_thread(thread, &flags);
	is_waiting = thread->sched.on_queue && rq->running != thread;
	if (is_waiting)
		rq_remove(rq, thread);
	thread->sched.policy = policy;
	thread->sched.rt_priority = rt_priority;
	thread->sched.nice = clamp(nice, -20, 19);
	if (is_waiting) {
		rq_insert(rq, thread, false);
		sched_kick(thread->sched.cpu, thread);
	} else if (rq->running == thread && rq->nr_running > 1) {
		thread_set_work(thread, WORK_RESCHED);
		if (thread->sched.cpu != arch_this_cpu())
			smp_reschedule(thread->sched.cpu);
	}
	spin_unlock_irqrestore(&rq->lock, flags);
	return 0;
}

void sched_pin_current(struct cpu *cpu)
{
	static struct cpumask only; /* without memory for a copy; such a thread does not end */
	struct cpumask mask = { 0 };

	cpumask_set(&mask, cpu->id);
	if (sched_set_affinity(current, &mask)) {
		only = mask;
		current->sched.affinity = &only;
		schedule();
	}
}
