/* SPDX-License-Identifier: MIT */
/* memcpy, memset and page_clear by words, in place of lib/string.c's and mm/page.c's. */
#include <arch/layout.h>

.macro FUNCTION name
	.section .text.hot.\name, "ax", @progbits
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* void *memcpy(void *dst, const void *src, size_t n). Also right for an overlap with dst < src. */
FUNCTION memcpy
	mv	t6, a0
1:	andi	t0, t6, 7
	beqz	t0, 2f
	beqz	a2, 6f
	lbu	t1, (a1)
	sb	t1, (t6)
	addi	t6, t6, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	j	1b
2:	andi	a6, a1, 7
	li	t0, 64
	bnez	a6, 7f
3:	bltu	a2, t0, 4f
	ld	t1, 0(a1)
	ld	t2, 8(a1)
	ld	t3, 16(a1)
	ld	t4, 24(a1)
	ld	t5, 32(a1)
	ld	a3, 40(a1)
	ld	a4, 48(a1)
	ld	a5, 56(a1)
	sd	t1, 0(t6)
	sd	t2, 8(t6)
	sd	t3, 16(t6)
	sd	t4, 24(t6)
	sd	t5, 32(t6)
	sd	a3, 40(t6)
	sd	a4, 48(t6)
	sd	a5, 56(t6)
	addi	t6, t6, 64
	addi	a1, a1, 64
	addi	a2, a2, -64
	j	3b
4:	li	t0, 8
	bltu	a2, t0, 5f
	ld	t1, (a1)
	sd	t1, (t6)
	addi	t6, t6, 8
	addi	a1, a1, 8
	addi	a2, a2, -8
	j	4b
5:	beqz	a2, 6f
	lbu	t1, (a1)
	sb	t1, (t6)
	addi	t6, t6, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	j	5b
6:	ret
	/* The source has another alignment: aligned words of it are shifted together. */
7:	beqz	a2, 6b
	sub	a1, a1, a6
	slli	a3, a6, 3
	neg	a4, a3
	li	t0, 32
	ld	t1, 0(a1)
8:	bltu	a2, t0, 9f
	ld	t2, 8(a1)
	ld	t3, 16(a1)
	ld	t4, 24(a1)
	ld	t5, 32(a1)
	srl	t1, t1, a3
	sll	a5, t2, a4
	or	a5, t1, a5
	sd	a5, 0(t6)
	srl	t2, t2, a3
	sll	a5, t3, a4
	or	a5, t2, a5
	sd	a5, 8(t6)
	srl	t3, t3, a3
	sll	a5, t4, a4
	or	a5, t3, a5
	sd	a5, 16(t6)
	srl	t4, t4, a3
	sll	a5, t5, a4
	or	a5, t4, a5
	sd	a5, 24(t6)
	mv	t1, t5
	addi	t6, t6, 32
	addi	a1, a1, 32
	addi	a2, a2, -32
	j	8b
9:	add	a1, a1, a6
	j	5b

/* void *memset(void *dst, int c, size_t n) */
FUNCTION memset
	mv	t6, a0
	andi	a1, a1, 255
	slli	t0, a1, 8
	or	a1, a1, t0
	slli	t0, a1, 16
	or	a1, a1, t0
	slli	t0, a1, 32
	or	a1, a1, t0
1:	beqz	a2, 5f
	andi	t0, t6, 7
	beqz	t0, 2f
	sb	a1, (t6)
	addi	t6, t6, 1
	addi	a2, a2, -1
	j	1b
2:	li	t0, 32
3:	bltu	a2, t0, 4f
	sd	a1, 0(t6)
	sd	a1, 8(t6)
	sd	a1, 16(t6)
	sd	a1, 24(t6)
	addi	t6, t6, 32
	addi	a2, a2, -32
	j	3b
4:	beqz	a2, 5f
	sb	a1, (t6)
	addi	t6, t6, 1
	addi	a2, a2, -1
	j	4b
5:	ret
