/* SPDX-License-Identifier: MIT */
/*
 * User and system time, without ticks: a CPU's clock of accounted time (cpu->account_ns) moves on at
 * each edge, and the time since the last edge goes to who had the CPU. Edges are system call entry and
 * exit and thread switches; the short time of interrupts and faults counts as what they interrupted.
 */
#pragma once

#include <kernel/cpu.h>
#include <kernel/thread.h>
#include <kernel/time.h>

/* Kernel entered from user mode: what passed was user time. Interrupts on or off; the CPU may not change inside. */
static inline void account_user(void)
{
	struct cpu *cpu = arch_this_cpu();
	uint64_t now_ns = time_monotonic_ns(), delta_ns = now_ns - cpu->account_ns;

	cpu->account_ns = now_ns;
	cpu->user_ns += delta_ns;
	current->user_ns += delta_ns;
}

/* About to return to user mode, or at a switch: what passed was system time. */
static inline void account_system_until(uint64_t now_ns)
{
	struct cpu *cpu = arch_this_cpu();
	uint64_t delta_ns = now_ns - cpu->account_ns;

	cpu->account_ns = now_ns;
	cpu->system_ns += delta_ns;
	current->system_ns += delta_ns;
}

static inline void account_system(void)
{
	account_system_until(time_monotonic_ns());
}
