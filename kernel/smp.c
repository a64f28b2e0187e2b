// SPDX-License-Identifier: MIT
/*
 * The other CPUs: started, called, stopped. A call is a node on the caller's stack, pushed onto the target's
 * list without a lock; the interrupt takes the whole list and marks each node done.
 */
#include <kernel/smp.h>

#include <arch/irqflags.h>
#include <arch/smp.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/log.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/sched_internal.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <kernel/wait.h>
#include <lib/atomic.h>
#include <lib/printf.h>

#define CALL_BATCH 16
#define ONLINE_TIMEOUT_NS (10 * NSEC_PER_SEC) /* after the last one that came */

struct smp_call {
	struct smp_call *next;
	void (*fn)(void *arg);
	void *arg;
	bool is_done; /* atomic */
};

static struct wait_queue online_wait = WAIT_QUEUE_INIT(online_wait);
static unsigned int nr_started = 1; /* by firmware's word, the boot CPU too */
static bool is_stopping, is_parking; /* atomic: what IPI_STOP means */

static void idle_entry(void *arg)
{
	panic("an idle thread was started as a thread");
}

void smp_start(void)
{
	struct cpu *cpu;

	cpu_for_each(cpu) {
		char name[THREAD_NAME_LEN];
		int err;

		if (cpu->online)
			continue;
		snprintf(name, sizeof(name), "swapper/%u", cpu->id);
		err = thread_create(name, idle_entry, NULL, &cpu->idle_thread);
		if (!err)
			err = arch_start_cpu(cpu);
		if (err)
			pr_err("smp: CPU %u (hardware ID %#lx) could not be started (error %d)", cpu->id,
				(unsigned long)cpu->hw_id, -err);
		else
			nr_started++;
	}
}

void smp_notify_online(void)
{
	wake_up_all(&online_wait);
}

void smp_wait_online(void)
{
	unsigned int before;
	struct cpu *cpu;

	/* One that comes later still is used from then on. */
	do {
		before = cpu_online_count();
		(void)wait_event_until(&online_wait, cpu_online_count() == nr_started || cpu_online_count() > before,
			time_monotonic_ns() + ONLINE_TIMEOUT_NS);
	} while (cpu_online_count() > before && cpu_online_count() < nr_started);
	cpu_for_each(cpu)
		if (!atomic_load(&cpu->online))
			pr_err("smp: CPU %u (hardware ID %#lx) did not start", cpu->id, (unsigned long)cpu->hw_id);
	pr_info("smp: %u of %u CPU%s running", cpu_online_count(), cpu_count(), cpu_count() == 1 ? "" : "s");
}

static void run_calls(void)
{
	struct smp_call *call = atomic_exchange(&arch_this_cpu()->smp_calls, NULL), *next, *in_order = NULL;

	for (; call; call = next) {
		next = call->next;
		call->next = in_order;
		in_order = call;
	}
	for (call = in_order; call; call = next) {
		next = call->next;
		call->fn(call->arg);
		atomic_store(&call->is_done, true); /* the node is gone now */
	}
}

static void push_call(struct cpu *cpu, struct smp_call *call)
{
	struct smp_call *first = atomic_load_relaxed(&cpu->smp_calls);

	do
		call->next = first;
	while (!atomic_try_cmpxchg(&cpu->smp_calls, &first, call));
	if (!first)
		arch_send_ipi(cpu, IPI_CALL);
}

static void wait_calls(const struct smp_call *calls, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		while (!atomic_load(&calls[i].is_done)) {
			if (!arch_irqs_enabled())
				run_calls(); /* two CPUs that call each other */
			arch_cpu_relax();
		}
}

void smp_call(const struct cpumask *mask, void (*fn)(void *arg), void *arg)
{
	struct smp_call calls[CALL_BATCH];
	unsigned int nr = 0, id, me = arch_this_cpu()->id;

	if (cpu_online_count() == 1)
		return;
	for (id = cpumask_next(mask, 0); id < cpu_count(); id = cpumask_next(mask, id + 1)) {
		struct cpu *cpu = cpu_get(id);

		if (id == me || !atomic_load(&cpu->online))
			continue;
		calls[nr] = (struct smp_call){ .fn = fn, .arg = arg };
		push_call(cpu, &calls[nr]);
		if (++nr == CALL_BATCH) {
			wait_calls(calls, nr);
			nr = 0;
		}
	}
	wait_calls(calls, nr);
}

void smp_reschedule(struct cpu *cpu)
{
	arch_send_ipi(cpu, IPI_RESCHEDULE);
}

void ipi_handle(unsigned int kind)
{
	struct cpu *cpu = arch_this_cpu();

	switch (kind) {
	case IPI_RESCHEDULE:
		if (atomic_load_relaxed(&cpu->rq.nr_running) > 1)
			sched_arm_tick(cpu, time_monotonic_ns() + SCHED_TICK_NS);
		break;
	case IPI_CALL:
		run_calls();
		log_wake_readers();
		break;
	case IPI_STOP:
		if (!atomic_load(&is_stopping)) /* sent to the kernel before */
			break;
		arch_irq_disable();
		cpumask_clear((struct cpumask *)cpu_online_mask(), cpu->id);
		cpumask_clear(&sched_idle_cpus, cpu->id); /* no waker chooses it any more */
		atomic_store(&cpu->online, false);
		if (atomic_load(&is_parking))
			arch_park_cpu();
		arch_cpu_halt();
	}
}

static void stop_others(void)
{
	struct cpu *me = arch_this_cpu(), *cpu;

	atomic_store(&is_stopping, true);
	cpu_for_each(cpu)
		if (cpu != me && atomic_load(&cpu->online))
			arch_send_ipi(cpu, IPI_STOP);
}

int smp_park_others(void)
{
	struct cpu *me = arch_this_cpu(), *cpu;

	atomic_store(&is_parking, true);
	stop_others();
	cpu_for_each(cpu) {
		int err;

		if (cpu == me || !cpu->idle_thread)
			continue;
		err = arch_wait_parked(cpu);
		if (err)
			return err;
	}
	return 0;
}

void smp_stop_others(void)
{
	uint64_t start;
	struct cpu *me = arch_this_cpu(), *cpu;

	stop_others();
	/* A CPU that has its interrupts off for good is left alone after a while. */
	start = time_monotonic_ns();
	cpu_for_each(cpu)
		while (cpu != me && atomic_load(&cpu->online) && time_monotonic_ns() - start < 10 * NSEC_PER_MSEC)
			arch_cpu_relax();
}
