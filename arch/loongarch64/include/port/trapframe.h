/* SPDX-License-Identifier: MIT */
/* The trap frame: general registers, and the CSRs that the trap set. It begins as Linux's user_pt_regs. */
#pragma once

#include <arch/context.h>
#include <arch/layout.h>
#include <port/csr.h>

struct trapframe {
	unsigned long regs[32];
	unsigned long orig_a0;
	unsigned long era, badv;
	unsigned long prmd;
	unsigned long estat; /* 0: forgotten (arch_frame_clear_syscall()) */
	unsigned long unused;
};

static inline bool arch_frame_is_user(const struct trapframe *frame)
{
	return frame->prmd & PRMD_PPLV;
}

static inline uintptr_t arch_frame_ip(const struct trapframe *frame)
{
	return frame->era;
}

static inline uintptr_t arch_frame_sp(const struct trapframe *frame)
{
	return frame->regs[3];
}

static inline void arch_frame_set_ip(struct trapframe *frame, uintptr_t ip)
{
	frame->era = ip;
}

static inline void arch_frame_set_sp(struct trapframe *frame, uintptr_t sp)
{
	frame->regs[3] = sp;
}
