// SPDX-License-Identifier: MIT
/* The start of memory management, in the order in which each part needs the one before. */
#include <mm/early.h>

#include <arch/mmu.h>
#include <boot/boot_info.h>
#include <kernel/printk.h>
#include <mm/kmalloc.h>
#include <mm/page.h>
#include <mm/vmap.h>

/* One line for what firmware gave and what is left of it; the map itself is in /sys/firmware/memmap. */
static void log_memory(const struct boot_info *info)
{
	uint64_t usable_bytes = 0, highest = 0;
	unsigned int nr_ranges = 0;
	struct page_stats stats;

	for (unsigned int i = 0; i < info->nr_map; i++) {
		if (info->map[i].type != BOOT_MEM_USABLE)
			continue;
		nr_ranges++;
		usable_bytes += info->map[i].size_bytes;
		highest = info->map[i].start + info->map[i].size_bytes - 1;
	}
	page_get_stats(&stats);
	pr_info("memory: %lu of %lu KiB free, %u ranges up to %#lx", (unsigned long)(stats.free_pages << PAGE_SHIFT >> 10),
		(unsigned long)(usable_bytes >> 10), nr_ranges, (unsigned long)highest);
}

void mm_init(const struct boot_info *info)
{
	page_init(info);
	kmalloc_init();
	arch_mmu_init();
	page_open_all();
	vmap_init();
	vm_space_init();
	log_memory(info);
}

void mm_enable_cpu_lists(void)
{
	page_enable_cpu_lists();
	kmalloc_enable_cpu_lists();
}
