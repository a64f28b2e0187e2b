/* SPDX-License-Identifier: MIT */
/*
 * Every way into the kernel and out of it. All entries build a struct trapframe (Linux's pt_regs) at
 * the top of the thread's kernel stack when they come from user mode, below what runs otherwise.
 *
 * GS: its base is the CPU's record in the kernel and the program's own in user mode; swapgs stands at
 * each border. NMI, double fault and machine check can hit between border and swapgs: they run on
 * stacks of their own (IST), whose first word is the CPU's record, and put the base back as it was.
 */
#include <asm/processor-flags.h>
#include <port/asm_offsets.h>

#define IRQ_BIAS 128 /* makes vectors 32-255 fit a one-byte push */
#define MSR_GS_BASE 0xc0000101

/* 3 bytes that arch_init_early() turns into a nop on CPUs without SMAP. */
.macro CLAC
771:	clac
	.pushsection x86_smap_sites, "aR"
	.long	771b - .
	.popsection
.endm

/* On the stack already: ss rsp eflags cs rip orig_rax. */
.macro SAVE_REGS rax=%rax
	pushq	%rdi
	SAVE_REGS_BUT_RDI \rax
.endm

.macro SAVE_REGS_BUT_RDI rax=%rax
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	\rax
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
.endm

.macro RESTORE_REGS
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
.endm

.macro FUNCTION name
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

	.section .text.hot.entry, "ax", @progbits
	.balign	64
FUNCTION x86_syscall_entry
	swapgs
	movq	%rsp, %gs:CPU_USER_SP
	movq	%gs:CPU_KERNEL_SP, %rsp
	pushq	$USER_DS
	pushq	%gs:CPU_USER_SP
	pushq	%r11
	pushq	$USER_CS
	pushq	%rcx
	pushq	%rax
	SAVE_REGS rax=$-38			/* -ENOSYS */
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	sti
	call	syscall_handle
	cli
	movq	%gs:CPU_CURRENT, %rax
	cmpl	$0, THREAD_WORK(%rax)
	jne	syscall_work
return_from_syscall:
	/* sysret loads rip from rcx and eflags from r11, and rbx and r12 to r15 still are the program's, C having kept
	 * them. iret is for who changed the frame's registers (FRAME_CHANGED) and for single steps. rip is canonical:
	 * arch_frame_set_ip(). */
	cmpl	$USER_CS, FRAME_CS(%rsp)
	jne	restore_iret
	movq	FRAME_EFLAGS(%rsp), %r11
	testl	$(X86_EFLAGS_TF | X86_EFLAGS_RF), %r11d
	jnz	restore_iret
	movq	FRAME_RBP(%rsp), %rbp
	movq	FRAME_R10(%rsp), %r10
	movq	FRAME_R9(%rsp), %r9
	movq	FRAME_R8(%rsp), %r8
	movq	FRAME_RAX(%rsp), %rax
	movq	FRAME_RIP(%rsp), %rcx
	movq	FRAME_RDX(%rsp), %rdx
	movq	FRAME_RSI(%rsp), %rsi
	movq	FRAME_RDI(%rsp), %rdi
	movq	FRAME_RSP(%rsp), %rsp
	swapgs
	sysretq

syscall_work:
	movq	%rsp, %rdi
	call	exit_to_user_work
	jmp	return_from_syscall

/* From anything but a system call. The frame is at rsp, GS is the kernel's, interrupts are off. */
return_to_user:
	movq	%gs:CPU_CURRENT, %rax
	cmpl	$0, THREAD_WORK(%rax)
	je	restore_iret
	movq	%rsp, %rdi
	call	exit_to_user_work
restore_iret:
	RESTORE_REGS
	addq	$8, %rsp
	swapgs
	iretq

/* syscall in 32-bit mode, which AMD's CPUs know: no such calls. */
FUNCTION x86_syscall32_entry
	movl	$-38, %eax
	sysretl

FUNCTION arch_enter_user
	cli
	movq	%gs:CPU_CURRENT, %rax
	movq	THREAD_STACK_TOP(%rax), %rsp
	subq	$FRAME_SIZE, %rsp
	xorl	%ebp, %ebp
	jmp	return_to_user

