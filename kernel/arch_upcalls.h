/* SPDX-License-Identifier: MIT */
/* The calls a port makes into neutral code: all of them. */
#pragma once

#include <lib/types.h>

struct boot_info;
struct cpu;
struct thread;
struct trapframe;

/* The kernel's start on the boot CPU: kernel page tables of the entry code, boot stack, interrupts off. */
[[noreturn]] void kernel_main(struct boot_info *info);

/* The start of every other CPU, on its idle thread's stack, after arch_mmu_init_this_cpu(). */
[[noreturn]] void kernel_main_secondary(struct cpu *cpu);

/* An external interrupt: irq is the number given to irq_register_chip()'s range (kernel/irq.h).
 * Interrupts off. */
void irq_handle(unsigned int irq, struct trapframe *frame);

/* This CPU's one-shot timer. Interrupts off. */
void timer_interrupt(void);

/* An inter-processor interrupt (enum ipi). Interrupts off. */
void ipi_handle(unsigned int kind);

/* First code after a switch on a new thread's stack; prev is what ran before. Interrupts off. */
void thread_switched(struct thread *prev);

/* A page fault, from user or from kernel mode. access is MMU_READ, MMU_WRITE or MMU_EXEC, with
 * MMU_USER for user mode. Resolves it, or sends SIGSEGV/SIGBUS, or takes the user-access fixup, or
 * ends in kernel_fault(). Interrupts as in the interrupted code. May sleep if that could. */
void page_fault(struct trapframe *frame, uintptr_t addr, unsigned int access, bool present);

/* Another exception in user mode: sends signo with si_code and si_addr. */
void user_exception(struct trapframe *frame, int signo, int code, uintptr_t addr);

/* An exception in kernel mode that nothing expects: prints and panics. */
[[noreturn]] void kernel_fault(struct trapframe *frame, const char *what, uintptr_t addr);

/* A system call; interrupts on. */
void syscall_handle(struct trapframe *frame);

/* Before every return to user mode when current->work is not zero: reschedules, delivers signals,
 * ptrace stops. Called with interrupts off, returns with them off and no work left. */
void exit_to_user_work(struct trapframe *frame);
