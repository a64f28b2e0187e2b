/* SPDX-License-Identifier: MIT */
/*
 * The kernel ELF's first instructions, in two forms: _start in 64-bit mode (from the image's
 * stub, or from a kexec that unpacked the ELF itself), pvh_start in 32-bit mode (from a virtual
 * machine monitor). Both end in kernel_main() at the kernel's virtual address.
 *
 * Given at _start: an identity map that covers the image and the boot_params in rsi, with 4 or 5
 * levels; nothing else, neither a stack nor a GDT. The image stands anywhere, aligned to 2 MiB.
 */
#include <arch/layout.h>

#define CR0_STATE	0x80050033	/* PG AM-less: PG WP NE ET MP PE */
#define CR4_PAE		0x20
#define CR4_MCE		0x40
#define CR4_LA57_BIT	12
#define MSR_EFER	0xc0000080
#define EFER_LME	0x100

#define BOOT_CS32	0x08
#define BOOT_CS		0x10
#define BOOT_DS		0x18

	.section .head.text, "ax", @progbits
	.code64
	.globl	_start
	.hidden	_start
	.type	_start, @function
_start:
	cli
	cld
	movq	%rsi, %rbx			/* boot_params, kept until early_boot() */
	leaq	__bss_start(%rip), %rdi
	leaq	__bss_end(%rip), %rcx
	subq	%rdi, %rcx
	shrq	$3, %rcx
	xorl	%eax, %eax
	rep stosq

	leaq	boot_stack_top(%rip), %rsp
	xorl	%ebp, %ebp
start_with_stack:
	call	early_map_init
	movq	%cr4, %rdx
	btl	$CR4_LA57_BIT, %edx
	jc	leave_la57
	movq	%rax, %cr3
on_own_tables:
	movq	%cr4, %rax			/* drops PGE, and with it every old TLB entry */
	andl	$CR4_MCE, %eax
	orl	$CR4_PAE, %eax
	movq	%rax, %cr4
	movl	$CR0_STATE, %eax
	movq	%rax, %cr0
	call	load_boot_gdt

	movq	%rbx, %rdi
	call	early_boot			/* rax: how far above its link address the kernel runs */
	movq	%cr3, %rcx
	movq	%rcx, %cr3

	movabsq	$KERNEL_LINK_BASE, %rdx
	addq	%rax, %rdx
	leaq	__image_start(%rip), %rcx
	subq	%rcx, %rdx			/* virtual - physical */
	addq	%rdx, %rsp
	leaq	1f(%rip), %rax
	addq	%rdx, %rax
	jmp	*%rax
1:	call	load_boot_gdt			/* again: its address changed */
	leaq	boot_info(%rip), %rdi
	call	kernel_main
	ud2
	.size	_start, . - _start

/* GDT at its present address, and all segment registers from it. */
load_boot_gdt:
	leaq	boot_gdt(%rip), %rax
	subq	$16, %rsp
	movw	$(boot_gdt_end - boot_gdt - 1), 6(%rsp)
	movq	%rax, 8(%rsp)
	lgdt	6(%rsp)
	addq	$16, %rsp
	movl	$BOOT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	popq	%rax
	pushq	$BOOT_CS
	pushq	%rax
	lretq

/*
 * CR4.LA57 can only change with paging off, which 64-bit mode does not allow: so down to 32-bit
 * mode in two borrowed pages of low memory, which a 32-bit CR3 and EIP reach wherever the image
 * is. First page: the 4-level root; second: code, GDT and a small stack.
 */
leave_la57:
	movq	%rax, %rbp
	leaq	boot_pml5(%rip), %rax
	movq	%rax, %cr3			/* five levels still, but our own identity map */
	movq	%rbx, %rdi
	call	early_borrow_low_pages
	movq	%rax, %rdx
	movq	%rax, %rdi
	movq	%rbp, %rsi
	movl	$512, %ecx
	rep movsq
	leaq	la57_low(%rip), %rsi
	movl	$(la57_low_end - la57_low), %ecx
	rep movsb

	pushq	%rbx
	pushq	%rbp
	movq	%rsp, 4096 + la57_rsp - la57_low(%rdx)
	leaq	la57_left(%rip), %rax
	movq	%rax, 4096 + la57_return - la57_low(%rdx)
	leaq	4096 + la57_gdt - la57_low(%rdx), %rax
	leaq	8192(%rdx), %rsp
	movw	$(boot_gdt_end - boot_gdt - 1), -16(%rsp)
	movq	%rax, -14(%rsp)
	lgdt	-16(%rsp)
	movl	$BOOT_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	leaq	4096(%rdx), %rax
	pushq	$BOOT_CS32
	pushq	%rax
	lretq
