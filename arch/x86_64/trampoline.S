/* SPDX-License-Identifier: MIT */
/*
 * A secondary CPU's first instructions: a page below 1 MiB, from real mode straight into 64-bit mode
 * (SDM 3A, 10.8.5, without the stop in protected mode: PE and PG may be set at once), then the CPU
 * finds its record by its APIC ID and its stack in the record. All CPUs may run here at the same time.
 */
#include <asm/processor-flags.h>
#include <port/asm_offsets.h>

#define MSR_EFER 0xc0000080
#define EFER_SCE_LME_NX 0x901

	.section .rodata.trampoline, "a", @progbits
	.globl	x86_trampoline, x86_trampoline_end
	.hidden	x86_trampoline, x86_trampoline_end
	.code16
x86_trampoline:
	cli
	cld
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	gdtr - x86_trampoline
	movl	$X86_CR4_PAE, %eax
	movl	%eax, %cr4
	movl	x86_trampoline_cr3 - x86_trampoline, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	movl	$EFER_SCE_LME_NX, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$CR0_STATE, %eax
	movl	%eax, %cr0
	ljmpl	*(x86_trampoline_far - x86_trampoline)
	.code64
start64:
	movl	$KERNEL_DS, %eax
	movl	%eax, %ss
	jmp	*x86_trampoline_entry(%rip)

	.balign	8
gdt:	.quad	0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdtr:	.word	31
	.globl	x86_trampoline_gdt_base, x86_trampoline_far, x86_trampoline_cr3, x86_trampoline_entry
	.hidden	x86_trampoline_gdt_base, x86_trampoline_far, x86_trampoline_cr3, x86_trampoline_entry
x86_trampoline_gdt_base:
	.long	gdt - x86_trampoline	/* smp.c adds the page's address */
	.balign	4
x86_trampoline_far:
	.long	start64 - x86_trampoline /* and here */
	.long	KERNEL_CS
x86_trampoline_cr3:
	.long	0
	.balign	8
x86_trampoline_entry:
	.quad	0
x86_trampoline_end:

/* In the kernel now, on the trampoline's tables. */
	.text
	.globl	x86_secondary_entry
	.hidden	x86_secondary_entry
x86_secondary_entry:
	movl	$1, %eax
	cpuid
	movl	%ebx, %edi
	shrl	$24, %edi
	btl	$21, %ecx			/* x2APIC: 32-bit IDs in leaf 11 */
	jnc	1f
	xorl	%eax, %eax
	cpuid
	cmpl	$0xb, %eax
	jb	1f
	movl	$0xb, %eax
	xorl	%ecx, %ecx
	cpuid
	testl	%ebx, %ebx
	jz	1f
	movl	%edx, %edi
1:	leaq	x86_start_table(%rip), %rsi
2:	movq	8(%rsi), %rdx			/* struct cpu; NULL ends the table */
	testq	%rdx, %rdx
	jz	3f
	cmpl	%edi, (%rsi)
	je	4f
	addq	$24, %rsi
	jmp	2b
3:	hlt
	jmp	3b
4:	movq	x86_start_cr3(%rip), %rax
	movq	%rax, %cr3
	movq	16(%rsi), %rsp
	xorl	%ebp, %ebp
	movq	%rdx, %rdi
	call	x86_secondary_main
	ud2
