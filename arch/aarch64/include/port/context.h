/* SPDX-License-Identifier: MIT */
/* What a thread keeps of a CPU. Its user registers are in the trap frame, its thread pointer here. */
#pragma once

#include <asm/errno.h>
#include <asm/ptrace.h>

struct arch_thread {
	uintptr_t kernel_sp;	/* saved stack pointer while switched away; port/asm_offsets.h knows it */
	uintptr_t stack_top;	/* end of the kernel stack; the user trap frame ends there */
	struct user_fpsimd_state fpu; /* valid while switched away */
	uintptr_t tls;		/* TPIDR_EL0 while switched away */
	void *sve;		/* Z, P and FFR, valid while switched away; NULL: never used */
	uint64_t keys[5][2];	/* auth.c: of pointer authentication; IA, IB, DA, DB, GA */
	uint8_t keys_off;	/* bits: 1 for IA ...: not enabled */
	bool has_fpu;
	bool is_stepped;	/* MDSCR_EL1.SS while it runs */
};

long arm64_prctl(int option, const unsigned long args[4]); /* auth.c */

static inline long arch_prctl_option(int option, const unsigned long args[4])
{
	return arm64_prctl(option, args);
}

static inline struct thread *arch_current(void)
{
	struct thread *thread;

	/* Not volatile: the same for all of a thread's life. */
	__asm__("mrs %0, tpidr_el1\n\tldr %0, [%0, #8]" : "=r"(thread));
	return thread;
}

static inline void arch_set_current(struct thread *thread)
{
	unsigned long cpu;

	__asm__ volatile("mrs %0, tpidr_el1\n\tstr %1, [%0, #8]" : "=&r"(cpu) : "r"(thread) : "memory");
}
