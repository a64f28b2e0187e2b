/* SPDX-License-Identifier: MIT */
/*
 * The record of a CPU: identity and what subsystems keep per CPU.
 *
 * Numbers: cpu->id counts 0 .. cpu_count() - 1 in firmware's order, the boot CPU is 0; hw_id is the
 * hardware's name (APIC ID). Per-CPU data of a subsystem is a member here, of a type from its own
 * header, so one look shows all of it.
 */
#pragma once

#include <arch/cpu.h>
#include <kernel/cpumask.h>
#include <kernel/sched.h>
#include <kernel/timer.h>
#include <lib/types.h>
#include <mm/page_cpu.h>

struct smp_call;
struct thread;

struct cpu {
	struct cpu *self;	   /* first: x86 reads it through %gs:0 */
	struct thread *running;	   /* second: x86 reads it through %gs:8 */
	struct arch_cpu arch;	   /* the port's own (kernel stack pointer for traps, TSS, LAPIC id ...) */

	/* Fixed at registration. */
	unsigned int id;
	uint64_t hw_id;
	struct thread *idle_thread;

	bool online;		   /* atomic; set by the CPU itself */
	struct run_queue rq;	   /* kernel/sched.h */
	struct timer_queue timers; /* kernel/timer.h */
	struct page_cpu pages;	   /* mm/page_cpu.h: free lists of single pages */
	struct smp_call *smp_calls; /* kernel/smp.c: functions others want run here; atomic */

	/* Statistics for /proc/stat, written by this CPU. See kernel/account.h, sched_cpu_times(). */
	uint64_t account_ticks;
	uint64_t irq_timing; /* kernel/random.c: times of interrupts, folded */
	uint64_t user_ticks, system_ticks, idle_ticks, irq_count, context_switches;
};

#define cpu_for_each(cpu)                                                                          \
	for (unsigned int cpu##_id_ = 0; ((cpu) = cpu_get(cpu##_id_)) != NULL; cpu##_id_++)

/* Adds a CPU found by arch_enumerate_cpus(). -ENOSPC beyond maxcpus= or MAX_CPUS, -ENOMEM. */
int cpu_register(uint64_t hw_id);

/* The CPU with that number, or NULL. Valid for id < cpu_count(). Any context. */
struct cpu *cpu_get(unsigned int id);
unsigned int cpu_count(void);	     /* registered */
unsigned int cpu_online_count(void);
const struct cpumask *cpu_online_mask(void);

/* kernel/main.c: the boot CPU's record, made before memory is given out by others. */
void cpu_init(uint64_t hw_id);
void cpu_set_online(struct cpu *cpu);
