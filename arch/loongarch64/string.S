/* SPDX-License-Identifier: MIT */
/* memcpy and memset by blocks of words, in place of lib/string.c's; any alignment will do. */

.macro FUNCTION name
	.section .text.hot.\name, "ax", @progbits
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* void *memcpy(void *dst, const void *src, size_t n). Also right for an overlap with dst < src. */
FUNCTION memcpy
	move	$a3, $a0
	li.w	$t0, 32
1:	bltu	$a2, $t0, 2f
	ld.d	$t1, $a1, 0
	ld.d	$t2, $a1, 8
	ld.d	$t3, $a1, 16
	ld.d	$t4, $a1, 24
	st.d	$t1, $a3, 0
	st.d	$t2, $a3, 8
	st.d	$t3, $a3, 16
	st.d	$t4, $a3, 24
	addi.d	$a3, $a3, 32
	addi.d	$a1, $a1, 32
	addi.d	$a2, $a2, -32
	b	1b
2:	li.w	$t0, 8
3:	bltu	$a2, $t0, 4f
	ld.d	$t1, $a1, 0
	st.d	$t1, $a3, 0
	addi.d	$a3, $a3, 8
	addi.d	$a1, $a1, 8
	addi.d	$a2, $a2, -8
	b	3b
4:	beqz	$a2, 5f
	ld.bu	$t1, $a1, 0
	st.b	$t1, $a3, 0
	addi.d	$a3, $a3, 1
	addi.d	$a1, $a1, 1
	addi.d	$a2, $a2, -1
	b	4b
5:	ret

/* void *memset(void *dst, int c, size_t n) */
FUNCTION memset
	move	$a3, $a0
	andi	$a1, $a1, 255
	bstrins.d $a1, $a1, 15, 8
	bstrins.d $a1, $a1, 31, 16
	bstrins.d $a1, $a1, 63, 32
	li.w	$t0, 32
1:	bltu	$a2, $t0, 2f
	st.d	$a1, $a3, 0
	st.d	$a1, $a3, 8
	st.d	$a1, $a3, 16
	st.d	$a1, $a3, 24
	addi.d	$a3, $a3, 32
	addi.d	$a2, $a2, -32
	b	1b
2:	li.w	$t0, 8
3:	bltu	$a2, $t0, 4f
	st.d	$a1, $a3, 0
	addi.d	$a3, $a3, 8
	addi.d	$a2, $a2, -8
	b	3b
4:	beqz	$a2, 5f
	st.b	$a1, $a3, 0
	addi.d	$a3, $a3, 1
	addi.d	$a2, $a2, -1
	b	4b
5:	ret
