/* SPDX-License-Identifier: MIT */
/*
 * The only code that touches user memory: by unprivileged loads and stores, which PAN leaves alone. Each
 * instruction that may fault has an entry in .ex_table: two 32-bit offsets, from the entry's own words, of
 * the instruction and of where to go on.
 */
.macro FAULT at, fixup
	.pushsection .ex_table, "aR"
	.word	\at - .
	.word	\fixup - .
	.popsection
.endm

.macro FUNCTION name
	.section .text.hot.\name, "ax", @progbits
	.globl	\name
	.hidden	\name
	.type	\name, @function
\name:
.endm

/* An instruction that goes on at \fixup when it faults. */
.macro TRY fixup, op, reg, base, offset=0
.Ltry\@:
	\op	\reg, [\base, #\offset]
	FAULT	.Ltry\@, \fixup
.endm

/*
 * Copies end alike: x2 = bytes left, in steps of 64, 8 and 1. A fault among the larger steps is repeated by
 * bytes, so the count of what was not copied is exact.
 */
FUNCTION arch_copy_from_user
	subs	x2, x2, #64
	b.lo	2f
1:	TRY	5f, ldtr, x3, x1, 0
	TRY	5f, ldtr, x4, x1, 8
	TRY	5f, ldtr, x5, x1, 16
	TRY	5f, ldtr, x6, x1, 24
	TRY	5f, ldtr, x7, x1, 32
	TRY	5f, ldtr, x8, x1, 40
	TRY	5f, ldtr, x9, x1, 48
	TRY	5f, ldtr, x10, x1, 56
	stp	x3, x4, [x0]
	stp	x5, x6, [x0, #16]
	stp	x7, x8, [x0, #32]
	stp	x9, x10, [x0, #48]
	add	x0, x0, #64
	add	x1, x1, #64
	subs	x2, x2, #64
	b.hs	1b
2:	add	x2, x2, #64
3:	cmp	x2, #8
	b.lo	6f
	TRY	6f, ldtr, x3, x1
	str	x3, [x0], #8
	add	x1, x1, #8
	sub	x2, x2, #8
	b	3b
5:	add	x2, x2, #64
6:	cbz	x2, 7f
	TRY	7f, ldtrb, w3, x1
	strb	w3, [x0], #1
	add	x1, x1, #1
	sub	x2, x2, #1
	b	6b
7:	mov	x0, x2
	ret

FUNCTION arch_copy_to_user
	subs	x2, x2, #64
	b.lo	2f
1:	ldp	x3, x4, [x1]
	ldp	x5, x6, [x1, #16]
	ldp	x7, x8, [x1, #32]
	ldp	x9, x10, [x1, #48]
	TRY	5f, sttr, x3, x0, 0
	TRY	5f, sttr, x4, x0, 8
	TRY	5f, sttr, x5, x0, 16
	TRY	5f, sttr, x6, x0, 24
	TRY	5f, sttr, x7, x0, 32
	TRY	5f, sttr, x8, x0, 40
	TRY	5f, sttr, x9, x0, 48
	TRY	5f, sttr, x10, x0, 56
	add	x0, x0, #64
	add	x1, x1, #64
	subs	x2, x2, #64
	b.hs	1b
2:	add	x2, x2, #64
3:	cmp	x2, #8
	b.lo	6f
	ldr	x3, [x1]
	TRY	6f, sttr, x3, x0
	add	x0, x0, #8
	add	x1, x1, #8
	sub	x2, x2, #8
	b	3b
5:	add	x2, x2, #64
6:	cbz	x2, 7f
	ldrb	w3, [x1]
	TRY	7f, sttrb, w3, x0
	add	x0, x0, #1
	add	x1, x1, #1
	sub	x2, x2, #1
	b	6b
7:	mov	x0, x2
	ret

/* size_t arch_clear_user(void *to, size_t n) */
FUNCTION arch_clear_user
1:	cmp	x1, #8
	b.lo	2f
	TRY	2f, sttr, xzr, x0
	add	x0, x0, #8
	sub	x1, x1, #8
	b	1b
2:	cbz	x1, 3f
	TRY	3f, sttrb, wzr, x0
	add	x0, x0, #1
	sub	x1, x1, #1
	b	2b
3:	mov	x0, x1
	ret

/* long arch_strncpy_from_user(char *to, const char *from, size_t size) */
FUNCTION arch_strncpy_from_user
	mov	x4, x1
	add	x5, x1, x2
1:	cmp	x4, x5
	b.hs	2f
	TRY	arm64_uaccess_fault, ldtrb, w3, x4
	strb	w3, [x0], #1
	cbz	w3, 2f
	add	x4, x4, #1
	b	1b
2:	sub	x0, x4, x1
	ret

/* Common end of what returns 0 or -EFAULT. */
FUNCTION arm64_uaccess_fault
	mov	x0, #-14
	ret

.macro GET name, reg
FUNCTION \name
	TRY	arm64_uaccess_fault, ldtr, \reg, x1
	str	\reg, [x0]
	mov	x0, #0
	ret
.endm
	GET	arch_get_user_u32, w3
	GET	arch_get_user_u64, x3

.macro PUT name, reg
FUNCTION \name
	TRY	arm64_uaccess_fault, sttr, \reg, x0
	mov	x0, #0
	ret
.endm
	PUT	arch_put_user_u32, w1
	PUT	arch_put_user_u64, x1

/* Exclusives have no unprivileged form: PAN is opened where the CPU has it (msr pan, #0 or #1). */
.macro SET_PAN encoding
	adrp	x6, arm64_has_pan
	ldrb	w6, [x6, :lo12:arm64_has_pan]
	cbz	w6, .Lnone\@
	.inst	\encoding
.Lnone\@:
.endm

/* int arch_user_cmpxchg_u32(uint32_t *addr, uint32_t expected, uint32_t desired, uint32_t *old) */
FUNCTION arch_user_cmpxchg_u32
	SET_PAN	0xd500409f
1:	TRY	4f, ldxr, w4, x0
	cmp	w4, w1
	b.ne	2f
3:	stlxr	w5, w2, [x0]
	FAULT	3b, 4f
	cbnz	w5, 1b
2:	dmb	ish
	SET_PAN	0xd500419f
	str	w4, [x3]
	mov	x0, #0
	ret
4:	SET_PAN	0xd500419f
	mov	x0, #-14
	ret

/* int arch_read_nofault(void *to, const void *from, size_t n): kernel memory. */
FUNCTION arch_read_nofault
1:	cbz	x2, 2f
	TRY	3f, ldrb, w3, x1
	strb	w3, [x0], #1
	add	x1, x1, #1
	sub	x2, x2, #1
	b	1b
2:	mov	x0, #0
	ret
3:	mov	x0, #-14
	ret
