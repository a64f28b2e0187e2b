/* SPDX-License-Identifier: MIT */
/*
 * The x86_64 address space: 4-level paging always, the kernel in the upper half.
 *
 *	0000000000010000 - 00007ffffffff000	programs
 *	ffff888000000000 - ffffc87fffffffff	direct map of all RAM (64 TiB)
 *	ffffc90000000000 - ffffc97fffffffff	vmap: kernel stacks, ioremap, vmalloc
 *	ffffffff80000000 - ffffffffffffffff	kernel image (linked at +16 MiB, may slide)
 */
#pragma once

#include <linux/elf-em.h>

#define PAGE_SHIFT 12

#define KERNEL_STACK_SIZE 16384

#define USER_VA_START 0x10000
#define USER_VA_END 0x7ffffffff000
#define MMAP_MIN_ADDR USER_VA_START
#define MMAP_BEYOND_ERROR ENOMEM
#define USER_STACK_TOP USER_VA_END
#define MMAP_RANDOM_BITS 28
#define STACK_RANDOM_PAGES 0x400000
#define ELF_PIE_BASE 0x555555554000 /* two thirds of the user space, as Linux */

#define DIRECT_MAP_BASE 0xffff888000000000
#define DIRECT_MAP_BYTES 0x400000000000
#define VMAP_BASE 0xffffc90000000000
#define VMAP_END 0xffffc98000000000 /* one entry of the top table, so that every space shares what is below */
#define KERNEL_LINK_BASE 0xffffffff81000000

#define PAGE_TABLE_LEVELS 4
#define PAGE_TABLE_BITS 9

#ifndef __ASSEMBLER__
/* 4 KiB and 2 MiB; 1 GiB where the CPU has it. Set by arch_init_early(). */
extern unsigned int x86_large_page_levels;
#define LARGE_PAGE_LEVELS x86_large_page_levels
#endif

#define ELF_MACHINE EM_X86_64
#define UTS_MACHINE "x86_64"
