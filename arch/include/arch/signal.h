/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: the signal frame on the user stack, as Linux lays it out (asm/sigcontext.h,
 * asm/ucontext.h), FPU state included.
 */
#pragma once

#include <asm/siginfo.h>
#include <asm/signal.h>
#include <lib/types.h>

struct trapframe;

/* What delivery of one caught signal needs; filled by process/signal. */
struct signal_delivery {
	int signo;
	siginfo_t info;
	uintptr_t handler;
	uintptr_t restorer;	/* sa_restorer, 0 where the ABI has none: the vDSO's is used */
	unsigned long sa_flags;
	sigset_t saved_mask;	/* goes into uc_sigmask */
	stack_t altstack;	/* goes into uc_stack */
	uintptr_t stack_top;	/* where the frame is pushed below (altstack or user sp, red zone not yet kept) */
};

/* Pushes the frame and points the trap frame at the handler. 0 or -EFAULT. May sleep. */
int arch_signal_push_frame(struct trapframe *frame, const struct signal_delivery *delivery);

/* rt_sigreturn: restores registers and FPU from the user stack; gives the mask and altstack to set
 * again. 0 or -EFAULT (the caller then sends SIGSEGV). May sleep. */
int arch_signal_pop_frame(struct trapframe *frame, sigset_t *mask, stack_t *altstack);
