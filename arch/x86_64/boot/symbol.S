/* SPDX-License-Identifier: MIT */
/*
 * boot/stub/symbol.c by hand: a third of the boot's instructions run here, and the compiler needs a sixth more.
 * rdi: the context; returns the symbol.
 */
	.text
	.globl	stub_symbol
	.type	stub_symbol, @function
stub_symbol:
	leaq	stub_table_of(%rip), %rcx
	movq	(%rcx, %rdi, 8), %rcx
	movq	stub_range(%rip), %rsi
	shrq	$12, %rsi			/* FREQUENCY_BITS */
	movq	stub_code(%rip), %rax
	xorl	%edx, %edx
	divq	%rsi
	movzbl	(%rcx, %rax), %eax		/* symbol[] */
	movzwl	0x1000(%rcx, %rax, 4), %edx	/* of[].start */
	movzwl	0x1002(%rcx, %rax, 4), %ecx	/* of[].frequency */
	imulq	%rsi, %rdx
	subq	%rdx, stub_code(%rip)
	imulq	%rsi, %rcx
	movq	%rcx, stub_range(%rip)
	cmpl	$0, stub_range + 4(%rip)
	je	1f
	ret
1:	shlq	$32, %rcx
	movq	%rcx, stub_range(%rip)
	movq	stub_code(%rip), %rdx
	shlq	$32, %rdx
	movq	stub_input(%rip), %rsi
	movl	(%rsi), %ecx
	addq	$4, stub_input(%rip)
	orq	%rcx, %rdx
	movq	%rdx, stub_code(%rip)
	ret
	.size	stub_symbol, . - stub_symbol
