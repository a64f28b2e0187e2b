/* SPDX-License-Identifier: MIT */
/*
 * The kernel's first instructions, behind the image's header (kernel.ld):
 * a0 = EFI flag, a1 = command line, a2 = EFI system table, direct addresses or windows, other CPUs
 * waiting for their mailbox. The image stands anywhere, aligned to 64 KiB.
 */
#include <arch/layout.h>
#include <port/asm_offsets.h>
#include <port/csr.h>

	.section .head.text, "ax", @progbits
/* Windows on, then on in the cached one, with paging. Bits above the physical address are ignored until then. */
.macro ENTER_WINDOW
	li.d	$t0, DMW0_VALUE
	csrwr	$t0, CSR_DMW0
	li.d	$t0, DMW1_VALUE
	csrwr	$t0, CSR_DMW1
	la.pcrel $t0, .Lin_window\@
	li.d	$t1, WINDOW_CACHED
	bstrins.d $t1, $t0, 47, 0
	jirl	$zero, $t1, 0
.Lin_window\@:
	li.w	$t0, CRMD_PAGED
	csrwr	$t0, CSR_CRMD
	li.w	$t0, 0
	csrwr	$t0, CSR_ECFG
	li.w	$t0, 0
	csrwr	$t0, CSR_EUEN
.endm

	.globl	_start
	.hidden	_start
_start:
	ENTER_WINDOW
	la.pcrel $t0, __bss_start
	la.pcrel $t1, __bss_end
1:	st.d	$zero, $t0, 0
	addi.d	$t0, $t0, 8
	bltu	$t0, $t1, 1b
	la.pcrel $sp, boot_stack_top
	la.pcrel $r21, loongarch_early_cpu
	move	$fp, $zero
	bl	early_boot
	la.pcrel $t0, 2f
	add.d	$t0, $t0, $a0
	dbar	0
	ibar	0
	jirl	$zero, $t0, 0		/* on in the copy, on a stack of its own */
2:	la.pcrel $sp, boot_stack_top
	la.pcrel $r21, loongarch_early_cpu
	la.pcrel $a0, boot_info
	bl	kernel_main
1:	idle	0
	b	1b

/* The mailbox of a CPU that is to start names this; loongarch_start (smp.c) says the rest. */
	.globl	loongarch_secondary_start
	.hidden	loongarch_secondary_start
loongarch_secondary_start:
	ENTER_WINDOW
	la.pcrel $s0, loongarch_start
	csrrd	$t0, CSR_CPUID
	andi	$t0, $t0, 0x1ff
	ld.d	$t1, $s0, 16
	bne	$t0, $t1, 1f		/* so late that it was given up */
	la.pcrel $sp, start_stack_top
	la.pcrel $r21, loongarch_early_cpu
	move	$fp, $zero
	bl	arch_mmu_init_this_cpu	/* stacks of threads are mapped by tables */
	ld.d	$sp, $s0, 0
	ld.d	$r21, $s0, 8
	move	$a0, $r21
	bl	loongarch_secondary_main
1:	idle	0
	b	1b

	.section .bss.boot_stack, "aw", @nobits
	.balign	16
	.globl	boot_stack
	.hidden	boot_stack
boot_stack:
	.skip	16384
boot_stack_top:
	.skip	2048
start_stack_top:
