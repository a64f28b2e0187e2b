/* SPDX-License-Identifier: MIT */
/*
 * The only code that touches user memory. Each instruction that may fault has an entry in .ex_table:
 * two 32-bit offsets, from the entry's own words, of the instruction and of where to go on.
 *
 * stac and clac open and close SMAP; on CPUs without it arch_init_early() turns them into nops.
 */
.macro SITE instruction
771:	\instruction
	.pushsection x86_smap_sites, "aR"
	.long	771b - .
	.popsection
.endm

.macro FAULT at, fixup
	.pushsection .ex_table, "aR"
	.long	\at - .
	.long	\fixup - .
	.popsection
.endm

.macro FUNCTION name
	.section .text.hot.\name, "ax", @progbits
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* size_t arch_copy_{from,to}_user(void *to, const void *from, size_t n): words, then bytes. A fault among
 * the words is repeated by bytes, so that the count of what was not copied is exact. */
.macro COPY name
FUNCTION \name
	SITE	stac
	movq	%rdx, %rcx
	shrq	$3, %rcx
	jz	2f
1:	rep movsq
2:	andl	$7, %edx
	jz	4f
	movl	%edx, %ecx
3:	rep movsb
4:	movq	%rcx, %rax
	SITE	clac
	ret
5:	andl	$7, %edx
	leaq	(%rdx, %rcx, 8), %rcx
	jmp	3b
	FAULT	1b, 5b
	FAULT	3b, 4b
.endm
	COPY	arch_copy_from_user
	COPY	arch_copy_to_user

/* size_t arch_clear_user(void *to, size_t n) */
FUNCTION arch_clear_user
	SITE	stac
	xorl	%eax, %eax
	movq	%rsi, %rcx
	shrq	$3, %rcx
1:	rep stosq
	andl	$7, %esi
	movl	%esi, %ecx
2:	rep stosb
3:	movq	%rcx, %rax
	SITE	clac
	ret
4:	andl	$7, %esi
	leaq	(%rsi, %rcx, 8), %rcx
	jmp	2b
	FAULT	1b, 4b
	FAULT	2b, 3b

/* long arch_strncpy_from_user(char *to, const char *from, size_t size): words while eight bytes have room, then
 * bytes. A word that faults is gone through by bytes: the string may end before the page does. */
FUNCTION arch_strncpy_from_user
	SITE	stac
	xorl	%eax, %eax
	movabsq	$0x0101010101010101, %r8
	movq	%r8, %r9
	rorq	$1, %r9				/* 0x80 in each byte */
1:	leaq	8(%rax), %r10
	cmpq	%rdx, %r10
	ja	3f
2:	movq	(%rsi, %rax), %rcx
	movq	%rcx, (%rdi, %rax)
	movq	%rcx, %r11			/* (word - 0x01..) & ~word & 0x80..: the first NUL's top bit */
	subq	%r8, %r11
	notq	%rcx
	andq	%r9, %rcx
	andq	%rcx, %r11
	cmovzq	%r10, %rax
	jz	1b
	bsfq	%r11, %r11
	shrl	$3, %r11d
	addq	%r11, %rax
	jmp	5f
3:	cmpq	%rdx, %rax
	je	5f
4:	movb	(%rsi, %rax), %cl
	movb	%cl, (%rdi, %rax)
	testb	%cl, %cl
	jz	5f
	incq	%rax
	jmp	3b
5:	SITE	clac
	ret
	FAULT	2b, 3b
	FAULT	4b, x86_uaccess_fault

/* Common end of what returns 0 or -EFAULT. */
FUNCTION x86_uaccess_fault
	movq	$-14, %rax
	SITE	clac
	ret

.macro GET name, register
FUNCTION \name
	SITE	stac
1:	mov	(%rsi), \register
	SITE	clac
	mov	\register, (%rdi)
	xorl	%eax, %eax
	ret
	FAULT	1b, x86_uaccess_fault
.endm
	GET	arch_get_user_u32, %ecx
	GET	arch_get_user_u64, %rcx

.macro PUT name, register
FUNCTION \name
	SITE	stac
1:	mov	\register, (%rdi)
	SITE	clac
	xorl	%eax, %eax
	ret
	FAULT	1b, x86_uaccess_fault
.endm
	PUT	arch_put_user_u32, %esi
	PUT	arch_put_user_u64, %rsi

/* int arch_user_cmpxchg_u32(uint32_t *addr, uint32_t expected, uint32_t desired, uint32_t *old) */
FUNCTION arch_user_cmpxchg_u32
	movl	%esi, %eax
	SITE	stac
1:	lock cmpxchgl %edx, (%rdi)
	SITE	clac
	movl	%eax, (%rcx)
	xorl	%eax, %eax
	ret
	FAULT	1b, x86_uaccess_fault

/* int arch_read_nofault(void *to, const void *from, size_t n): kernel memory, so SMAP stays closed. */
FUNCTION arch_read_nofault
	movq	%rdx, %rcx
1:	rep movsb
	xorl	%eax, %eax
	ret
2:	movl	$-14, %eax
	ret
	FAULT	1b, 2b

/* int x86_rdmsr_safe(uint32_t msr, uint64_t *value): 0, or -EFAULT where the CPU has no such register. */
FUNCTION x86_rdmsr_safe
	movl	%edi, %ecx
1:	rdmsr
	movl	%eax, (%rsi)
	movl	%edx, 4(%rsi)
	xorl	%eax, %eax
	ret
2:	movl	$-14, %eax
	ret
	FAULT	1b, 2b
