/* SPDX-License-Identifier: MIT */
/*
 * The Image's header and first code (a0 to a2 are the kernel's, kept in s0 to s2): on in the cached
 * window, the image moves up, out of the unpacked kernel's way, and unpacks it to where it was loaded.
 */
#include <port/csr.h>

#define KERNEL_ENTRY 0x40	/* behind the kernel's own header (kernel.ld) */

	.section .head.text, "ax", @progbits
	.globl	image_start
image_start:
	.ascii	"MZ"
	.org	8
	.dword	LOAD_ADDRESS + 0x40	/* entry */
	.dword	image_memory_bytes
	.dword	LOAD_ADDRESS
	.dword	0, 0, 0
	.word	0x818223cd
	.word	0

start:
	li.d	$t0, DMW0_VALUE
	csrwr	$t0, CSR_DMW0
	li.d	$t0, DMW1_VALUE
	csrwr	$t0, CSR_DMW1
	la.pcrel $t0, 1f
	li.d	$t1, WINDOW_CACHED
	bstrins.d $t1, $t0, 47, 0
	jirl	$zero, $t1, 0
1:	li.w	$t0, CRMD_PAGED
	csrwr	$t0, CSR_CRMD
	move	$s0, $a0
	move	$s1, $a1
	move	$s2, $a2
	la.pcrel $s3, image_start	/* also where the kernel goes */
	la.pcrel $t1, image_words
	ld.d	$t2, $t1, 0		/* the image's bytes in the file, a multiple of 16 */
	ld.d	$t3, $t1, 8		/* how far it moves */
	add.d	$t4, $s3, $t2
	add.d	$t5, $t4, $t3
2:	addi.d	$t4, $t4, -16
	addi.d	$t5, $t5, -16
	ld.d	$t0, $t4, 0
	ld.d	$t6, $t4, 8
	st.d	$t0, $t5, 0
	st.d	$t6, $t5, 8
	bltu	$s3, $t4, 2b
	dbar	0
	ibar	0
	la.pcrel $t0, 3f
	add.d	$t0, $t0, $t3
	jirl	$zero, $t0, 0
3:	la.pcrel $t0, bss_start
	la.pcrel $t1, bss_end
4:	st.d	$zero, $t0, 0
	addi.d	$t0, $t0, 8
	bltu	$t0, $t1, 4b
	la.pcrel $sp, bss_end
	move	$fp, $zero
	move	$a0, $s3
	la.pcrel $t0, image_words
	ld.d	$a1, $t0, 16
	bl	stub_unpack
	dbar	0
	ibar	0
	move	$a0, $s0
	move	$a1, $s1
	move	$a2, $s2
	jirl	$zero, $s3, KERNEL_ENTRY

	.balign	8
image_words:
	.dword	image_file_bytes
	.dword	image_move_bytes
	.dword	stub_plain_bytes
