/* SPDX-License-Identifier: MIT */
/*
 * The one way into the kernel (stvec) and the ways out. A trap from user mode is told by sscratch: it
 * holds the hart's struct cpu there and 0 in the kernel, where tp holds it.
 */
#include <port/asm_offsets.h>
#include <port/csr.h>

.macro FUNCTION name
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

.macro EACH_REG op
	.irp	n, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	x\n, 8 * \n(sp)
	.endr
.endm

/* ra gp t0-t6 s0-s11 a0-a7, then the trap's own registers: t1 = scause, t2 = sepc. Closes SUM and the FPU. */
.macro SAVE_REGS
	sd	x1, 8 * 1(sp)
	sd	x3, 8 * 3(sp)
	EACH_REG sd
	li	t0, SSTATUS_SUM | SSTATUS_FS | SSTATUS_VS
	csrrc	t3, sstatus, t0
	csrr	t1, scause
	csrr	t2, sepc
	csrr	t4, stval
	sd	t3, FRAME_STATUS(sp)
	sd	t1, FRAME_CAUSE(sp)
	sd	t4, FRAME_BADADDR(sp)
	sd	a0, FRAME_ORIG_A0(sp)
.endm

/* sstatus and sepc from the frame; a reservation of LR does not survive a trap. */
.macro RESTORE_REGS
	ld	t0, FRAME_STATUS(sp)
	ld	t1, FRAME_PC(sp)
	sc.d	zero, t1, (sp)
	csrw	sstatus, t0
	csrw	sepc, t1
	ld	x1, 8 * 1(sp)
	ld	x3, 8 * 3(sp)
	EACH_REG ld
.endm

	.section .text.hot.entry, "ax", @progbits
	.balign	4
FUNCTION riscv_trap_entry
	csrrw	tp, sscratch, tp
	beqz	tp, kernel_trap
	sd	sp, CPU_USER_SP(tp)
	ld	sp, CPU_KERNEL_SP(tp)
	addi	sp, sp, -FRAME_SIZE
	SAVE_REGS
	ld	t5, CPU_USER_SP(tp)
	csrrw	t4, sscratch, zero
	sd	t5, 8 * 2(sp)
	sd	t4, 8 * 4(sp)
	li	s0, 0
	li	t0, CAUSE_SYSCALL
	bne	t1, t0, user_trap
	addi	t2, t2, 4
	sd	t2, FRAME_PC(sp)
	li	t0, -38			/* -ENOSYS */
	sd	t0, 8 * 10(sp)
	andi	t3, t3, SSTATUS_VS
	bnez	t3, clobber_vectors
handle_syscall:
	csrsi	sstatus, SSTATUS_SIE
	mv	a0, sp
	call	syscall_handle
return_to_user:
	csrci	sstatus, SSTATUS_SIE
	ld	t0, CPU_CURRENT(tp)
	lw	t1, THREAD_WORK(t0)
	bnez	t1, user_work
restore_user:
	csrw	sscratch, tp
	RESTORE_REGS
	ld	x4, 8 * 4(sp)
	ld	sp, 8 * 2(sp)
	sret

user_work:
	mv	a0, sp
	call	exit_to_user_work
	j	restore_user

clobber_vectors:
	call	riscv_vector_clobber
	ld	t1, FRAME_STATUS(sp)
	or	t1, t1, t0		/* Dirty */
	sd	t1, FRAME_STATUS(sp)
	j	handle_syscall

user_trap:
	sd	t2, FRAME_PC(sp)
	mv	a0, sp
	call	riscv_trap
	j	return_to_user

kernel_trap:
	csrrw	tp, sscratch, tp	/* back: tp is the kernel's, sscratch 0 */
	sd	sp, 8 * 2 - FRAME_SIZE(sp)
	addi	sp, sp, -FRAME_SIZE
	SAVE_REGS
	sd	t2, FRAME_PC(sp)
	sd	tp, 8 * 4(sp)
	mv	a0, sp
	call	riscv_trap
	RESTORE_REGS
	ld	sp, 8 * 2(sp)
	sret

FUNCTION arch_enter_user
	csrci	sstatus, SSTATUS_SIE
	ld	t0, CPU_CURRENT(tp)
	ld	sp, THREAD_STACK_TOP(t0)
	addi	sp, sp, -FRAME_SIZE
	li	s0, 0
	j	return_to_user

/* struct thread *arch_context_switch(struct thread *prev, struct thread *next): context.c's switch_frame */
FUNCTION arch_context_switch
	addi	sp, sp, -112
	sd	ra, 104(sp)
	sd	s0, 96(sp)
	sd	s1, 88(sp)
	sd	s2, 80(sp)
	sd	s3, 72(sp)
	sd	s4, 64(sp)
	sd	s5, 56(sp)
	sd	s6, 48(sp)
	sd	s7, 40(sp)
	sd	s8, 32(sp)
	sd	s9, 24(sp)
	sd	s10, 16(sp)
	sd	s11, 8(sp)
	sd	sp, THREAD_KERNEL_SP(a0)
	ld	sp, THREAD_KERNEL_SP(a1)
	sd	a1, CPU_CURRENT(tp)
	ld	ra, 104(sp)
	ld	s0, 96(sp)
	ld	s1, 88(sp)
	ld	s2, 80(sp)
	ld	s3, 72(sp)
	ld	s4, 64(sp)
	ld	s5, 56(sp)
	ld	s6, 48(sp)
	ld	s7, 40(sp)
	ld	s8, 32(sp)
	ld	s9, 24(sp)
	ld	s10, 16(sp)
	ld	s11, 8(sp)
	addi	sp, sp, 112
	ret

/* A new thread's first instructions: a0 = what ran before, s1 = entry, s2 = arg. */
FUNCTION riscv_thread_start
	call	thread_switched
	mv	a0, s2
	jalr	s1
	ebreak

/* void riscv_fpu_save_regs(struct __riscv_d_ext_state *), riscv_fpu_load_regs(const ...): FPU on */
	.option	push
	.option	arch, +d
.macro EACH_FREG op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	f\n, 8 * \n(a0)
	.endr
.endm
FUNCTION riscv_fpu_save_regs
	li	t0, SSTATUS_FS
	csrs	sstatus, t0
	EACH_FREG fsd
	frcsr	t1
	sw	t1, 256(a0)
	csrc	sstatus, t0
	ret
FUNCTION riscv_fpu_load_regs
	li	t0, SSTATUS_FS
	csrs	sstatus, t0
	EACH_FREG fld
	lw	t1, 256(a0)
	fscsr	t1
	csrc	sstatus, t0
	ret
	.option	pop
