/* SPDX-License-Identifier: MIT */
/*
 * The one way into the kernel (EENTRY, for exceptions and interrupts alike), the ways out, and the
 * walk of the page tables when the TLB misses.
 */
#include <port/asm_offsets.h>
#include <port/csr.h>

.macro FUNCTION name
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* All but $zero, $sp, $t0 ($r12) and $r21. */
.macro EACH_REG op
	.irp	n, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	$r\n, $sp, 8 * \n
	.endr
.endm

/* $t0's value is in SAVE0. Leaves $t1 = ESTAT, $t2 = ERA. */
.macro SAVE_REGS
	EACH_REG st.d
	csrrd	$t0, CSR_SAVE0
	csrrd	$t3, CSR_PRMD
	csrrd	$t1, CSR_ESTAT
	csrrd	$t2, CSR_ERA
	csrrd	$t4, CSR_BADV
	st.d	$t0, $sp, 8 * 12
	st.d	$t3, $sp, FRAME_PRMD
	st.d	$t1, $sp, FRAME_ESTAT
	st.d	$t2, $sp, FRAME_ERA
	st.d	$t4, $sp, FRAME_BADV
	st.d	$a0, $sp, FRAME_ORIG_A0
	st.d	$zero, $sp, 0
.endm

.macro RESTORE_REGS
	ld.d	$t0, $sp, FRAME_PRMD
	ld.d	$t1, $sp, FRAME_ERA
	csrwr	$t0, CSR_PRMD
	csrwr	$t1, CSR_ERA
	EACH_REG ld.d
	ld.d	$t0, $sp, 8 * 12
.endm

	.section .text.hot.entry, "ax", @progbits
	.balign	4096
FUNCTION loongarch_trap_entry
	csrwr	$t0, CSR_SAVE0
	csrrd	$t0, CSR_PRMD
	andi	$t0, $t0, PRMD_PPLV
	beqz	$t0, kernel_trap
	csrwr	$r21, CSR_SAVE1
	csrrd	$r21, CSR_SAVE2
	ld.d	$t0, $r21, CPU_KERNEL_SP
	addi.d	$t0, $t0, -FRAME_SIZE
	st.d	$sp, $t0, 8 * 3
	move	$sp, $t0
	csrrd	$t0, CSR_SAVE1
	st.d	$t0, $sp, 8 * 21
	SAVE_REGS
	move	$fp, $zero
	bstrpick.d $t0, $t1, 21, 16
	addi.d	$t0, $t0, -0xb		/* SYS */
	bnez	$t0, user_trap
	addi.d	$t2, $t2, 4
	st.d	$t2, $sp, FRAME_ERA
	li.w	$t0, -38		/* -ENOSYS */
	st.d	$t0, $sp, 8 * 4
	li.w	$t0, CRMD_IE
	csrxchg	$t0, $t0, CSR_CRMD
	move	$a0, $sp
	bl	syscall_handle
return_to_user:
	li.w	$t0, CRMD_IE
	csrxchg	$zero, $t0, CSR_CRMD
	ld.d	$t0, $r21, CPU_CURRENT
	ld.wu	$t1, $t0, THREAD_WORK
	bnez	$t1, user_work
restore_user:
	RESTORE_REGS
	ld.d	$r21, $sp, 8 * 21
	ld.d	$sp, $sp, 8 * 3
	ertn

user_work:
	move	$a0, $sp
	bl	exit_to_user_work
	b	restore_user

user_trap:
	move	$a0, $sp
	bl	loongarch_trap
	b	return_to_user

kernel_trap:
	addi.d	$t0, $sp, -FRAME_SIZE
	st.d	$sp, $t0, 8 * 3
	move	$sp, $t0
	st.d	$r21, $sp, 8 * 21
	SAVE_REGS
	move	$a0, $sp
	bl	loongarch_trap
	RESTORE_REGS
	ld.d	$sp, $sp, 8 * 3
	ertn

FUNCTION arch_enter_user
	li.w	$t0, CRMD_IE
	csrxchg	$zero, $t0, CSR_CRMD
	ld.d	$t0, $r21, CPU_CURRENT
	ld.d	$sp, $t0, THREAD_STACK_TOP
	addi.d	$sp, $sp, -FRAME_SIZE
	move	$fp, $zero
	b	return_to_user

/*
 * Interrupts on, wait for one, off. One that comes between the first and the last of these instructions
 * makes loongarch_trap() go on behind them: it would otherwise be waited for after it was handled.
 */
FUNCTION loongarch_idle
	li.w	$t0, CRMD_IE
	move	$t1, $t0
	csrxchg	$t1, $t0, CSR_CRMD
FUNCTION loongarch_idle_start
	nop
	idle	0
FUNCTION loongarch_idle_end
	csrxchg	$zero, $t0, CSR_CRMD
	ret

.macro EACH_SAVED op
	\op	$ra, $sp, 88
	\op	$fp, $sp, 80
	\op	$s0, $sp, 72
	\op	$s1, $sp, 64
	\op	$s2, $sp, 56
	\op	$s3, $sp, 48
	\op	$s4, $sp, 40
	\op	$s5, $sp, 32
	\op	$s6, $sp, 24
	\op	$s7, $sp, 16
	\op	$s8, $sp, 8
.endm

/* struct thread *arch_context_switch(struct thread *prev, struct thread *next): context.c's switch_frame */
FUNCTION arch_context_switch
	addi.d	$sp, $sp, -96
	EACH_SAVED st.d
	st.d	$sp, $a0, THREAD_KERNEL_SP
	ld.d	$sp, $a1, THREAD_KERNEL_SP
	st.d	$a1, $r21, CPU_CURRENT
	EACH_SAVED ld.d
	addi.d	$sp, $sp, 96
	ret

/* A new thread's first instructions: a0 = what ran before, s0 = entry, s1 = arg. */
FUNCTION loongarch_thread_start
	bl	thread_switched
	move	$a0, $s1
	jirl	$ra, $s0, 0
	break	0

/*
 * A TLB miss: direct addresses, only $t0 and the TLBR registers free. Where a table is missing both
 * halves of the entry become invalid, and the access traps as one to a page that is not there.
 */
	.balign	4096
FUNCTION loongarch_tlb_refill
	csrwr	$t0, CSR_TLBRSAVE
	csrrd	$t0, CSR_PGD
	lddir	$t0, $t0, 3
	beqz	$t0, 1f
	lddir	$t0, $t0, 1
	beqz	$t0, 1f
	ldpte	$t0, 0
	ldpte	$t0, 1
	tlbfill
	csrrd	$t0, CSR_TLBRSAVE
	ertn
1:	csrwr	$t0, CSR_TLBRELO0
	move	$t0, $zero
	csrwr	$t0, CSR_TLBRELO1
	tlbfill
	csrrd	$t0, CSR_TLBRSAVE
	ertn

/*
 * void loongarch_enter_parking(paddr_t at, paddr_t sign): goes there with direct addresses. What lies there
 * is a copy of loongarch_park_code: set the sign, sleep until an IPI, and go where the mailbox says.
 */
FUNCTION loongarch_enter_parking
	li.w	$t0, CRMD_DA_CACHED
	csrwr	$t0, CSR_CRMD		/* the window's bits of the program counter are ignored now */
	jirl	$zero, $a0, 0

	.balign	8
FUNCTION loongarch_park_code
	li.w	$t1, IOCSR_MAILBOX0
	iocsrwr.d $zero, $t1
	li.w	$t0, IOCSR_IPI_CLEAR
	li.w	$t2, -1
	iocsrwr.w $t2, $t0
	li.w	$t0, IOCSR_IPI_ENABLE
	iocsrwr.w $t2, $t0
	li.w	$t0, 1 << INT_IPI
	csrwr	$t0, CSR_ECFG
	dbar	0
	st.w	$t2, $a1, 0
1:	idle	0
	iocsrrd.w $t0, $t1
	beqz	$t0, 1b
	li.w	$t2, IOCSR_IPI_STATUS
	iocsrrd.w $t3, $t2
	li.w	$t2, IOCSR_IPI_CLEAR
	iocsrwr.w $t3, $t2
	move	$t0, $zero
	csrwr	$t0, CSR_ECFG
	iocsrrd.d $ra, $t1
	jirl	$zero, $ra, 0
FUNCTION loongarch_park_code_end
