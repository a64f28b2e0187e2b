/* SPDX-License-Identifier: MIT */
/*
 * Floating-point and vector registers to and from struct loongarch_fpu, at three widths; EUEN lets
 * them be used. A narrow save leaves the rest of each slot as it is.
 */
#include <port/asm_offsets.h>

.macro EACH op, prefix
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	$\prefix\n, $a0, 32 * \n
	.endr
.endm

.macro SAVE name, op, prefix
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
	EACH	\op, \prefix
	b	save_control
.endm

.macro LOAD name, op, prefix
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
	EACH	\op, \prefix
	b	load_control
.endm

	.section .text.hot.fpu, "ax", @progbits
	SAVE	loongarch_fpu_save, fst.d, f
	SAVE	loongarch_lsx_save, vst, vr
	SAVE	loongarch_lasx_save, xvst, xr
	LOAD	loongarch_fpu_load, fld.d, f
	LOAD	loongarch_lsx_load, vld, vr
	LOAD	loongarch_lasx_load, xvld, xr

save_control:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	movcf2gr $t0, $fcc\n
	st.b	$t0, $a0, FPU_FCC + \n
	.endr
	movfcsr2gr $t0, $fcsr0
	st.w	$t0, $a0, FPU_FCSR
	ret
load_control:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ld.bu	$t0, $a0, FPU_FCC + \n
	movgr2cf $fcc\n, $t0
	.endr
	ld.w	$t0, $a0, FPU_FCSR
	movgr2fcsr $fcsr0, $t0
	ret
