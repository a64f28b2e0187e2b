/* SPDX-License-Identifier: MIT */
/*
 * The vector table, the ways in and out. From user mode the stack pointer is the top of the thread's kernel
 * stack, as it was when the kernel was left.
 */
#include <arch/layout.h>
#include <port/asm_offsets.h>
#include <port/sysreg.h>

.macro FUNCTION name
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* x22, x23: ELR and SPSR; all but x19 to x23 as they were. */
.macro SAVE_REGS from_user
	sub	sp, sp, #FRAME_SIZE
	stp	x0, x1, [sp, #8 * 0]
	stp	x2, x3, [sp, #8 * 2]
	stp	x4, x5, [sp, #8 * 4]
	stp	x6, x7, [sp, #8 * 6]
	stp	x8, x9, [sp, #8 * 8]
	stp	x10, x11, [sp, #8 * 10]
	stp	x12, x13, [sp, #8 * 12]
	stp	x14, x15, [sp, #8 * 14]
	stp	x16, x17, [sp, #8 * 16]
	stp	x18, x19, [sp, #8 * 18]
	stp	x20, x21, [sp, #8 * 20]
	stp	x22, x23, [sp, #8 * 22]
	stp	x24, x25, [sp, #8 * 24]
	stp	x26, x27, [sp, #8 * 26]
	stp	x28, x29, [sp, #8 * 28]
	.if	\from_user
	mrs	x21, sp_el0
	mov	x29, xzr
	.else
	add	x21, sp, #FRAME_SIZE
	.endif
	mrs	x22, elr_el1
	mrs	x23, spsr_el1
	stp	x30, x21, [sp, #FRAME_LR]
	stp	x22, x23, [sp, #FRAME_PC]
.endm

.macro RESTORE_REGS from_user
	ldp	x22, x23, [sp, #FRAME_PC]
	ldp	x30, x21, [sp, #FRAME_LR]
	msr	elr_el1, x22
	msr	spsr_el1, x23
	.if	\from_user
	msr	sp_el0, x21
	.endif
	ldp	x0, x1, [sp, #8 * 0]
	ldp	x2, x3, [sp, #8 * 2]
	ldp	x4, x5, [sp, #8 * 4]
	ldp	x6, x7, [sp, #8 * 6]
	ldp	x8, x9, [sp, #8 * 8]
	ldp	x10, x11, [sp, #8 * 10]
	ldp	x12, x13, [sp, #8 * 12]
	ldp	x14, x15, [sp, #8 * 14]
	ldp	x16, x17, [sp, #8 * 16]
	ldp	x18, x19, [sp, #8 * 18]
	ldp	x20, x21, [sp, #8 * 20]
	ldp	x22, x23, [sp, #8 * 22]
	ldp	x24, x25, [sp, #8 * 24]
	ldp	x26, x27, [sp, #8 * 26]
	ldp	x28, x29, [sp, #8 * 28]
	add	sp, sp, #FRAME_SIZE
	eret
.endm

.macro VECTOR to
	.balign	128
	b	\to
.endm

	.section .text.hot.entry, "ax", @progbits
	.balign	2048
FUNCTION arm64_vectors
	VECTOR	bad_entry	/* this level with SP_EL0: never */
	VECTOR	bad_entry
	VECTOR	bad_entry
	VECTOR	bad_entry
	VECTOR	kernel_sync
	VECTOR	kernel_irq
	VECTOR	bad_entry
	VECTOR	kernel_serror
	VECTOR	user_sync
	VECTOR	user_irq
	VECTOR	user_sync
	VECTOR	user_serror
	VECTOR	user_sync	/* 32-bit programs are never started */
	VECTOR	user_irq
	VECTOR	user_sync
	VECTOR	user_serror
	.balign	128

user_sync:
	SAVE_REGS 1
	mrs	x25, esr_el1
	lsr	w24, w25, #ESR_EC_SHIFT
	stp	x0, x25, [sp, #FRAME_ORIG_X0]
	cmp	w24, #EC_SVC64
	b.ne	user_trap
	msr	daifclr, #2
	mov	x0, sp
	bl	syscall_handle
return_to_user:
	msr	daifset, #2
	mrs	x0, tpidr_el1
	ldr	x1, [x0, #CPU_CURRENT]
	ldr	w2, [x1, #THREAD_WORK]
	cbnz	w2, user_work
restore_user:
	RESTORE_REGS 1

user_work:
	mov	x0, sp
	bl	exit_to_user_work
	b	restore_user

user_trap:
	mov	x0, sp
	bl	arm64_sync
	b	return_to_user

user_irq:
	SAVE_REGS 1
	stp	x0, xzr, [sp, #FRAME_ORIG_X0]
	mov	x0, sp
	bl	arm64_irq
	b	return_to_user

user_serror:
	SAVE_REGS 1
	b	serror
kernel_serror:
	SAVE_REGS 0
serror:
	mrs	x25, esr_el1
	stp	x0, x25, [sp, #FRAME_ORIG_X0]
	mov	x0, sp
	bl	arm64_serror

/* First whether the frame can be written: below a stack nothing is mapped. SP_EL0 is free while in the kernel. */
kernel_sync:
	msr	sp_el0, x0
	sub	x0, sp, #FRAME_SIZE
	at	s1e1w, x0
	isb
	mrs	x0, par_el1
	tbnz	x0, #0, stack_overflow
	mrs	x0, sp_el0
	SAVE_REGS 0
	mrs	x25, esr_el1
	stp	x0, x25, [sp, #FRAME_ORIG_X0]
	mov	x0, sp
	bl	arm64_sync
	RESTORE_REGS 0

kernel_irq:
	SAVE_REGS 0
	stp	x0, xzr, [sp, #FRAME_ORIG_X0]
	mov	x0, sp
	bl	arm64_irq
	RESTORE_REGS 0

stack_overflow:
	mov	x0, sp
	msr	tpidrro_el0, x0
	adrp	x0, overflow_stack_top
	add	x0, x0, :lo12:overflow_stack_top
	mov	sp, x0
	mrs	x0, sp_el0
	SAVE_REGS 0
	mrs	x1, tpidrro_el0
	mrs	x25, esr_el1
	str	x1, [sp, #FRAME_SP]
	stp	x0, x25, [sp, #FRAME_ORIG_X0]
	mov	x0, sp
	bl	arm64_stack_overflow

bad_entry:
	SAVE_REGS 0
	b	serror

FUNCTION arch_enter_user
	msr	daifset, #2
	mrs	x0, tpidr_el1
	ldr	x1, [x0, #CPU_CURRENT]
	ldr	x2, [x1, #THREAD_STACK_TOP]
	sub	sp, x2, #FRAME_SIZE
	mov	x29, xzr
	b	return_to_user

/* struct thread *arch_context_switch(struct thread *prev, struct thread *next): context.c's switch_frame */
FUNCTION arch_context_switch
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mov	x9, sp
	str	x9, [x0, #THREAD_KERNEL_SP]
	ldr	x9, [x1, #THREAD_KERNEL_SP]
	mov	sp, x9
	mrs	x9, tpidr_el1
	str	x1, [x9, #CPU_CURRENT]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret

/* A new thread's first instructions: x0 = what ran before, x19 = entry, x20 = arg. */
FUNCTION arm64_thread_start
	bl	thread_switched
	mov	x0, x20
	blr	x19
	brk	#0

	.section .bss.overflow_stack, "aw", @nobits
	.balign	16
overflow_stack:
	.skip	4096
overflow_stack_top:
