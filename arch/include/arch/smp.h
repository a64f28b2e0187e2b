/* SPDX-License-Identifier: MIT */
/* Arch contract: other CPUs. */
#pragma once

#include <lib/types.h>

struct cpu;

/* What an inter-processor interrupt asks for; the port delivers it as ipi_handle(kind). */
enum ipi {
	IPI_RESCHEDULE, /* look at the run queue */
	IPI_CALL,	/* run the functions queued by smp_call() */
	IPI_STOP,	/* park: panic or kexec */
	IPI_NR,
};

/* Lists the CPUs that firmware names (MADT, FDT): calls cpu_register(hw_id) for each, boot CPU
 * first. Boot CPU only, before any arch_start_cpu(). */
void arch_enumerate_cpus(void);

/* Starts cpu, which begins in kernel_main_secondary(cpu) on cpu->idle_thread's stack, kernel page
 * tables on, interrupts off. Returns after the start was requested: 0 or -errno; kernel/smp.c waits
 * for the CPU to report. May sleep. */
int arch_start_cpu(struct cpu *cpu);

/* Parks the calling CPU so that the next kernel can start it again as firmware's CPUs start.
 * Interrupts off; the last thing a CPU does before kexec. */
[[noreturn]] void arch_park_cpu(void);

/* Called by the boot CPU before the jump, after every other CPU called arch_park_cpu(): 0 when each
 * of them is known to be at its parking place, -EBUSY naming it in the log otherwise. */
int arch_wait_parked(struct cpu *cpu);

/* Any context. */
void arch_send_ipi(struct cpu *cpu, enum ipi kind);
