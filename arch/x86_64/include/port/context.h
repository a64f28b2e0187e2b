/* SPDX-License-Identifier: MIT */
/* What a thread keeps of an x86 CPU. */
#pragma once

#include <asm/errno.h>

struct arch_thread {
	uintptr_t kernel_sp;	/* saved stack pointer while switched away; port/asm_offsets.h knows it */
	uintptr_t stack_top;	/* end of the kernel stack; the user trap frame ends there */
	uint64_t fs_base, gs_base; /* user bases while switched away */
	void *fpu;		/* XSAVE (or FXSAVE) area, 64-byte aligned; NULL: none */
	void *fpu_block;	/* what fpu was allocated as */
	uint64_t cr2;		/* of the last fault in user mode, for signal frames */
	uint32_t trap_nr, error_code;
	uint32_t flags;		/* enum x86_thread_flags */
};

enum x86_thread_flags {
	X86_THREAD_SINGLE_STEP = 1 << 0, /* ptrace set TF, the program did not */
};

static inline long arch_prctl_option(int option, const unsigned long args[4])
{
	return -EINVAL;
}

static inline struct thread *arch_current(void)
{
	struct thread *thread;

	/* Not volatile: the same for all of a thread's life. */
	__asm__("movq %%gs:8, %0" : "=r"(thread));
	return thread;
}

static inline void arch_set_current(struct thread *thread)
{
	__asm__ volatile("movq %0, %%gs:8" ::"r"(thread) : "memory");
}
