/* SPDX-License-Identifier: MIT */
/*
 * The kernel ELF's first instructions (riscv boot protocol: a0 = hart ID, a1 = device tree, satp = 0,
 * other harts stopped), and those of every other hart. The image stands anywhere, aligned to 2 MiB.
 */
#include <arch/layout.h>
#include <port/asm_offsets.h>
#include <port/csr.h>

	.section .head.text, "ax", @progbits
	.globl	_start
	.hidden	_start
_start:
	csrw	sie, zero
	csrw	sip, zero
	csrw	sscratch, zero
	li	t0, SSTATUS_FS | SSTATUS_VS | SSTATUS_SUM | SSTATUS_SIE
	csrc	sstatus, t0
	mv	s1, a0
	mv	s2, a1
	lla	t0, __bss_start
	lla	t1, __bss_end
1:	sd	zero, (t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b
	lla	sp, boot_stack_top
	lla	tp, riscv_early_cpu
	li	s0, 0
	mv	a0, s1
	mv	a1, s2
	call	early_boot		/* a0: satp, a1: virtual - physical */
	mv	s3, a1
	lla	t0, riscv_stuck
	csrw	stvec, t0
	sfence.vma
	csrw	satp, a0		/* the image's GiB is mapped as it is, too */
	sfence.vma
	add	sp, sp, s3
	add	tp, tp, s3
	lla	t0, 2f
	add	t0, t0, s3
	jr	t0
2:	lla	a0, boot_info
	call	kernel_main
	.balign	4
riscv_stuck:
	wfi
	j	riscv_stuck

/*
 * a1 = physical address of struct riscv_start (smp.c): satp, stack, struct cpu, entry. The tables have
 * no identity map: the fetch after satp faults, and stvec is where it goes on.
 */
	.balign	4
	.globl	riscv_secondary_start
	.hidden	riscv_secondary_start
riscv_secondary_start:
	csrw	sie, zero
	csrw	sip, zero
	csrw	sscratch, zero
	li	t0, SSTATUS_FS | SSTATUS_VS | SSTATUS_SUM | SSTATUS_SIE
	csrc	sstatus, t0
	ld	t0, 0(a1)
	ld	sp, 8(a1)
	ld	tp, 16(a1)
	ld	t1, 24(a1)
	csrw	stvec, t1
	sfence.vma
	csrw	satp, t0
1:	wfi
	j	1b
	.balign	4
	.globl	riscv_secondary_virtual
	.hidden	riscv_secondary_virtual
riscv_secondary_virtual:
	sfence.vma
	li	s0, 0
	mv	a0, tp
	call	riscv_secondary_main
	j	riscv_stuck

	.section .bss.boot_stack, "aw", @nobits
	.balign	16
	.globl	boot_stack
	.hidden	boot_stack
boot_stack:
	.skip	16384
boot_stack_top:
