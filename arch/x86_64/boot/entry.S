/* SPDX-License-Identifier: MIT */
/*
 * The protected-mode entries of the image: 32-bit at its start, 64-bit at +0x200, both with
 * rsi = boot_params and at any load address; and that of the ELF in the payload, at its linked one. They move
 * it out of the way of the kernel (picture in image.ld), unpack it and jump to its entry.
 *
 * The 64-bit entry stays on the loader's page tables: the protocol promises init_size bytes,
 * boot_params and command line mapped, no more is touched here.
 */
#define BP_SCRATCH	0x1e4
#define ALIGNMENT	0x200000
#define LOAD_ADDRESS	0x1000000
#define BLOCK_HEADER_BYTES 3
#define BLOCK_BYTES	0x20000
#define CS64		0x10
#define DS		0x18
#define MSR_EFER	0xc0000080
#define COM1		0x3f8

	.section .head.text, "ax", @progbits
	.code32
	.globl	startup_32
startup_32:
	cli
	cld
	leal	BP_SCRATCH + 4(%esi), %esp	/* four bytes of stack that the protocol leaves us */
	call	1f
1:	popl	%ebp
	subl	$1b - startup_32, %ebp
	leal	gdt - startup_32(%ebp), %eax
	movl	%eax, gdt + 2 - startup_32(%ebp)	/* the null descriptor holds the GDTR */
	lgdt	(%eax)
	movl	$DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	leal	ALIGNMENT - 1(%ebp), %edi
	andl	$~(ALIGNMENT - 1), %edi
	addl	$init_size, %edi
	subl	$tables_bytes, %edi
	movl	%edi, %esp

	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	no_long_mode
	movl	$0x80000001, %eax
	cpuid
	btl	$29, %edx
	jnc	no_long_mode

	/* Identity map of 4 GiB: root, one table below it, four with 2 MiB pages. */
	movl	%edi, %ebx
	xorl	%eax, %eax
	movl	$2048, %ecx
	rep stosl
	leal	0x1007(%ebx), %eax
	movl	%eax, (%ebx)
	leal	0x2007(%ebx), %eax
	leal	0x1000(%ebx), %edx
	movl	$4, %ecx
1:	movl	%eax, (%edx)
	addl	$0x1000, %eax
	addl	$8, %edx
	loop	1b
	movl	$0x83, %eax
	movl	$2048, %ecx
	xorl	%edx, %edx
1:	movl	%eax, (%edi)
	movl	%edx, 4(%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b

	movl	%ebx, %cr3
	movl	%cr4, %eax
	orl	$0x20, %eax			/* PAE */
	movl	%eax, %cr4
	movl	$MSR_EFER, %ecx
	rdmsr
	btsl	$8, %eax			/* LME */
	wrmsr
	leal	startup_64 - startup_32(%ebp), %eax
	pushl	$CS64
	pushl	%eax
	movl	$0x80000001, %eax		/* PG, PE */
	movl	%eax, %cr0
	lretl

no_long_mode:
	leal	text_no_long_mode - startup_32(%ebp), %esi
1:	movw	$COM1, %dx
	lodsb
	testb	%al, %al
	jz	2f
	outb	%al, %dx
	jmp	1b
2:	hlt
	jmp	2b
text_no_long_mode:
	.asciz	"Kindling: this CPU has no 64-bit mode\r\n"

	.org	0x200
	.code64
startup_64:
	cld
	movq	%rsi, %r15

	/* Close the ranks: only the ELF's first block is followed by headers of others. */
	leaq	part1_end(%rip), %rdi
	movl	$rest_bytes, %edx
	movq	%rdi, %rsi
1:	addq	$BLOCK_HEADER_BYTES, %rsi
	movl	$BLOCK_BYTES, %ecx
	cmpl	%edx, %ecx
	cmoval	%edx, %ecx
	subl	%ecx, %edx
	shrl	$3, %ecx
	rep movsq
	testl	%edx, %edx
	jnz	1b
	movq	%r15, %rsi
	jmp	unpack

	.balign	8
gdt:
	.word	gdt_end - gdt - 1
	.long	0
	.word	0
	.quad	0
	.quad	0x00af9b000000ffff	/* CS64 */
	.quad	0x00cf93000000ffff	/* DS */
gdt_end:

/*
 * The payload: an ELF that unpacks itself, so that who wants to load the payload (u-root does) can. It stands
 * in blocks of a zstd frame, which startup_64 takes out.
 */
	.section .elf_head, "ax", @progbits
elf_head:
	.byte	0x7f, 'E', 'L', 'F', 2, 1, 1, 0
	.quad	0
	.word	2, 62				/* executable, x86-64 */
	.long	1
	.quad	LOAD_ADDRESS + 120		/* entry, where the program header ends */
	.quad	64, 0
	.long	0
	.word	64, 56, 1, 0, 0, 0
	.long	1, 7				/* PT_LOAD, rwx */
	.quad	0, LOAD_ADDRESS, LOAD_ADDRESS, elf_bytes, init_size, ALIGNMENT

unpack:
	cli
	cld
	movq	%rsi, %r15
	leaq	elf_start(%rip), %rbp
	leaq	ALIGNMENT - 4097(%rbp), %rbx	/* a page less: the ELF stands within the image's first page */
	andq	$~(ALIGNMENT - 1), %rbx		/* where the kernel goes */

	/* To behind the kernel. Both may overlap when the load address is aligned: last word first. */
	std
	leaq	elf_offset_end - 8(%rbx), %rdi
	leaq	elf_bytes - 8(%rbp), %rsi
	movl	$elf_words, %ecx
	rep movsq
	cld
	leaq	elf_offset(%rbx), %rax
	addq	$copied - elf_head, %rax
	jmp	*%rax
copied:
	leaq	bss_start(%rip), %rdi
	leaq	bss_end(%rip), %rcx
	movq	%rcx, %rsp
	subq	%rdi, %rcx
	shrq	$3, %rcx
	xorl	%eax, %eax
	rep stosq
	movq	%rbx, %rdi
	movl	$stub_plain_bytes, %esi
	call	unpack_kernel
	leaq	kernel_entry(%rbx), %rax
	movq	%r15, %rsi
	jmp	*%rax

/* The ELF's size, which boot protocol 2.08 has behind the payload. */
	.section .payload_size, "a", @progbits
	.long	elf_bytes

/*
 * Boot protocol 2.15: "LToP", size, total size, highest setup_data type that we understand. It stands
 * behind the payload because u-root's bzImage reader wants to find something there.
 */
	.section .tail, "a", @progbits
	.globl	kernel_info
kernel_info:
	.ascii	"LToP"
	.long	16, 16
	.long	9
