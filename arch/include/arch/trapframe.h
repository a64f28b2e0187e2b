/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: the registers saved at a trap. port/trapframe.h defines struct trapframe with all
 * general registers of the interrupted code.
 */
#pragma once

#include <lib/types.h>

struct thread;
struct trapframe;

/* The frame of thread's last entry from user mode, at the top of its kernel stack. */
static inline struct trapframe *arch_user_frame(const struct thread *thread);

/* A frame that starts a program: ip, sp, all else zero, user mode, interrupts on. */
void arch_user_frame_init(struct trapframe *frame, uintptr_t ip, uintptr_t sp);

/* Goes to user mode with the current thread's user frame, as every return does: runs
 * exit_to_user_work() first. Never returns. */
[[noreturn]] void arch_enter_user(void);

static inline bool arch_frame_is_user(const struct trapframe *frame);
static inline uintptr_t arch_frame_ip(const struct trapframe *frame);
static inline uintptr_t arch_frame_sp(const struct trapframe *frame);
static inline void arch_frame_set_ip(struct trapframe *frame, uintptr_t ip);
static inline void arch_frame_set_sp(struct trapframe *frame, uintptr_t sp);

/* Prints the registers to the log. Any context. */
void arch_frame_dump(const struct trapframe *frame);

#include <port/trapframe.h>

static inline struct trapframe *arch_user_frame(const struct thread *thread)
{
	/* struct arch_thread is the first member of struct thread; every port's has stack_top. */
	return (struct trapframe *)((const struct arch_thread *)thread)->stack_top - 1;
}
