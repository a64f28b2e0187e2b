/* SPDX-License-Identifier: MIT */
/* Registers of FP, SIMD and SVE to memory and back. */
.macro FUNCTION name
	.section .text.hot.\name, "ax", @progbits
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* void arm64_fpu_save_regs(struct user_fpsimd_state *), arm64_fpu_load_regs(const ...) */
	.arch_extension fp
	.arch_extension simd
.macro EACH_PAIR op
	\op	q0, q1, [x0, #32 * 0]
	\op	q2, q3, [x0, #32 * 1]
	\op	q4, q5, [x0, #32 * 2]
	\op	q6, q7, [x0, #32 * 3]
	\op	q8, q9, [x0, #32 * 4]
	\op	q10, q11, [x0, #32 * 5]
	\op	q12, q13, [x0, #32 * 6]
	\op	q14, q15, [x0, #32 * 7]
	\op	q16, q17, [x0, #32 * 8]
	\op	q18, q19, [x0, #32 * 9]
	\op	q20, q21, [x0, #32 * 10]
	\op	q22, q23, [x0, #32 * 11]
	\op	q24, q25, [x0, #32 * 12]
	\op	q26, q27, [x0, #32 * 13]
	\op	q28, q29, [x0, #32 * 14]
	\op	q30, q31, [x0, #32 * 15]
.endm
FUNCTION arm64_fpu_save_regs
	EACH_PAIR stp
	mrs	x1, fpsr
	mrs	x2, fpcr
	str	w1, [x0, #512]
	str	w2, [x0, #516]
	ret
FUNCTION arm64_fpu_load_regs
	EACH_PAIR ldp
	ldr	w1, [x0, #512]
	ldr	w2, [x0, #516]
	msr	fpsr, x1
	msr	fpcr, x2
	ret

/*
 * void arm64_sve_save_regs(void *area), arm64_sve_load_regs(const void *area): Z0 to Z31, P0 to P15, FFR, as a
 * signal frame's SVE record has them. x1: where the predicates begin.
 */
	.arch_extension sve
.macro EACH_Z op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	z\n, [x0, #\n, mul vl]
	.endr
.endm
.macro EACH_P op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\op	p\n, [x1, #\n, mul vl]
	.endr
.endm
FUNCTION arm64_sve_save_regs
	addvl	x1, x0, #16
	addvl	x1, x1, #16
	EACH_Z str
	EACH_P str
	rdffr	p0.b
	str	p0, [x1, #16, mul vl]
	ldr	p0, [x1]
	ret
FUNCTION arm64_sve_load_regs
	addvl	x1, x0, #16
	addvl	x1, x1, #16
	ldr	p0, [x1, #16, mul vl]
	wrffr	p0.b
	EACH_Z ldr
	EACH_P ldr
	ret
/* unsigned long arm64_sve_vl(void): bytes of a Z register */
FUNCTION arm64_sve_vl
	rdvl	x0, #1
	ret
