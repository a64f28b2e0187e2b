/* SPDX-License-Identifier: MIT */
/*
 * User and system time, without ticks: a CPU's clock of accounted time (cpu->account_ns) moves on at
 * each edge, and the time since the last edge goes to who had the CPU. Edges are system call entry and
 * exit and thread switches; the short time of interrupts and faults counts as what they interrupted.
 * Bit 0 of account_ns says where the CPU is now: 1 in the kernel.
 */
#pragma once

#include <kernel/cpu.h>
#include <kernel/thread.h>
#include <kernel/time.h>

#define ACCOUNT_IN_KERNEL 1ULL

/* Kernel entered from user mode: what passed was user time. Interrupts on or off; the CPU may not change inside. */
static inline void account_user(void)
{
	struct cpu *cpu = arch_this_cpu();
	uint64_t now_ns = time_monotonic_ns() | ACCOUNT_IN_KERNEL, delta_ns = now_ns - cpu->account_ns;

	cpu->account_ns = now_ns;
	cpu->user_ns += delta_ns;
	current->user_ns += delta_ns;
}

/* At a switch: what passed was system time, and still is. */
static inline void account_system_until(uint64_t now_ns)
{
	struct cpu *cpu = arch_this_cpu();
	uint64_t delta_ns = (now_ns |= ACCOUNT_IN_KERNEL) - cpu->account_ns;

	cpu->account_ns = now_ns;
	cpu->system_ns += delta_ns;
	current->system_ns += delta_ns;
}

/* About to return to user mode. */
static inline void account_system(void)
{
	struct cpu *cpu = arch_this_cpu();
	uint64_t now_ns = time_monotonic_ns() & ~ACCOUNT_IN_KERNEL, delta_ns = now_ns - cpu->account_ns;

	/* Never backwards, by the bit's one nanosecond. */
	if (likely((int64_t)delta_ns > 0)) {
		cpu->system_ns += delta_ns;
		current->system_ns += delta_ns;
	}
	cpu->account_ns = now_ns;
}