la57_left:
	popq	%rax
	popq	%rbx
	movq	%rax, %cr3
	xorl	%ebp, %ebp
	call	early_return_low_pages
	jmp	on_own_tables

/* Runs as a copy, edx = the first of the two pages. */
	.code32
la57_low:
	movl	%cr0, %eax
	btrl	$31, %eax
	movl	%eax, %cr0
	movl	%cr4, %eax
	btrl	$CR4_LA57_BIT, %eax
	movl	%eax, %cr4
	movl	%edx, %cr3
	movl	%cr0, %eax
	btsl	$31, %eax
	movl	%eax, %cr0
	leal	4096 + la57_64 - la57_low(%edx), %eax
	pushl	$BOOT_CS
	pushl	%eax
	lretl
	.code64
la57_64:
	movq	la57_rsp(%rip), %rsp
	jmp	*la57_return(%rip)
	.balign	8
la57_rsp:
	.quad	0
la57_return:
	.quad	0
la57_gdt:
	.quad	0, 0x00cf9b000000ffff, 0x00af9b000000ffff, 0x00cf93000000ffff
la57_low_end:

/*
 * PVH (Xen's "x86/HVM direct boot ABI"): 32-bit mode, paging off, flat segments, ebx = the
 * hvm_start_info. The image stands at its link address, so the ELF header, read by now, can be
 * the first stack.
 */
	.code32
	.globl	pvh_start
	.hidden	pvh_start
pvh_start:
	cli
	cld
	movl	$0x1000040, %esp
	call	1f
1:	popl	%ebp
#define REL(symbol) (symbol - 1b)(%ebp)
	leal	REL(__bss_start), %edi
	leal	REL(__bss_end), %ecx
	subl	%edi, %ecx
	shrl	$2, %ecx
	xorl	%eax, %eax
	rep stosl
	leal	REL(boot_stack_top), %esp

	/* 4 GiB identity map in the tables that early_map_init() then fills in the same way. */
	leal	REL(boot_pd), %eax
	leal	REL(boot_pdpt), %edi
	orl	$0x63, %eax
	movl	$4, %ecx
2:	movl	%eax, (%edi)
	addl	$4096, %eax
	addl	$8, %edi
	loop	2b
	leal	REL(boot_pd), %edi
	movl	$0xe3, %eax
	movl	$2048, %ecx
3:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	3b
	leal	REL(boot_pml4), %eax
	leal	REL(boot_pdpt), %edx
	orl	$0x63, %edx
	movl	%edx, (%eax)
	movl	%eax, %cr3

	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	leal	REL(boot_gdt), %eax
	pushl	%eax
	pushw	$(boot_gdt_end - boot_gdt - 1)
	lgdt	(%esp)
	movl	$CR0_STATE, %eax
	movl	%eax, %cr0
	leal	REL(pvh_64), %eax
	pushl	$BOOT_CS
	pushl	%eax
	lretl
	.code64
pvh_64:
	movl	%ebx, %edi
	leaq	boot_stack_top(%rip), %rsp
	xorl	%ebp, %ebp
	call	pvh_make_boot_params
	movq	%rax, %rbx
	jmp	start_with_stack

	.section .rodata.boot_gdt, "a", @progbits
	.balign	8
boot_gdt:
	.quad	0
	.quad	0x00cf9b000000ffff		/* BOOT_CS32 */
	.quad	0x00af9b000000ffff		/* BOOT_CS */
	.quad	0x00cf93000000ffff		/* BOOT_DS */
boot_gdt_end:

	.section .bss.boot_stack, "aw", @nobits
	.balign	16
	.globl	boot_stack
	.hidden	boot_stack
boot_stack:
	.skip	16384
	.globl	boot_stack_top
	.hidden	boot_stack_top
boot_stack_top:
