/* SPDX-License-Identifier: MIT */
/*
 * The Image's header and first code (x0 = device tree, MMU off, EL2 or EL1): the image moves up, out of the
 * kernel's way, turns caches on with memory as it is, and unpacks the kernel to where it was loaded. The kernel
 * is entered as the image was.
 */
#include <port/sysreg.h>

#define TCR_HALF ((3 << 12) | (1 << 10) | (1 << 8) | 16)	/* 48 bits, 4 KiB, walks cached */
#define TCR_EL1_VALUE (TCR_HALF | (1 << 23))			/* no upper half */
#define TCR_EL2_VALUE (TCR_HALF | (1 << 31) | (1 << 23))
#define HCR_EL2_VALUE ((3 << 40) | (1 << 31))
#define SCTLR_EL2_OFF 0x30c50830
#define SCTLR_CACHES (SCTLR_M | SCTLR_C | SCTLR_I)
#define BLOCK_NORMAL 0x701
#define BLOCK_EL2 0x40						/* AP[1], which is 1 there */

.macro LOAD_ADDRESS reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
.endm

	.section .head.text, "ax", @progbits
	.globl	image_start
image_start:
	b	start
	.long	0
	.quad	0			/* text_offset */
	.quad	image_memory_bytes
	.quad	0xa			/* little-endian, 4 KiB pages, anywhere in memory */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

start:
	msr	daifset, #0xf
	mov	x19, x0
	LOAD_ADDRESS x20, image_start	/* also where the kernel goes */
	ldr	x1, image_file_bytes_word
	ldr	x2, image_move_bytes_word
	add	x3, x20, x1		/* from, to: downwards, for they may overlap */
	add	x4, x3, x2
1:	ldp	x5, x6, [x3, #-16]!
	stp	x5, x6, [x4, #-16]!
	cmp	x3, x20
	b.hi	1b
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	adr	x0, 2f
	add	x0, x0, x2
	br	x0

2:	LOAD_ADDRESS x0, bss_start
	LOAD_ADDRESS x1, bss_end
3:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	3b
	LOAD_ADDRESS x0, stub_tree
	str	x19, [x0]
	add	x0, x20, x2		/* the copy and its .bss: written without caches */
	bl	cache_lines
4:	dc	ivac, x0
	add	x0, x0, x3
	cmp	x0, x1
	b.lo	4b
	dsb	sy

	mrs	x21, CurrentEL
	mov	x0, x20
	bl	map_gib
	LOAD_ADDRESS x0, bss_end
	bl	map_gib
	bl	caches_on
	LOAD_ADDRESS x0, bss_end
	mov	sp, x0
	mov	x29, xzr
	mov	x0, x20
	ldr	x1, stub_plain_bytes_word
	bl	stub_unpack

	mov	x0, x20
	ldr	x1, image_move_bytes_word
	add	x1, x1, x20
	bl	cache_lines
5:	dc	civac, x0
	add	x0, x0, x3
	cmp	x0, x1
	b.lo	5b
	dsb	sy
	bl	caches_off
	mov	x0, x19
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	br	x20

/* x3: the smallest data cache line, bytes. */
cache_lines:
	mrs	x4, ctr_el0
	ubfx	x4, x4, #16, #4
	mov	x3, #4
	lsl	x3, x3, x4
	ret

/* x0 = an address: its GiB is mapped as it is. The image does not lie across a multiple of 512 GiB. */
map_gib:
	LOAD_ADDRESS x1, idmap_root
	add	x2, x1, #4096
	orr	x3, x2, #3
	ubfx	x4, x0, #39, #9
	str	x3, [x1, x4, lsl #3]
	ubfx	x4, x0, #30, #9
	and	x0, x0, #0xffffffffc0000000
	mov	x3, #BLOCK_NORMAL
	cmp	x21, #8
	b.ne	1f
	orr	x3, x3, #BLOCK_EL2
1:	orr	x0, x0, x3
	str	x0, [x2, x4, lsl #3]
	dsb	sy
	ret

/* x22: SCTLR as caches_off shall leave it. */
caches_on:
	LOAD_ADDRESS x0, idmap_root
	ldr	x1, =MAIR_VALUE
	mrs	x2, id_aa64mmfr0_el1
	and	x2, x2, #0xf
	mov	x3, #5			/* 48 bits of physical address at most */
	cmp	x2, x3
	csel	x2, x2, x3, lo
	cmp	x21, #8
	b.eq	1f
	ldr	x22, =SCTLR_OFF
	msr	mair_el1, x1
	ldr	x3, =TCR_EL1_VALUE
	orr	x3, x3, x2, lsl #32
	msr	tcr_el1, x3
	msr	ttbr0_el1, x0
	isb
	tlbi	vmalle1
	b	2f
1:	ldr	x3, =HCR_EL2_VALUE
	msr	hcr_el2, x3
	isb
	ldr	x22, =SCTLR_EL2_OFF
	msr	mair_el2, x1
	ldr	x3, =TCR_EL2_VALUE
	orr	x3, x3, x2, lsl #16
	msr	tcr_el2, x3
	msr	ttbr0_el2, x0
	isb
	tlbi	alle2
2:	ic	iallu
	dsb	sy
	isb
	ldr	x0, =SCTLR_CACHES
	orr	x0, x0, x22
	b	set_sctlr
caches_off:
	mov	x0, x22
set_sctlr:
	cmp	x21, #8
	b.eq	1f
	msr	sctlr_el1, x0
	b	2f
1:	msr	sctlr_el2, x0
2:	isb
	ic	iallu
	dsb	sy
	isb
	ret

	.balign	8
image_file_bytes_word:
	.quad	image_file_bytes
image_move_bytes_word:
	.quad	image_move_bytes
stub_plain_bytes_word:
	.quad	stub_plain_bytes
	.ltorg

	.section .bss.idmap, "aw", @nobits
	.balign	4096
idmap_root:
	.skip	8192
