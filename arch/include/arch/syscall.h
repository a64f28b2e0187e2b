/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: how a system call's number, arguments and result lie in a trap frame.
 *
 * The port's entry code saves the frame and calls the upcall syscall_handle(frame).
 *
 *   ARCH_CLONE_TLS_FIRST   constant: clone(2)'s fourth argument is tls and the fifth child_tid (x86_64: the reverse)
 *   ARCH_SYSCALL_ENTRY_ENOSYS   constant: at a tracer's entry stop the result's register says -ENOSYS (aarch64: it is
 *				 still the first argument)
 */
#pragma once

#include <lib/types.h>

struct trapframe;

static inline unsigned long arch_syscall_nr(const struct trapframe *frame);
/* One argument; n is a constant 0 .. 5. */
static inline unsigned long arch_syscall_arg(const struct trapframe *frame, unsigned int n);
static inline void arch_syscall_args(const struct trapframe *frame, unsigned long args[6]);
static inline long arch_syscall_result(const struct trapframe *frame);
static inline void arch_syscall_set_result(struct trapframe *frame, long result);

/* Rewinds the frame so that return to user executes the call again, with its first argument and
 * number as they were; with nr >= 0, as another call (restart_syscall). */
void arch_syscall_restart(struct trapframe *frame, long nr);

/* Whether the frame came in by a system call (and not an exception or interrupt), and forgetting
 * that, so that no signal handler restarts it twice (sigreturn, exec). */
static inline bool arch_frame_in_syscall(const struct trapframe *frame);
static inline void arch_frame_clear_syscall(struct trapframe *frame);

#include <port/syscall.h>
