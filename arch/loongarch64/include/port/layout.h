/* SPDX-License-Identifier: MIT */
/*
 * The loongarch64 address space: 16 KiB pages, 47 bits in each half; hardware windows outside of both.
 *
 *	0000000000004000 - 00007fffffffc000	programs (PGDL)
 *	8000000000000000 - 8000ffffffffffff	window: physical addresses, uncached
 *	9000000000000000 - 9000ffffffffffff	window: physical addresses, cached: the direct map, and the kernel
 *	ffff800000000000 - ffff8003ffffffff	vmap: kernel stacks, ioremap, vmalloc (PGDH, 16 GiB)
 */
#pragma once

#include <linux/elf-em.h>

#define PAGE_SHIFT 14

#define KERNEL_STACK_SIZE 16384

#define USER_VA_START 0x4000
#define USER_VA_END 0x7fffffffc000
#define MMAP_MIN_ADDR 0x1000
#define MMAP_BEYOND_ERROR EINVAL
#define USER_STACK_TOP USER_VA_END
#define MMAP_RANDOM_BITS 24
#define STACK_RANDOM_PAGES 0x10000
#define ELF_PIE_BASE 0x555555554000 /* two thirds of the user space, as Linux */

#define DIRECT_MAP_BASE 0x9000000000000000
#define DIRECT_MAP_BYTES 0x1000000000000
#define VMAP_BASE 0xffff800000000000
#define VMAP_END 0xffff800400000000
#define KERNEL_LINK_BASE 0x9000000000200000

#define PAGE_TABLE_LEVELS 3
#define PAGE_TABLE_BITS 11
#define LARGE_PAGE_LEVELS 1

#define ELF_MACHINE EM_LOONGARCH
#define UTS_MACHINE "loongarch64"
