/* SPDX-License-Identifier: MIT */
/* Bringing up the other CPUs, running functions on them, and stopping them. */
#pragma once

#include <kernel/cpumask.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct cpu;

/* Starts every registered CPU (nosmp, maxcpus=); in parallel with what the caller does next: returns
 * when the starts are requested. smp_wait_online() waits for them. May sleep. */
void smp_start(void);
void smp_wait_online(void);
void smp_notify_online(void); /* kernel/cpu.c: one more is online */

/* Runs fn(arg) in interrupt context on each CPU of the mask but this one, and waits. Interrupts on,
 * no lock held that an interrupt handler takes. */
void smp_call(const struct cpumask *mask, void (*fn)(void *arg), void *arg);
void smp_reschedule(struct cpu *cpu);

/* kexec and power-off: every other CPU stops in arch_park_cpu(). Called on the boot CPU. 0 or -EBUSY. */
__must_check int smp_park_others(void);

/* panic: stops the others at once. Any context. */
void smp_stop_others(void);
