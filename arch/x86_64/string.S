/* SPDX-License-Identifier: MIT */
/*
 * memcpy, memmove and memset in place of lib/string.c's, page_clear in place of mm/page.c's: string
 * instructions by eight bytes for what is long, moves for what is short. The last eight bytes are
 * moved apart, overlapping what is before them, so that no loop over single bytes is needed.
 */
#include <arch/layout.h>

#define LONG_BYTES 64

.macro FUNCTION name
	.section .text.hot.\name, "ax", @progbits
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* void *memcpy(void *dst, const void *src, size_t n). Also right for an overlap with dst < src. */
FUNCTION memcpy
	movq	%rdi, %rax
	cmpq	$8, %rdx
	jb	3f
	movq	-8(%rsi, %rdx), %r8
	leaq	-8(%rdi, %rdx), %r9
	cmpq	$LONG_BYTES, %rdx
	jae	2f
1:	movq	(%rsi), %rcx
	movq	%rcx, (%rdi)
	addq	$8, %rsi
	addq	$8, %rdi
	cmpq	%r9, %rdi
	jb	1b
	movq	%r8, (%r9)
	ret
2:	movq	%rdx, %rcx
	shrq	$3, %rcx
	rep movsq
	movq	%r8, (%r9)
	ret
3:	cmpl	$4, %edx
	jb	4f
	movl	(%rsi), %ecx
	movl	-4(%rsi, %rdx), %r8d
	movl	%ecx, (%rdi)
	movl	%r8d, -4(%rdi, %rdx)
	ret
4:	testl	%edx, %edx
	jz	5f
	/* One to three bytes: first, middle, last. */
	movl	%edx, %r9d
	shrl	$1, %r9d
	movzbl	(%rsi), %ecx
	movzbl	(%rsi, %r9), %r8d
	movzbl	-1(%rsi, %rdx), %esi
	movb	%cl, (%rdi)
	movb	%r8b, (%rdi, %r9)
	movb	%sil, -1(%rdi, %rdx)
5:	ret

/* void *memmove(void *dst, const void *src, size_t n) */
FUNCTION memmove
	movq	%rdi, %rax
	subq	%rsi, %rax
	cmpq	%rdx, %rax
	jae	memcpy
	movq	%rdi, %rax
	subq	$8, %rdx
	jb	2f
1:	movq	(%rsi, %rdx), %rcx
	movq	%rcx, (%rdi, %rdx)
	subq	$8, %rdx
	jae	1b
2:	addq	$8, %rdx
	jz	4f
3:	movzbl	-1(%rsi, %rdx), %ecx
	movb	%cl, -1(%rdi, %rdx)
	decq	%rdx
	jnz	3b
4:	ret

/* void *memset(void *dst, int c, size_t n) */
FUNCTION memset
	movq	%rdi, %r8
	movzbl	%sil, %eax
	cmpq	$8, %rdx
	jb	3f
	movabsq	$0x0101010101010101, %rcx
	imulq	%rcx, %rax
	leaq	-8(%rdi, %rdx), %r9
	cmpq	$LONG_BYTES, %rdx
	jae	2f
1:	movq	%rax, (%rdi)
	addq	$8, %rdi
	cmpq	%r9, %rdi
	jb	1b
	movq	%rax, (%r9)
	movq	%r8, %rax
	ret
2:	movq	%rdx, %rcx
	shrq	$3, %rcx
	rep stosq
	movq	%rax, (%r9)
	movq	%r8, %rax
	ret
3:	testl	%edx, %edx
	jz	5f
4:	movb	%al, -1(%rdi, %rdx)
	decl	%edx
	jnz	4b
5:	movq	%r8, %rax
	ret

/* void page_clear(void *addr) */
FUNCTION page_clear
	xorl	%eax, %eax
	movl	$PAGE_SIZE / 8, %ecx
	rep stosq
	ret

	.section .note.GNU-stack, "", @progbits
