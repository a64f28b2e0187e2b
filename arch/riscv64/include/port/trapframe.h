/* SPDX-License-Identifier: MIT */
/* The trap frame is Linux's struct pt_regs: user_regs_struct and what the trap's registers said. */
#pragma once

#include <arch/context.h>
#include <arch/layout.h>
#include <asm/ptrace.h>
#include <port/csr.h>

struct trapframe {
	struct user_regs_struct r;
	unsigned long status, badaddr;
	unsigned long cause;	/* -1: forgotten (arch_frame_clear_syscall()) */
	unsigned long orig_a0;
};

static inline bool arch_frame_is_user(const struct trapframe *frame)
{
	return !(frame->status & SSTATUS_SPP);
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
