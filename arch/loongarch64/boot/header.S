/* SPDX-License-Identifier: MIT */
/*
 * The Image's header and first code (a0 to a2 are the kernel's, kept in s0 to s2): on in the cached
 * window, the image moves up, out of the unpacked kernel's way, and unpacks it to where it was loaded.
 *
 * Around the Image's words stand the headers of a PE file (Microsoft's PE format, which UEFI 2.10, 2.1.1
 * takes over): loaders look for them. EFI itself gets an answer (efi.c).
 */
#include <port/csr.h>

#define PE_HEADERS 512		/* their bytes: image.ld, too */
#define PE_ALIGN 512
#define KERNEL_ENTRY 0x40	/* behind the kernel's own header (kernel.ld) */

	.section .head.text, "ax", @progbits
	.globl	image_start
image_start:
	.ascii	"MZ"
	.org	8
	.dword	LOAD_ADDRESS + PE_HEADERS	/* entry */
	.dword	image_memory_bytes
	.dword	LOAD_ADDRESS
	.dword	0, 0, 0
	.word	0x818223cd
	.word	pe_header - image_start

pe_header:
	.ascii	"PE\0\0"
	.half	0x6264			/* LoongArch, 64 bits */
	.half	2			/* sections */
	.word	0, 0, 0
	.half	section_table - optional_header
	.half	0x206			/* executable, without line numbers and debug information */

optional_header:
	.half	0x20b			/* PE32+ */
	.byte	0, 0
	.word	image_code_bytes
	.word	pe_data_bytes
	.word	0
	.word	efi_offset		/* entry */
	.word	PE_HEADERS		/* where the code begins */
	.dword	0			/* anywhere */
	.word	PE_ALIGN, PE_ALIGN	/* of sections, in memory and file */
	.half	0, 0, 0, 0, 3, 0	/* versions */
	.word	0
	.word	pe_image_bytes
	.word	PE_HEADERS
	.word	0			/* checksum */
	.half	10, 0			/* an EFI application */
	.dword	0, 0, 0, 0
	.word	0, 6			/* directories, all empty */
	.dword	0, 0, 0, 0, 0, 0

section_table:
	.ascii	".text\0\0\0"
	.word	image_code_bytes, PE_HEADERS, image_code_bytes, PE_HEADERS
	.word	0, 0, 0
	.word	0x60000020		/* code, executed and read */
	.ascii	".data\0\0\0"
	.word	pe_data_bytes, image_file_bytes, 0, 0
	.word	0, 0, 0
	.word	0xc0000080		/* not in the file, read and written */

	.org	PE_HEADERS

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
	la.pcrel $t0, stub_systab
	st.d	$s2, $t0, 0
	la.pcrel $sp, bss_end
	li.d	$t0, WINDOW_CACHED	/* loaders may name addresses of a window */
	bstrins.d $t0, $s1, 47, 0
	la.pcrel $t1, stub_cmdline
	st.d	$t0, $t1, 0
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
