/* SPDX-License-Identifier: MIT */
/* svc's convention: number in x8, arguments in x0 to x5, result in x0. */
#pragma once

#include <arch/trapframe.h>

#define ARCH_CLONE_TLS_FIRST 1
#define ARCH_SYSCALL_ENTRY_ENOSYS 0
#define ARCH_AUDIT AUDIT_ARCH_AARCH64

static inline unsigned long arch_syscall_nr(const struct trapframe *frame)
{
	return frame->r.regs[8];
}

static inline unsigned long arch_syscall_arg(const struct trapframe *frame, unsigned int n)
{
	return frame->r.regs[n]; /* also the first: a tracer may have changed it */
}

static inline void arch_syscall_args(const struct trapframe *frame, unsigned long args[6])
{
	for (unsigned int i = 0; i < 6; i++)
		args[i] = arch_syscall_arg(frame, i);
}

static inline long arch_syscall_result(const struct trapframe *frame)
{
	return (long)frame->r.regs[0];
}

static inline void arch_syscall_set_result(struct trapframe *frame, long result)
{
	frame->r.regs[0] = (unsigned long)result;
}

static inline bool arch_frame_in_syscall(const struct trapframe *frame)
{
	return frame->cause >> ESR_EC_SHIFT == EC_SVC64;
}

static inline void arch_frame_clear_syscall(struct trapframe *frame)
{
	frame->cause = 0;
}
