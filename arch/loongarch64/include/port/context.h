/* SPDX-License-Identifier: MIT */
/* What a thread keeps of a CPU. Its user registers are in the trap frame, $tp among them. */
#pragma once

#include <asm/errno.h>
#include <lib/types.h>

/* Which registers a program has used, and so which are kept: each level includes the ones below. */
enum loongarch_fpu_level { FPU_NONE, FPU_SCALAR, FPU_LSX, FPU_LASX };

/* 32 bytes for each register, of whatever width; port/asm_offsets.h knows the layout. */
struct loongarch_fpu {
	uint64_t regs[32][4];
	uint64_t fcc;
	uint32_t fcsr;
	uint32_t unused;
};

struct arch_thread {
	uintptr_t kernel_sp;	/* saved stack pointer while switched away; port/asm_offsets.h knows it */
	uintptr_t stack_top;	/* end of the kernel stack; the user trap frame ends there */
	unsigned int fpu_level;	/* enum loongarch_fpu_level; EUEN says the same for the running thread */
	struct loongarch_fpu fpu; /* what was saved last */
};

/* The running CPU's record is in $r21, which the ABI leaves to the kernel. */
static inline long arch_prctl_option(int option, const unsigned long args[4])
{
	return -EINVAL;
}

static inline struct thread *arch_current(void)
{
	struct thread *thread;

	/* Not volatile: the same for all of a thread's life. */
	__asm__("ld.d %0, $r21, 8" : "=r"(thread));
	return thread;
}

static inline void arch_set_current(struct thread *thread)
{
	__asm__ volatile("st.d %0, $r21, 8" ::"r"(thread) : "memory");
}
