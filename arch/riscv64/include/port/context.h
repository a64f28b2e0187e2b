/* SPDX-License-Identifier: MIT */
/* What a thread keeps of a hart. Its user registers are in the trap frame, tp among them. */
#pragma once

#include <asm/ptrace.h>

struct arch_thread {
	uintptr_t kernel_sp;	/* saved stack pointer while switched away; port/asm_offsets.h knows it */
	uintptr_t stack_top;	/* end of the kernel stack; the user trap frame ends there */
	struct __riscv_d_ext_state fpu; /* valid while the frame's sstatus.FS is not Dirty, or switched away */
	bool has_fpu;
	uint8_t vector_control; /* PR_RISCV_V_VSTATE_CTRL_*: whether now, and after exec, vectors may be used */
	struct __riscv_v_regset_state *vector; /* valid as fpu is, by sstatus.VS; NULL: never used, VS is Off */
};

long riscv_prctl(int option, unsigned long arg);

static inline long arch_prctl_option(int option, const unsigned long args[4])
{
	return riscv_prctl(option, args[0]);
}

static inline struct thread *arch_current(void)
{
	struct thread *thread;

	/* Not volatile: the same for all of a thread's life. */
	__asm__("ld %0, 8(tp)" : "=r"(thread));
	return thread;
}

static inline void arch_set_current(struct thread *thread)
{
	__asm__ volatile("sd %0, 8(tp)" ::"r"(thread) : "memory");
}
