/* SPDX-License-Identifier: MIT */
/*
 * Real mode: the setup header of the Linux boot protocol 2.15 (Documentation/arch/x86/boot.rst) and
 * the 16-bit entry behind it. It asks the BIOS what later code can no longer ask (memory map,
 * text screen), opens A20 and enters the 32-bit entry with esi = boot_params.
 *
 * Linked at 0, so that an address is a file offset and an offset in the segment that the loader
 * chose. image.ld computes the sizes in the header; unpack.c checks the BP_ offsets.
 */
#define BP_EXT_MEM_K		0x002
#define BP_VIDEO_PAGE		0x004
#define BP_VIDEO_MODE		0x006
#define BP_VIDEO_COLS		0x007
#define BP_VIDEO_EGA_BX		0x00a
#define BP_VIDEO_LINES		0x00e
#define BP_VIDEO_IS_VGA		0x00f
#define BP_VIDEO_POINTS		0x010
#define BP_ALT_MEM_K		0x1e0
#define BP_E820_ENTRIES		0x1e8
#define BP_HDR			0x1f1
#define BP_CODE32_START		0x214
#define BP_E820_TABLE		0x2d0
#define E820_ENTRY_BYTES	20
#define E820_MAX		128
#define SMAP			0x534d4150

#define LOADED_HIGH		0x01
#define CAN_USE_HEAP		0x80
#define XLOADFLAGS		0x23	/* KERNEL_64, CAN_BE_LOADED_ABOVE_4G, 5LEVEL */
#define STACK_BYTES		1024

#define CS32			0x10
#define DS32			0x18

	.section .setup, "awx", @progbits
	.code16
	.globl	setup_start
setup_start:

	.org	0x1ef
sentinel:
	.byte	0xff			/* a loader that copies more than the header shows itself */
	.org	BP_HDR
	.byte	(setup_end - setup_start) / 512 - 1
	.word	1			/* root_flags: read-only */
	.long	syssize
	.word	0			/* ram_size */
	.word	0xffff			/* vid_mode: normal */
	.word	0			/* root_dev */
	.word	0xaa55
	.byte	0xeb, start_of_setup - 1f
1:	.ascii	"HdrS"
	.word	0x020f
realmode_swtch:
	.long	0
	.word	0x1000			/* start_sys_seg */
	.word	version - 0x200
	.byte	0			/* type_of_loader */
loadflags:
	.byte	LOADED_HIGH
	.word	0x8000			/* setup_move_size */
	.long	0x100000		/* code32_start */
	.long	0, 0			/* ramdisk_image, ramdisk_size */
	.long	0			/* bootsect_kludge */
heap_end_ptr:
	.word	bss_end + STACK_BYTES - 0x200
	.byte	0, 0			/* ext_loader_ver, ext_loader_type */
	.long	0			/* cmd_line_ptr */
	.long	0x7fffffff		/* initrd_addr_max */
	.long	0x200000		/* kernel_alignment */
	.byte	1			/* relocatable_kernel */
	.byte	21			/* min_alignment */
	.word	XLOADFLAGS
	.long	2047			/* cmdline_size */
	.long	0			/* hardware_subarch */
	.quad	0			/* hardware_subarch_data */
	.long	payload_offset, payload_bytes
	.quad	0			/* setup_data */
	.quad	0x1000000		/* pref_address */
	.long	init_size
	.long	0			/* handover_offset */
	.long	kernel_info_offset
header_end:

start_of_setup:
	movw	%ds, %ax
	movw	%ax, %es
	cld
	movw	%ss, %dx
	cmpw	%ax, %dx
	movw	%sp, %dx
	je	1f			/* the loader's stack is in our segment: good */
	movw	$bss_end + STACK_BYTES, %dx
	testb	$CAN_USE_HEAP, loadflags
	jz	1f
	movw	heap_end_ptr, %dx
	addw	$0x200, %dx
1:	andw	$~3, %dx
	jnz	1f
	movw	$0xfffc, %dx
1:	movw	%ax, %ss
	movzwl	%dx, %esp
	pushw	%ds
	pushw	$1f
	lretw				/* cs = ds: labels are right from here on */
1:	sti
	movw	$boot_params, %di
	movw	$(bss_end - boot_params) / 4, %cx
	xorl	%eax, %eax
	rep stosl
	movw	$BP_HDR, %si
	movw	$boot_params + BP_HDR, %di
	movw	$header_end - setup_start - BP_HDR, %cx
	rep movsb

	movw	$0xec00, %ax		/* tells the BIOS that 64-bit mode is meant to be used */
	movw	$2, %bx
	int	$0x15
	call	ask_memory
	call	ask_screen
	call	enable_a20
	jmp	enter_protected_mode

/* INT 15h: E820, and the older calls as well, as Linux stores them all. */
ask_memory:
	movw	$boot_params + BP_E820_TABLE, %di
	xorl	%ebx, %ebx
1:	movl	$0xe820, %eax
	movl	$E820_ENTRY_BYTES, %ecx
	movl	$SMAP, %edx
	int	$0x15
	jc	2f
	cmpl	$SMAP, %eax
	jne	2f
	addw	$E820_ENTRY_BYTES, %di
	incb	boot_params + BP_E820_ENTRIES
	cmpb	$E820_MAX, boot_params + BP_E820_ENTRIES
	je	2f
	testl	%ebx, %ebx
	jnz	1b
