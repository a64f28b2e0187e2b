/* SPDX-License-Identifier: MIT */
/*
 * User and system time, without a timer's ticks: a CPU's clock of accounted time (cpu->account_ticks) moves on
 * at each edge, and the time since the last edge goes to who had the CPU. Edges are system call entry and
 * exit and thread switches; the short time of interrupts and faults counts as what they interrupted.
 * All in ticks of the counter (time_ticks_to_ns()). Bit 0 of account_ticks says where the CPU is now: 1 in the kernel.
 */
#pragma once

#include <kernel/cpu.h>
#include <kernel/thread.h>
#include <kernel/time.h>

#define ACCOUNT_IN_KERNEL 1ULL

static __always_inline void account_edge(bool was_user, bool to_kernel)
{
	struct cpu *cpu = arch_this_cpu();
	uint64_t now = to_kernel ? arch_counter_read_relaxed() | ACCOUNT_IN_KERNEL : arch_counter_read_relaxed() & ~ACCOUNT_IN_KERNEL;
	uint64_t delta = now - cpu->account_ticks;

	cpu->account_ticks = now;
	if (was_user) {
		cpu->user_ticks += delta;
		current->user_ticks += delta;
	} else {
		cpu->system_ticks += delta;
		current->system_ticks += delta;
	}
}

/* Kernel entered from user mode: what passed was user time. Interrupts on or off; the CPU may not change inside. */
static __always_inline void account_user(void)
{
	account_edge(true, true);
}

/* About to return to user mode: what passed was system time. */
static __always_inline void account_system(void)
{
	account_edge(false, false);
}

/* At a switch away from a thread: what passed was system time, and still is. */
static __always_inline void account_switch(void)
{
	account_edge(false, true);
}

static inline void account_idle(struct cpu *cpu)
{
	uint64_t now = arch_counter_read_relaxed() | ACCOUNT_IN_KERNEL;

	cpu->idle_ticks += now - cpu->account_ticks;
	cpu->account_ticks = now;
}
