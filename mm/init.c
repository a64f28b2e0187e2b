// SPDX-License-Identifier: MIT
/* The start of memory management, in the order in which each part needs the one before. */
#include <mm/early.h>

#include <arch/mmu.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <mm/vmap.h>

void mm_init(const struct boot_info *info)
{
	page_init(info);
	kmalloc_init();
	arch_mmu_init();
	page_open_all();
	vmap_init();
	vm_space_init();
}

void mm_enable_cpu_lists(void)
{
	page_enable_cpu_lists();
	kmalloc_enable_cpu_lists();
}