2:
	movw	$0xe801, %ax
	xorw	%bx, %bx
	xorw	%cx, %cx
	xorw	%dx, %dx
	int	$0x15
	jc	2f
	testw	%cx, %cx
	jnz	1f
	movw	%ax, %cx
	movw	%bx, %dx
1:	cmpw	$15 * 1024, %cx		/* KiB between 1 and 16 MiB; with a hole the rest is not reached */
	ja	2f
	movzwl	%cx, %eax
	jne	1f
	movzwl	%dx, %edx		/* 64 KiB blocks above 16 MiB */
	shll	$6, %edx
	addl	%edx, %eax
1:	movl	%eax, boot_params + BP_ALT_MEM_K
2:
	movb	$0x88, %ah
	int	$0x15
	movw	%ax, boot_params + BP_EXT_MEM_K
	ret

/* The text screen as the BIOS left it. Without a VGA BIOS nothing is said about a screen. */
ask_screen:
	movw	$0x1a00, %ax
	int	$0x10
	cmpb	$0x1a, %al
	jne	1f
	movb	$1, boot_params + BP_VIDEO_IS_VGA
	movb	$0x12, %ah
	movb	$0x10, %bl
	int	$0x10
	movw	%bx, boot_params + BP_VIDEO_EGA_BX
	movb	$0x0f, %ah
	int	$0x10
	andb	$0x7f, %al
	movw	%ax, boot_params + BP_VIDEO_MODE	/* and BP_VIDEO_COLS */
	movb	%bh, boot_params + BP_VIDEO_PAGE
	movb	$0x03, %ah
	int	$0x10
	movw	%dx, boot_params		/* column, line */
	xorw	%ax, %ax
	movw	%ax, %fs
	movb	%fs:0x484, %al			/* BIOS data: last line, height of a character */
	incb	%al
	movb	%al, boot_params + BP_VIDEO_LINES
	movw	%fs:0x485, %ax
	movw	%ax, boot_params + BP_VIDEO_POINTS
1:	ret

/* Memory at 1 MiB + x is memory at x while A20 is closed. Zero flag clear: open. */
test_a20:
	pushw	%ds
	xorw	%ax, %ax
	movw	%ax, %ds
	decw	%ax
	movw	%ax, %fs
	movw	$64, %cx
	movw	0x200, %dx		/* vector 0x80: nobody's */
1:	incw	0x200
	movw	0x200, %ax
	outb	%al, $0x80		/* a moment */
	cmpw	%ax, %fs:0x210
	loope	1b
	movw	%dx, 0x200
	popw	%ds
	ret

enable_a20:
	call	test_a20
	jnz	3f
	movw	$0x2401, %ax		/* by the BIOS */
	int	$0x15
	call	test_a20
	jnz	3f
	cli				/* by the keyboard controller */
	call	wait_8042
	movb	$0xd1, %al
	outb	%al, $0x64
	call	wait_8042
	movb	$0xdf, %al
	outb	%al, $0x60
	call	wait_8042
	movb	$0xff, %al		/* null command: some controllers want it */
	outb	%al, $0x64
	call	wait_8042
	sti
	call	test_a20
	jnz	3f
	inb	$0x92, %al		/* by the chipset's port */
	orb	$2, %al
	andb	$~1, %al
	outb	%al, $0x92
	movw	$0x1000, %bx
1:	call	test_a20
	jnz	3f
	decw	%bx
	jnz	1b
	movw	$no_a20, %si
2:	lodsb
	testb	%al, %al
	jz	4f
	movb	$0x0e, %ah
	movw	$7, %bx
	int	$0x10
	jmp	2b
4:	hlt
	jmp	4b
3:	ret

wait_8042:
	movw	$0xffff, %cx
1:	outb	%al, $0x80
	inb	$0x64, %al
	testb	$2, %al
	loopnz	1b
	ret

enter_protected_mode:
	cmpl	$0, realmode_swtch
	je	1f
	lcallw	*realmode_swtch
	jmp	2f
1:	cli
	movb	$0x80, %al		/* no NMI either */
	outb	%al, $0x70
2:	cli
	movb	$0xff, %al		/* both PICs masked, but for the cascade */
	outb	%al, $0xa1
	movb	$0xfb, %al
	outb	%al, $0x21

	xorl	%ebx, %ebx
	movw	%cs, %bx
	shll	$4, %ebx
	addl	%ebx, gdt_base
	addl	%ebx, jump_target
	leal	boot_params(%ebx), %esi
	lidtl	null_idt
	lgdtl	gdt_limit
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	.byte	0x66, 0xea		/* ljmpl */
jump_target:
	.long	in_32bit
	.word	CS32

	.code32
in_32bit:
	movl	$DS32, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	addl	%ebx, %esp
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%ebp, %ebp
	xorl	%edi, %edi
	movl	BP_CODE32_START(%esi), %eax
	jmp	*%eax

	.balign	8
gdt:
	.quad	0, 0
	.quad	0x00cf9b000000ffff	/* CS32 */
	.quad	0x00cf93000000ffff	/* DS32 */
gdt_end:
gdt_limit:
	.word	gdt_end - gdt - 1
gdt_base:
	.long	gdt
null_idt:
	.word	0
	.long	0
version:
	.asciz	KINDLING_VERSION
no_a20:
	.asciz	"Kindling: cannot open the A20 gate\r\n"

	.balign	512
setup_end:

/* Behind the sectors that are loaded; the stack follows. */
	.section .setup_bss, "aw", @nobits
	.balign	16
boot_params:
	.skip	4096
bss_end:
