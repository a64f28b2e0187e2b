/* SPDX-License-Identifier: MIT */
/* Moving vector registers. Each opens them, leaves sstatus.VS Off, and is called with interrupts off. */
#include <port/csr.h>

	.option	arch, +v

.macro FUNCTION name
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* Registers from a1 on, in four groups of eight. */
.macro EACH_GROUP op
	vsetvli	t5, zero, e8, m8, ta, ma
	.irp	n, 0, 8, 16, 24
	\op	v\n, (a1)
	add	a1, a1, t5
	.endr
.endm

	.text
/* void riscv_vector_save_regs(struct __riscv_v_regset_state *state) */
FUNCTION riscv_vector_save_regs
	li	t0, SSTATUS_VS
	csrs	sstatus, t0
	csrr	t1, vstart
	csrr	t2, vl
	csrr	t3, vtype
	csrr	t4, vcsr
	sd	t1, 0(a0)
	sd	t2, 8(a0)
	sd	t3, 16(a0)
	sd	t4, 24(a0)
	csrr	t4, vlenb
	sd	t4, 32(a0)
	csrw	vstart, zero
	addi	a1, a0, 40
	EACH_GROUP vse8.v
	vsetvl	zero, t2, t3
	csrw	vstart, t1
	csrc	sstatus, t0
	ret

/* void riscv_vector_load_regs(const struct __riscv_v_regset_state *state) */
FUNCTION riscv_vector_load_regs
	li	t0, SSTATUS_VS
	csrs	sstatus, t0
	csrw	vstart, zero
	addi	a1, a0, 40
	EACH_GROUP vle8.v
	ld	t1, 0(a0)
	ld	t2, 8(a0)
	ld	t3, 16(a0)
	ld	t4, 24(a0)
	vsetvl	zero, t2, t3
	csrw	vcsr, t4
	csrw	vstart, t1
	csrc	sstatus, t0
	ret

/* void riscv_vector_clobber(void): what a system call leaves, all ones and an invalid vtype. Keeps a registers. */
FUNCTION riscv_vector_clobber
	li	t0, SSTATUS_VS
	csrs	sstatus, t0
	csrw	vstart, zero
	vsetvli	t1, zero, e8, m8, ta, ma
	.irp	n, 0, 8, 16, 24
	vmv.v.i	v\n, -1
	.endr
	li	t1, -1
	slli	t1, t1, 63
	vsetvl	t2, zero, t1
	csrc	sstatus, t0
	ret
