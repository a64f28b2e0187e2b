/* SPDX-License-Identifier: MIT */
/* The syscall instruction's convention: number in rax, arguments in rdi rsi rdx r10 r8 r9. */
#pragma once

#include <arch/trapframe.h>

#define ARCH_CLONE_TLS_FIRST 0
#define ARCH_AUDIT AUDIT_ARCH_X86_64

static inline unsigned long arch_syscall_nr(const struct trapframe *frame)
{
	return (unsigned long)(int)frame->r.orig_rax; /* 32 bits count, as on Linux */
}

static inline void arch_syscall_args(const struct trapframe *frame, unsigned long args[6])
{
	args[0] = frame->r.rdi;
	args[1] = frame->r.rsi;
	args[2] = frame->r.rdx;
	args[3] = frame->r.r10;
	args[4] = frame->r.r8;
	args[5] = frame->r.r9;
}

static inline long arch_syscall_result(const struct trapframe *frame)
{
	return (long)frame->r.rax;
}

static inline void arch_syscall_set_result(struct trapframe *frame, long result)
{
	frame->r.rax = (unsigned long)result;
}

static inline bool arch_frame_in_syscall(const struct trapframe *frame)
{
	return (long)frame->r.orig_rax >= 0;
}

static inline void arch_frame_clear_syscall(struct trapframe *frame)
{
	frame->r.orig_rax = -1UL;
}
