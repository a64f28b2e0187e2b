/* SPDX-License-Identifier: MIT */
/*
 * The trap frame is Linux's struct pt_regs, as entry.S pushes it. orig_rax is the number of the
 * system call, or -1 when the entry was no system call.
 */
#pragma once

#include <arch/context.h>
#include <arch/layout.h>
#include <asm/ptrace.h>

struct trapframe {
	struct pt_regs r;
};

static inline bool arch_frame_is_user(const struct trapframe *frame)
{
	return frame->r.cs & 3;
}

static inline uintptr_t arch_frame_ip(const struct trapframe *frame)
{
	return frame->r.rip;
}

static inline uintptr_t arch_frame_sp(const struct trapframe *frame)
{
	return frame->r.rsp;
}

/* An address that no program can have becomes 0, which faults as well: sysret and iret never see
 * a non-canonical one. Everything that sets rip from outside goes through here. */
static inline void arch_frame_set_ip(struct trapframe *frame, uintptr_t ip)
{
	frame->r.rip = ip < USER_VA_END ? ip : 0;
}

static inline void arch_frame_set_sp(struct trapframe *frame, uintptr_t sp)
{
	frame->r.rsp = sp;
}
