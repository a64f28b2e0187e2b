/* SPDX-License-Identifier: MIT */
/* syscall's convention: number in a7 ($r11), arguments in a0 to a5 ($r4 ..), result in a0. */
#pragma once

#include <arch/trapframe.h>
#include <port/csr.h>

#define ARCH_CLONE_TLS_FIRST 0
#define ARCH_SYSCALL_ENTRY_ENOSYS 1
#define ARCH_AUDIT AUDIT_ARCH_LOONGARCH64

static inline unsigned long arch_syscall_nr(const struct trapframe *frame)
{
	return frame->regs[11];
}

static inline unsigned long arch_syscall_arg(const struct trapframe *frame, unsigned int n)
{
	return n ? frame->regs[4 + n] : frame->orig_a0;
}

static inline void arch_syscall_args(const struct trapframe *frame, unsigned long args[6])
{
	for (unsigned int i = 0; i < 6; i++)
		args[i] = arch_syscall_arg(frame, i);
}

static inline long arch_syscall_result(const struct trapframe *frame)
{
	return (long)frame->regs[4];
}

static inline void arch_syscall_set_result(struct trapframe *frame, long result)
{
	frame->regs[4] = (unsigned long)result;
}

static inline bool arch_frame_in_syscall(const struct trapframe *frame)
{
	return (frame->estat >> 16 & 63) == 0xb;
}

static inline void arch_frame_clear_syscall(struct trapframe *frame)
{
	frame->estat = 0;
}
