/* SPDX-License-Identifier: MIT */
/*
 * The Image's header and first code (a0 = hart ID, a1 = device tree): the image moves up, out of the
 * kernel's way, and unpacks the kernel to where it was loaded.
 */
	.section .head.text, "ax", @progbits
	.option	norvc
	.globl	image_start
image_start:
	j	start
	.word	0
	.quad	0x200000		/* text_offset */
	.quad	image_memory_bytes
	.quad	0			/* flags: little-endian */
	.word	2			/* version 0.2 */
	.word	0
	.quad	0
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\005"
	.word	0

start:
	csrw	sie, zero
	mv	s0, a0
	mv	s1, a1
	lla	s2, image_start		/* also where the kernel goes */
	lla	t1, image_file_bytes_word
	ld	t2, 0(t1)		/* the image's bytes in the file, a multiple of 16 */
	ld	t3, 8(t1)		/* how far it moves */
	add	t4, s2, t2
	add	t5, t4, t3
1:	addi	t4, t4, -16
	addi	t5, t5, -16
	ld	t0, 0(t4)
	ld	t6, 8(t4)
	sd	t0, 0(t5)
	sd	t6, 8(t5)
	bgtu	t4, s2, 1b
	fence.i
	lla	t0, 2f
	add	t0, t0, t3
	jr	t0
2:	lla	t0, bss_start
	lla	t1, bss_end
3:	sd	zero, (t0)
	addi	t0, t0, 8
	bltu	t0, t1, 3b
	lla	sp, bss_end
	mv	a0, s2
	lla	t0, image_file_bytes_word
	ld	a1, 16(t0)
	call	stub_unpack
	fence.i
	mv	a0, s0
	mv	a1, s1
	jr	s2
	.balign	8
image_file_bytes_word:
	.quad	image_file_bytes
	.quad	image_move_bytes
	.quad	stub_plain_bytes
