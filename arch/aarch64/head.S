/* SPDX-License-Identifier: MIT */
/*
 * The kernel's first instructions (Documentation/arch/arm64/booting: x0 = device tree, MMU off, EL2 or EL1),
 * and those of every other CPU. The image stands anywhere, aligned to 2 MiB.
 */
#include <arch/layout.h>
#include <port/asm_offsets.h>
#include <port/sysreg.h>

#define HCR_EL2_VALUE ((3 << 40) | (1 << 31))	/* EL1 is 64-bit and may use pointer authentication */
#define SCTLR_EL2_OFF 0x30c50830
#define CPTR_EL2_VALUE 0x32ff	/* nothing traps: SVE neither */
#define BLOCK_NORMAL 0x701			/* valid, inner shareable, accessed */
#define IDMAP_TABLES 4

.macro LOAD_ADDRESS reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
.endm

	.section .head.text, "ax", @progbits
	.globl	_start
	.hidden	_start
_start:
	b	primary_entry
	.long	0
	.quad	0			/* text_offset */
	.quad	image_bytes
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

primary_entry:
	mov	x20, x0
	bl	enter_el1
	LOAD_ADDRESS x0, __bss_start
	LOAD_ADDRESS x1, __bss_end
	mov	x2, x0
1:	stp	xzr, xzr, [x2], #16
	cmp	x2, x1
	b.lo	1b
	bl	invalidate

	LOAD_ADDRESS x21, idmap_tables
	LOAD_ADDRESS x0, __image_start
	bl	map_gib
	LOAD_ADDRESS x0, __image_end
	bl	map_gib
	mov	x0, x20
	bl	map_gib
	add	x0, x20, #(2 << 20)
	bl	map_gib
	LOAD_ADDRESS x0, idmap_root
	add	x1, x0, #(PAGE_SIZE * (1 + IDMAP_TABLES))
	bl	invalidate
	LOAD_ADDRESS x0, idmap_root
	LOAD_ADDRESS x1, boot_root
	bl	enable_mmu

	LOAD_ADDRESS x0, boot_stack_top
	mov	sp, x0
	LOAD_ADDRESS x22, arm64_early_cpu
	msr	tpidr_el1, x22
	mov	x29, xzr
	mov	x0, x19
	mov	x1, x20
	bl	early_boot		/* x0: virtual - physical */
	dsb	ishst
	isb
	add	sp, sp, x0
	add	x22, x22, x0
	msr	tpidr_el1, x22
	adr	x1, 2f
	add	x1, x1, x0
	br	x1
2:	LOAD_ADDRESS x0, boot_info
	bl	kernel_main
3:	wfi
	b	3b

/*
 * A CPU that PSCI started: x0 = physical address of struct arm64_start (smp.c).
 */
	.globl	arm64_secondary_start
	.hidden	arm64_secondary_start
arm64_secondary_start:
	mov	x20, x0
	bl	enter_el1
	LOAD_ADDRESS x0, idmap_root
	ldr	x1, [x20]
	ldp	x21, x22, [x20, #8]	/* stack, struct cpu */
	ldr	x23, [x20, #24]
	bl	enable_mmu
	mov	sp, x21
	msr	tpidr_el1, x22
	mov	x29, xzr
	mov	x0, x22
	br	x23

/* To EL1 with its MMU off, interrupts masked. x19: the level of the entry. Changes x0. */
enter_el1:
	msr	daifset, #0xf
	msr	spsel, #1
	mrs	x0, CurrentEL
	lsr	x19, x0, #2
	ldr	x0, =SCTLR_OFF
	msr	sctlr_el1, x0
	isb
	cmp	x19, #2
	b.eq	1f
	ret
1:	ldr	x0, =SCTLR_EL2_OFF
	msr	sctlr_el2, x0
	ldr	x0, =HCR_EL2_VALUE
	msr	hcr_el2, x0
	isb
	mrs	x0, cnthctl_el2
	orr	x0, x0, #3		/* EL1 may read the physical counter and its timer */
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #24, #4
	cbz	x0, 2f
	mrs	x0, s3_4_c12_c9_5	/* ICC_SRE_EL2: system registers, for EL1 too */
	orr	x0, x0, #1
	orr	x0, x0, #8
	msr	s3_4_c12_c9_5, x0
	isb
	mrs	x0, s3_4_c12_c9_5
	tbz	x0, #0, 2f
	msr	s3_4_c12_c11_0, xzr	/* ICH_HCR_EL2 */
2:	ldr	x0, =CPTR_EL2_VALUE
	msr	cptr_el2, x0
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #32, #4
	cbz	x0, 4f
	isb
	mov	x0, #0x1ff
	msr	s3_4_c1_c2_0, x0	/* ZCR_EL2: EL1 decides on the length of SVE's vectors */
4:
	msr	hstr_el2, xzr
	mrs	x0, id_aa64dfr0_el1
	ubfx	x0, x0, #8, #4
	cbz	x0, 3f
	mrs	x0, pmcr_el0
	ubfx	x0, x0, #11, #5
3:	msr	mdcr_el2, x0		/* all performance counters are EL1's */
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	msr	vttbr_el2, xzr
	adr	x0, el2_vectors
	msr	vbar_el2, x0
	mov	x0, #SPSR_EL1H_MASKED
	msr	spsr_el2, x0
	msr	elr_el2, x30
	eret

/* x0 = an address: its GiB is mapped as it is. x21: the next free table. Changes x1 to x4. */
map_gib:
	LOAD_ADDRESS x1, idmap_root
	ubfx	x2, x0, #39, #9
	ldr	x3, [x1, x2, lsl #3]
	cbnz	x3, 1f
	orr	x3, x21, #3
	str	x3, [x1, x2, lsl #3]
	add	x21, x21, #PAGE_SIZE
1:	and	x3, x3, #~0xfff
	ubfx	x2, x0, #30, #9
	and	x4, x0, #0xffffc0000000
	mov	x1, #BLOCK_NORMAL
	orr	x4, x4, x1
	str	x4, [x3, x2, lsl #3]
	ret

/* What was written without caches in [x0, x1): no old line may hide it. Changes x2, x3. */
invalidate:
	mrs	x3, ctr_el0
	ubfx	x3, x3, #16, #4
	mov	x2, #4
	lsl	x2, x2, x3
	dsb	sy
1:	dc	ivac, x0
	add	x0, x0, x2
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ret

/* x0 = TTBR0, x1 = TTBR1. Changes x2, x3, x4. */
enable_mmu:
	ldr	x2, =MAIR_VALUE
	msr	mair_el1, x2
	ldr	x2, =TCR_BASE
	mrs	x3, id_aa64mmfr0_el1
	and	x3, x3, #0xf
	mov	x4, #5			/* 48 bits of physical address at most */
	cmp	x3, x4
	csel	x3, x3, x4, lo
	orr	x2, x2, x3, lsl #32
	msr	tcr_el1, x2
	msr	ttbr0_el1, x0
	msr	ttbr1_el1, x1
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	ldr	x2, =SCTLR_ON
	msr	sctlr_el1, x2
	isb
	ic	iallu
	dsb	nsh
	isb
	ret

/* void arm64_replace_ttbr1(paddr_t root, paddr_t empty): runs where idmap_root shows it. */
	.globl	arm64_replace_ttbr1
	.hidden	arm64_replace_ttbr1
arm64_replace_ttbr1:
	msr	ttbr1_el1, x1
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	msr	ttbr1_el1, x0
	isb
	ret

/* EL2 does one thing for us: HVC goes on at x0, at EL2, with x1 to x3 as they are. */
	.balign	2048
el2_vectors:
	.rept	8
	b	.
	.balign	128
	.endr
	br	x0			/* from EL1, synchronous */
	.balign	128
	.rept	7
	b	.
	.balign	128
	.endr
	.ltorg

	.section .bss.idmap, "aw", @nobits
	.balign	4096
idmap_root:
	.skip	PAGE_SIZE
idmap_tables:
	.skip	PAGE_SIZE * IDMAP_TABLES

	.section .bss.boot_stack, "aw", @nobits
	.balign	16
	.globl	boot_stack
	.hidden	boot_stack
boot_stack:
	.skip	16384
boot_stack_top:
