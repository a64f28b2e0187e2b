/* SPDX-License-Identifier: MIT */
/*
 * x86_64 constants for <arch/layout.h>: 4-level paging always.
 *
 *	0000000000010000 - 00007fffffffefff  programs
 *	ffff888000000000 - ffffc87fffffffff  direct map of RAM, 64 TiB
 *	ffffc90000000000 - ffffe8ffffffffff  kernel stacks, ioremap, vmalloc
 *	ffffffff80000000 - ffffffffbfffffff  kernel image, at its link address + a random slide
 */
#pragma once

#define PAGE_SHIFT		12
#define PAGE_SIZE		(1 << PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))

#define KERNEL_STACK_SIZE	16384

#define USER_VA_START		0x0000000000010000
#define USER_VA_END		0x00007ffffffff000
#define USER_STACK_TOP		USER_VA_END
#define ELF_PIE_BASE		0x0000555555554000

#define DIRECT_MAP_BASE		0xffff888000000000
#define VMAP_BASE		0xffffc90000000000
#define VMAP_END		0xffffe90000000000
#define KERNEL_LINK_BASE	0xffffffff81000000

#define PAGE_TABLE_LEVELS	4
#define PAGE_TABLE_BITS		9
#define LARGE_PAGE_LEVELS	0x3	/* 4 KiB, 2 MiB; 1 GiB where the CPU says so is not used */

#define ELF_MACHINE		62	/* EM_X86_64 */
#define UTS_MACHINE		"x86_64"
