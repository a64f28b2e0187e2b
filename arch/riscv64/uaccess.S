/* SPDX-License-Identifier: MIT */
/*
 * The only code that touches user memory, between opening and closing SUM. Each instruction that may
 * fault has an entry in .ex_table: two 32-bit offsets, from the entry's own words, of the instruction
 * and of where to go on.
 */
#include <port/csr.h>

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

.macro OPEN
	li	t6, SSTATUS_SUM
	csrs	sstatus, t6
.endm
.macro CLOSE
	csrc	sstatus, t6
.endm

/* An instruction that goes on at \fixup when it faults. */
.macro TRY fixup, op, reg, address
.Ltry\@:
	\op	\reg, \address
	FAULT	.Ltry\@, \fixup
.endm

/*
 * size_t arch_copy_{from,to}_user(void *to, const void *from, size_t n): blocks of 64 bytes, words,
 * bytes. A fault among the larger steps is repeated by bytes, so the count of what was not copied is
 * exact. With different alignments, aligned words of the source are shifted together.
 */
.macro COPY name
FUNCTION \name
	OPEN
1:	andi	t0, a0, 7
	beqz	t0, 2f
	beqz	a2, 6f
	TRY	6f, lbu, t1, (a1)
	TRY	6f, sb, t1, (a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	j	1b
2:	andi	a6, a1, 7
	li	t0, 32
	bnez	a6, 7f
	li	t0, 64
3:	bltu	a2, t0, 4f
	TRY	5f, ld, t1, 0(a1)
	TRY	5f, ld, t2, 8(a1)
	TRY	5f, ld, t3, 16(a1)
	TRY	5f, ld, t4, 24(a1)
	TRY	5f, ld, t5, 32(a1)
	TRY	5f, ld, a3, 40(a1)
	TRY	5f, ld, a4, 48(a1)
	TRY	5f, ld, a5, 56(a1)
	TRY	5f, sd, t1, 0(a0)
	TRY	5f, sd, t2, 8(a0)
	TRY	5f, sd, t3, 16(a0)
	TRY	5f, sd, t4, 24(a0)
	TRY	5f, sd, t5, 32(a0)
	TRY	5f, sd, a3, 40(a0)
	TRY	5f, sd, a4, 48(a0)
	TRY	5f, sd, a5, 56(a0)
	addi	a0, a0, 64
	addi	a1, a1, 64
	addi	a2, a2, -64
	j	3b
4:	li	t0, 8
	bltu	a2, t0, 5f
	TRY	5f, ld, t1, (a1)
	TRY	5f, sd, t1, (a0)
	addi	a0, a0, 8
	addi	a1, a1, 8
	addi	a2, a2, -8
	j	4b
5:	beqz	a2, 6f
	TRY	6f, lbu, t1, (a1)
	TRY	6f, sb, t1, (a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	j	5b
6:	mv	a0, a2
	CLOSE
	ret
7:	bltu	a2, t0, 5b
	sub	a1, a1, a6
	slli	a3, a6, 3
	neg	a4, a3
	TRY	9f, ld, t1, 0(a1)
8:	bltu	a2, t0, 9f
	TRY	9f, ld, t2, 8(a1)
	TRY	9f, ld, t3, 16(a1)
	TRY	9f, ld, t4, 24(a1)
	TRY	9f, ld, t5, 32(a1)
	srl	t1, t1, a3
	sll	a5, t2, a4
	or	a5, t1, a5
	TRY	9f, sd, a5, 0(a0)
	srl	t2, t2, a3
	sll	a5, t3, a4
	or	a5, t2, a5
	TRY	9f, sd, a5, 8(a0)
	srl	t3, t3, a3
	sll	a5, t4, a4
	or	a5, t3, a5
	TRY	9f, sd, a5, 16(a0)
	srl	t4, t4, a3
	sll	a5, t5, a4
	or	a5, t4, a5
	TRY	9f, sd, a5, 24(a0)
	mv	t1, t5
	addi	a0, a0, 32
	addi	a1, a1, 32
	addi	a2, a2, -32
	j	8b
9:	add	a1, a1, a6
	j	5b
.endm
	COPY	arch_copy_from_user
	COPY	arch_copy_to_user

/* size_t arch_clear_user(void *to, size_t n) */
FUNCTION arch_clear_user
	OPEN
1:	beqz	a1, 4f
	andi	t0, a0, 7
	beqz	t0, 2f
	TRY	4f, sb, zero, (a0)
	addi	a0, a0, 1
	addi	a1, a1, -1
	j	1b
2:	li	t0, 8
	bltu	a1, t0, 3f
	TRY	3f, sd, zero, (a0)
	addi	a0, a0, 8
	addi	a1, a1, -8
	j	2b
3:	beqz	a1, 4f
	TRY	4f, sb, zero, (a0)
	addi	a0, a0, 1
	addi	a1, a1, -1
	j	3b
4:	mv	a0, a1
	CLOSE
	ret

/* long arch_strncpy_from_user(char *to, const char *from, size_t size) */
FUNCTION arch_strncpy_from_user
	OPEN
	mv	t2, a1
	add	t3, a1, a2
1:	bgeu	t2, t3, 2f
	TRY	riscv_uaccess_fault, lbu, t1, (t2)
	sb	t1, (a0)
	beqz	t1, 2f
	addi	t2, t2, 1
	addi	a0, a0, 1
	j	1b
2:	sub	a0, t2, a1
	CLOSE
	ret

/* Common end of what returns 0 or -EFAULT. */
FUNCTION riscv_uaccess_fault
	li	a0, -14
	CLOSE
	ret

.macro GET name, load, store
FUNCTION \name
	OPEN
	TRY	riscv_uaccess_fault, \load, t0, (a1)
	CLOSE
	\store	t0, (a0)
	li	a0, 0
	ret
.endm
	GET	arch_get_user_u32, lwu, sw
	GET	arch_get_user_u64, ld, sd

.macro PUT name, store
FUNCTION \name
	OPEN
	TRY	riscv_uaccess_fault, \store, a1, (a0)
	CLOSE
	li	a0, 0
	ret
.endm
	PUT	arch_put_user_u32, sw
	PUT	arch_put_user_u64, sd

/* int arch_user_cmpxchg_u32(uint32_t *addr, uint32_t expected, uint32_t desired, uint32_t *old) */
FUNCTION arch_user_cmpxchg_u32
	OPEN
	sext.w	a1, a1
1:	TRY	riscv_uaccess_fault, lr.w.aqrl, t0, (a0)
	bne	t0, a1, 2f
3:	sc.w.rl	t1, a2, (a0)
	FAULT	3b, riscv_uaccess_fault
	bnez	t1, 1b
	fence	rw, rw
2:	CLOSE
	sw	t0, (a3)
	li	a0, 0
	ret

/* int arch_read_nofault(void *to, const void *from, size_t n): kernel memory, so SUM stays closed. */
FUNCTION arch_read_nofault
1:	beqz	a2, 2f
	TRY	3f, lbu, t0, (a1)
	sb	t0, (a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	j	1b
2:	li	a0, 0
	ret
3:	li	a0, -14
	ret
