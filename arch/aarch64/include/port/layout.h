/* SPDX-License-Identifier: MIT */
/*
 * The aarch64 address space: 4 KiB pages, 48 bits in each half; programs have a table of their own (TTBR0).
 *
 *	0000000000001000 - 0000fffffffff000	programs
 *	ffff000000000000 - ffff7fffffffffff	direct map of all RAM (128 TiB)
 *	ffff800000000000 - ffff80ffffffffff	vmap: kernel stacks, ioremap, vmalloc (1 TiB)
 *	ffffffff80000000 - ffffffffbfffffff	kernel image (may slide); its last 2 MiB: the earliest console
 */
#pragma once

#include <linux/elf-em.h>

#define PAGE_SHIFT 12

#define KERNEL_STACK_SIZE 16384

#define USER_VA_START 0x1000 /* Debian's mmap_min_addr */
#define USER_VA_END 0xfffffffff000
#define MMAP_MIN_ADDR USER_VA_START
#define MMAP_BEYOND_ERROR ENOMEM
#define USER_STACK_TOP USER_VA_END
#define MMAP_RANDOM_BITS 18
#define STACK_RANDOM_PAGES 0x40000
#define ELF_PIE_BASE 0xaaaaaaaaa000 /* two thirds of the user space, as Linux */

#define DIRECT_MAP_BASE 0xffff000000000000
#define DIRECT_MAP_BYTES 0x800000000000
#define VMAP_BASE 0xffff800000000000
#define VMAP_END 0xffff810000000000
#define KERNEL_LINK_BASE 0xffffffff80000000
#define EARLY_DEVICE_BASE 0xffffffffbfe00000

#define PAGE_TABLE_LEVELS 4
#define PAGE_TABLE_BITS 9
#define LARGE_PAGE_LEVELS 7

#define ELF_MACHINE EM_AARCH64
#define UTS_MACHINE "aarch64"
