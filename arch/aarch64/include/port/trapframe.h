/* SPDX-License-Identifier: MIT */
/* The trap frame: Linux's user_pt_regs, and what the trap's registers said. */
#pragma once

#include <arch/context.h>
#include <arch/layout.h>
#include <asm/ptrace.h>
#include <port/sysreg.h>

struct trapframe {
	struct user_pt_regs r;
	unsigned long orig_x0;
	unsigned long cause;	/* ESR_EL1; 0: forgotten (arch_frame_clear_syscall()), or an interrupt */
};

static inline bool arch_frame_is_user(const struct trapframe *frame)
{
	return !(frame->r.pstate & PSR_MODE_MASK);
}

static inline uintptr_t arch_frame_ip(const struct trapframe *frame)
{
	return frame->r.pc;
}

static inline uintptr_t arch_frame_sp(const struct trapframe *frame)
{
	return frame->r.sp;
}

static inline void arch_frame_set_ip(struct trapframe *frame, uintptr_t ip)
{
	frame->r.pc = ip;
}

static inline void arch_frame_set_sp(struct trapframe *frame, uintptr_t sp)
{
	frame->r.sp = sp;
}
