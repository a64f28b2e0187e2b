/* SPDX-License-Identifier: MIT */
/* The syscall instruction's convention: number in rax, arguments in rdi rsi rdx r10 r8 r9. */
#pragma once

#include <arch/trapframe.h>

#define ARCH_CLONE_TLS_FIRST 0
#define ARCH_SYSCALL_ENTRY_ENOSYS 1
#define ARCH_AUDIT AUDIT_ARCH_X86_64

static inline unsigned long arch_syscall_nr(const struct trapframe *frame)
{
	return (unsigned long)(int)frame->r.orig_rax; /* 32 bits count, as on Linux */
}

static inline unsigned long arch_syscall_arg(const struct trapframe *frame, unsigned int n)
{
	switch (n) {
	case 0:
		return frame->r.rdi;
	case 1:
		return frame->r.rsi;
	case 2:
		return frame->r.rdx;
	case 3:
		return frame->r.r10;
	case 4:
		return frame->r.r8;
	default:
		return frame->r.r9;
	}
}

static inline void arch_syscall_args(const struct trapframe *frame, unsigned long args[6])
{
	for (unsigned int i = 0; i < 6; i++)
		args[i] = arch_syscall_arg(frame, i);
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
