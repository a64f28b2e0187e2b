/* SPDX-License-Identifier: MIT */
/*
 * The only code that touches user memory. Each instruction that may fault has an entry in .ex_table:
 * two 32-bit offsets, from the entry's own words, of the instruction and of where to go on.
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
	\op	\reg, \base, \offset
	FAULT	.Ltry\@, \fixup
.endm

/*
 * size_t arch_copy_{from,to}_user(void *to, const void *from, size_t n): blocks of 64 bytes, words,
 * bytes, at any alignment. A fault among the larger steps is repeated by bytes, so the count of what
 * was not copied is exact.
 */
.macro COPY name
FUNCTION \name
	li.w	$t0, 64
	bltu	$a2, $t0, 2f
1:	TRY	4f, ld.d, $t1, $a1, 0
	TRY	4f, ld.d, $t2, $a1, 8
	TRY	4f, ld.d, $t3, $a1, 16
	TRY	4f, ld.d, $t4, $a1, 24
	TRY	4f, ld.d, $t5, $a1, 32
	TRY	4f, ld.d, $t6, $a1, 40
	TRY	4f, ld.d, $t7, $a1, 48
	TRY	4f, ld.d, $t8, $a1, 56
	TRY	4f, st.d, $t1, $a0, 0
	TRY	4f, st.d, $t2, $a0, 8
	TRY	4f, st.d, $t3, $a0, 16
	TRY	4f, st.d, $t4, $a0, 24
	TRY	4f, st.d, $t5, $a0, 32
	TRY	4f, st.d, $t6, $a0, 40
	TRY	4f, st.d, $t7, $a0, 48
	TRY	4f, st.d, $t8, $a0, 56
	addi.d	$a0, $a0, 64
	addi.d	$a1, $a1, 64
	addi.d	$a2, $a2, -64
	bgeu	$a2, $t0, 1b
2:	li.w	$t0, 8
3:	bltu	$a2, $t0, 4f
	TRY	4f, ld.d, $t1, $a1
	TRY	4f, st.d, $t1, $a0
	addi.d	$a0, $a0, 8
	addi.d	$a1, $a1, 8
	addi.d	$a2, $a2, -8
	b	3b
4:	beqz	$a2, 5f
	TRY	5f, ld.bu, $t1, $a1
	TRY	5f, st.b, $t1, $a0
	addi.d	$a0, $a0, 1
	addi.d	$a1, $a1, 1
	addi.d	$a2, $a2, -1
	b	4b
5:	move	$a0, $a2
	ret
.endm
	COPY	arch_copy_from_user
	COPY	arch_copy_to_user

/* size_t arch_clear_user(void *to, size_t n) */
FUNCTION arch_clear_user
	li.w	$t0, 8
1:	bltu	$a1, $t0, 2f
	TRY	2f, st.d, $zero, $a0
	addi.d	$a0, $a0, 8
	addi.d	$a1, $a1, -8
	b	1b
2:	beqz	$a1, 3f
	TRY	3f, st.b, $zero, $a0
	addi.d	$a0, $a0, 1
	addi.d	$a1, $a1, -1
	b	2b
3:	move	$a0, $a1
	ret

/* long arch_strncpy_from_user(char *to, const char *from, size_t size) */
FUNCTION arch_strncpy_from_user
	move	$t2, $a1
	add.d	$t3, $a1, $a2
1:	bgeu	$t2, $t3, 2f
	TRY	loongarch_uaccess_fault, ld.bu, $t1, $t2
	st.b	$t1, $a0, 0
	beqz	$t1, 2f
	addi.d	$t2, $t2, 1
	addi.d	$a0, $a0, 1
	b	1b
2:	sub.d	$a0, $t2, $a1
	ret

/* Common end of what returns 0 or -EFAULT. */
FUNCTION loongarch_uaccess_fault
	li.w	$a0, -14
	ret

.macro GET name, load, store
FUNCTION \name
	TRY	loongarch_uaccess_fault, \load, $t0, $a1
	\store	$t0, $a0, 0
	move	$a0, $zero
	ret
.endm
	GET	arch_get_user_u32, ld.wu, st.w
	GET	arch_get_user_u64, ld.d, st.d

.macro PUT name, store
FUNCTION \name
	TRY	loongarch_uaccess_fault, \store, $a1, $a0
	move	$a0, $zero
	ret
.endm
	PUT	arch_put_user_u32, st.w
	PUT	arch_put_user_u64, st.d

/* int arch_user_cmpxchg_u32(uint32_t *addr, uint32_t expected, uint32_t desired, uint32_t *old) */
FUNCTION arch_user_cmpxchg_u32
	dbar	0
	addi.w	$a1, $a1, 0
1:	TRY	loongarch_uaccess_fault, ll.w, $t0, $a0
	bne	$t0, $a1, 2f
	move	$t1, $a2
	TRY	loongarch_uaccess_fault, sc.w, $t1, $a0
	beqz	$t1, 1b
2:	dbar	0
	st.w	$t0, $a3, 0
	move	$a0, $zero
	ret

/* int arch_read_nofault(void *to, const void *from, size_t n): kernel memory. */
FUNCTION arch_read_nofault
1:	beqz	$a2, 2f
	TRY	loongarch_uaccess_fault, ld.bu, $t0, $a1
	st.b	$t0, $a0, 0
	addi.d	$a0, $a0, 1
	addi.d	$a1, $a1, 1
	addi.d	$a2, $a2, -1
	b	1b
2:	move	$a0, $zero
	ret