/* Interrupts: the vector comes biased in orig_rax. */
irq_common:
	cld
	SAVE_REGS
	CLAC
	movl	FRAME_ORIG_RAX(%rsp), %edi
	addl	$IRQ_BIAS, %edi
	movq	$-1, FRAME_ORIG_RAX(%rsp)
	movq	%rsp, %rsi
	testb	$3, FRAME_CS(%rsp)
	jz	1f
	swapgs
	xorl	%ebp, %ebp
	call	x86_irq
	jmp	return_to_user
1:	call	x86_irq
	jmp	return_to_kernel

/* Exceptions: error code (or 0) in orig_rax, rdi saved, the vector in edi. */
exception_common:
	cld
	SAVE_REGS_BUT_RDI
	CLAC
	movq	FRAME_ORIG_RAX(%rsp), %rsi
	movq	$-1, FRAME_ORIG_RAX(%rsp)
	movq	%rsp, %rdx
	testb	$3, FRAME_CS(%rsp)
	jz	1f
	swapgs
	xorl	%ebp, %ebp
	call	x86_exception
	jmp	return_to_user
1:	call	x86_exception
return_to_kernel:
	RESTORE_REGS
	addq	$8, %rsp
	iretq

/* The same on an IST stack; the CPU's record stands above the frame. */
ist_common:
	cld
	SAVE_REGS_BUT_RDI
	CLAC
	movl	%edi, %r12d
	movl	$MSR_GS_BASE, %ecx
	rdmsr
	movl	%eax, %r13d
	movl	%edx, %r14d
	movl	FRAME_SIZE(%rsp), %eax
	movl	FRAME_SIZE + 4(%rsp), %edx
	wrmsr
	movl	%r12d, %edi
	movq	FRAME_ORIG_RAX(%rsp), %rsi
	movq	$-1, FRAME_ORIG_RAX(%rsp)
	movq	%rsp, %rdx
	call	x86_ist_exception
	movl	$MSR_GS_BASE, %ecx
	movl	%r13d, %eax
	movl	%r14d, %edx
	wrmsr
	jmp	return_to_kernel

/* Stubs of 16 bytes for vectors 0-31: which of them push an error code is in the mask (SDM 3A, 6.15). */
#define ERROR_CODES 0x60227d00
	.balign	16
FUNCTION x86_exception_stubs
	vector = 0
	.rept	32
	.balign	16
	.if	!(ERROR_CODES >> vector & 1)
	pushq	$0
	.endif
	pushq	%rdi
	movl	$vector, %edi
	jmp	exception_common
	vector = vector + 1
	.endr

/* NMI, double fault, machine check: 16 bytes each. */
	.balign	16
FUNCTION x86_ist_stubs
	pushq	$0
	pushq	%rdi
	movl	$2, %edi
	jmp	ist_common
	.balign	16
	pushq	%rdi
	movl	$8, %edi
	jmp	ist_common
	.balign	16
	pushq	$0
	pushq	%rdi
	movl	$18, %edi
	jmp	ist_common

/* Stubs of 8 bytes for vectors 32-255. */
	.balign	8
FUNCTION x86_irq_stubs
	vector = 32
	.rept	224
	.balign	8
	pushq	$(vector - IRQ_BIAS)
	jmp	irq_common
	vector = vector + 1
	.endr

/* struct thread *arch_context_switch(struct thread *prev, struct thread *next) */
FUNCTION arch_context_switch
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, THREAD_KERNEL_SP(%rdi)
	movq	THREAD_KERNEL_SP(%rsi), %rsp
	movq	%rsi, %gs:CPU_CURRENT
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	movq	%rdi, %rax
	ret

/* A new thread's first instructions: rax = what ran before, r12 = entry, r13 = arg. */
FUNCTION x86_thread_start
	movq	%rax, %rdi
	call	thread_switched
	movq	%r13, %rdi
	call	*%r12
	ud2

/* void x86_load_gdt(uint64_t *gdt, size_t size) */
FUNCTION x86_load_gdt
	subq	$16, %rsp
	decl	%esi
	movw	%si, 6(%rsp)
	movq	%rdi, 8(%rsp)
	lgdt	6(%rsp)
	addq	$16, %rsp
	movl	$KERNEL_DS, %eax
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	popq	%rax
	pushq	$KERNEL_CS
	pushq	%rax
	lretq
