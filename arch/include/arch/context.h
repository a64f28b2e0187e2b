/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: threads and switching between them.
 *
 * port/context.h defines struct arch_thread, embedded in struct thread as .arch: saved kernel
 * stack pointer, TLS registers, pointer to the FPU area.
 */
#pragma once

#include <lib/types.h>

struct thread;
struct trapframe;

/* The running thread. Any context. */
static inline struct thread *arch_current(void);

/* Makes thread the running one in the CPU's record; used once per CPU for the boot and idle
 * threads. arch_context_switch() does it itself. */
static inline void arch_set_current(struct thread *thread);

/*
 * Prepares a new thread so that the first switch to it calls entry(arg) on its own kernel stack
 * (thread->stack .. + KERNEL_STACK_SIZE), interrupts disabled, after calling the upcall
 * thread_switched(prev). entry never returns. The topmost bytes of the stack are reserved for the
 * user trap frame (arch_user_frame).
 */
void arch_context_init(struct thread *thread, void (*entry)(void *arg), void *arg);

/* Switches kernel stacks. Interrupts off. Returns, when prev is switched to again, the thread that
 * ran before (so that the scheduler can finish with it). Does not touch page tables or FPU. */
struct thread *arch_context_switch(struct thread *prev, struct thread *next);

/* Everything else that belongs to a user thread and is changed at a switch: TLS registers, kernel
 * stack pointer for traps. Called with interrupts off before arch_context_switch(). */
void arch_switch_user_state(struct thread *prev, struct thread *next);

/*
 * FPU/vector state. alloc gives a thread a fresh (initial) state, -ENOMEM; copy is for fork: saves
 * the running thread's registers and copies them to child; save/restore move between registers and
 * memory at a switch (only for threads that have a state); reset is for exec.
 */
int arch_fpu_alloc(struct thread *thread);
void arch_fpu_free(struct thread *thread);
void arch_fpu_copy(struct thread *child, struct thread *parent);
void arch_fpu_save(struct thread *thread);
void arch_fpu_restore(struct thread *thread);
void arch_fpu_reset(struct thread *thread);

/* CLONE_SETTLS and fork: sets, resp. inherits, the user TLS register of a thread that is not
 * running. arch_thread_exec clears all of it for the current thread. */
int arch_set_user_tls(struct thread *thread, uintptr_t tls);
void arch_thread_fork(struct thread *child, struct thread *parent);
void arch_thread_exec(struct thread *thread);

/* The port's own options of prctl(2), on the current thread, with what follows the option; -EINVAL: not one of them. */
static inline long arch_prctl_option(int option, const unsigned long args[4]);

/* arch_prctl(2), only where the ABI has it (x86_64). addr may be a user pointer. May sleep. */
long arch_prctl(struct thread *thread, int code, unsigned long addr);

#include <port/context.h>
