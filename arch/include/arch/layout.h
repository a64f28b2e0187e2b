/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: constants of the port, given as macros by port/layout.h; what follows from them, here.
 *
 *   PAGE_SHIFT               of the page size (4 KiB; 16 KiB on loongarch64)
 *   KERNEL_STACK_SIZE        bytes of a thread's kernel stack, a power of two, whole pages
 *   USER_VA_START USER_VA_END  a program may map [START, END)
 *   MMAP_MIN_ADDR            what mmap_min_addr says: at most START
 *   MMAP_BEYOND_ERROR        Linux's errno for MAP_FIXED beyond END
 *   USER_STACK_TOP           highest stack address before randomisation
 *   ELF_PIE_BASE             load base of position-independent programs before randomisation
 *   MMAP_RANDOM_BITS         how many pages, as a power of two, mappings and programs are moved at random
 *   STACK_RANDOM_PAGES       the same for the stack
 *   DIRECT_MAP_BASE          all RAM is mapped from here on, writable, not executable,
 *   DIRECT_MAP_BYTES         as far as this reaches
 *   VMAP_BASE VMAP_END       kernel stacks, ioremap, vmalloc; unmapped pages between
 *   KERNEL_LINK_BASE         where the kernel ELF is linked
 *   PAGE_TABLE_LEVELS, PAGE_TABLE_BITS   shape of the radix tree: BITS of address per level
 *   LARGE_PAGE_LEVELS        bit mask of the levels at which a leaf may stand (bit 0 = PAGE_SIZE)
 *   ELF_MACHINE              EM_* of programs
 *   UTS_MACHINE              uname -m
 */
#pragma once

#include <port/layout.h>

#ifdef __ASSEMBLER__
#define PAGE_SIZE (1 << PAGE_SHIFT)
#else
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#endif
#define PAGE_MASK (~(PAGE_SIZE - 1))

#ifndef __ASSEMBLER__
#include <lib/types.h>

static inline void *phys_to_virt(paddr_t paddr)
{
	return (void *)(uintptr_t)(paddr + DIRECT_MAP_BASE);
}

/* Only for addresses of the direct map (page_alloc, kmalloc), not for stacks, vmap or kernel text. */
static inline paddr_t virt_to_phys(const void *addr)
{
	return (uintptr_t)addr - DIRECT_MAP_BASE;
}
#endif
