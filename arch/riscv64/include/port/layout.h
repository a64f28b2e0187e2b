/* SPDX-License-Identifier: MIT */
/*
 * The riscv64 address space: Sv39, which every hart with an MMU has; the kernel in the upper half.
 *
 *	0000000000001000 - 0000003ffffff000	programs
 *	ffffffc000000000 - ffffffdfffffffff	direct map of all RAM (128 GiB)
 *	ffffffe000000000 - ffffffe0ffffffff	vmap: kernel stacks, ioremap, vmalloc (4 GiB)
 *	ffffffff80000000 - ffffffffbfffffff	kernel image (may slide)
 */
#pragma once

#include <linux/elf-em.h>

#define PAGE_SHIFT 12

#define KERNEL_STACK_SIZE 16384

#define USER_VA_START 0x1000
#define USER_VA_END 0x3ffffff000
#define MMAP_MIN_ADDR USER_VA_START
#define MMAP_BEYOND_ERROR ENOMEM
#define USER_STACK_TOP USER_VA_END
#define MMAP_RANDOM_BITS 18
#define STACK_RANDOM_PAGES 0x40000
#define ELF_PIE_BASE 0x2aaaaaa000 /* two thirds of the user space, as Linux */

#define DIRECT_MAP_BASE 0xffffffc000000000
#define DIRECT_MAP_BYTES 0x2000000000
#define VMAP_BASE 0xffffffe000000000
#define VMAP_END 0xffffffe100000000 /* four entries of the top table, made at start, so that every space shares them */
#define KERNEL_LINK_BASE 0xffffffff80000000

#define PAGE_TABLE_LEVELS 3
#define PAGE_TABLE_BITS 9
#define LARGE_PAGE_LEVELS 7

#define ELF_MACHINE EM_RISCV
#define UTS_MACHINE "riscv64"
