// SPDX-License-Identifier: MIT
/* The kernel's own mappings: direct map, image, and room for vmap. */
#include <mm/kernel_map.h>

#include <arch/layout.h>
#include <boot/boot_info.h>
#include <kernel/panic.h>
#include <lib/compiler.h>
#include <mm/page.h>
#include <mm/pagetable.h>

/* What one top-level entry spans. */
#define TOP_LEVEL_BYTES (1ull << (PAGE_SHIFT + PAGE_TABLE_BITS * (PAGE_TABLE_LEVELS - 1)))

extern char __image_start[], __rodata_start[], __rodata_end[], __image_end[];

[[noreturn]] static void no_memory(void)
{
	panic("no memory for the kernel's page tables");
}

static void map(vaddr_t va, paddr_t start, paddr_t end, unsigned int prot)
{
	if (start < end && pagetable_map(&kernel_pagetable, va, start, end - start, prot | MMU_GLOBAL))
		no_memory();
}

static paddr_t image_paddr(const char *symbol)
{
	return boot_info.kernel_start + (uint64_t)(symbol - __image_start);
}

/* RAM at its place in the direct map; read-only where the kernel's text and constants are. */
static void map_ram(paddr_t start, paddr_t end)
{
	paddr_t ro_start = clamp(image_paddr(__image_start), start, end);
	paddr_t ro_end = clamp(image_paddr(__rodata_end), start, end);

	map(DIRECT_MAP_BASE + start, start, ro_start, MMU_READ | MMU_WRITE);
	map(DIRECT_MAP_BASE + ro_start, ro_start, ro_end, MMU_READ);
	map(DIRECT_MAP_BASE + ro_end, ro_end, end, MMU_READ | MMU_WRITE);
}

static void map_image(const char *start, const char *end, unsigned int prot)
{
	map((vaddr_t)start, image_paddr(start), image_paddr(end), prot);
}

void kernel_map_build(void)
{
	struct page *root = page_alloc(ALLOC_ZERO);

	if (!root)
		no_memory();
	kernel_pagetable.root = page_address(root);
	kernel_pagetable.root_paddr = page_to_paddr(root);

	/* Also what mem= keeps from the allocator: the loader may have put the initrd there. */
	for (unsigned int i = 0; i < boot_info.nr_map; i++) {
		const struct boot_range *range = &boot_info.map[i];

		if (range->type == BOOT_MEM_USABLE && range->start < DIRECT_MAP_BYTES)
			map_ram(ALIGN_UP(range->start, PAGE_SIZE),
				min(ALIGN_DOWN(range->start + range->size_bytes, PAGE_SIZE), (paddr_t)DIRECT_MAP_BYTES));
	}
	map_image(__image_start, __rodata_start, MMU_READ | MMU_EXEC);
	map_image(__rodata_start, __rodata_end, MMU_READ);
	map_image(__rodata_end, __image_end, MMU_READ | MMU_WRITE);
	for (vaddr_t at = ALIGN_DOWN(VMAP_BASE, TOP_LEVEL_BYTES); at < VMAP_END; at += TOP_LEVEL_BYTES) {
		if (!pagetable_slot(&kernel_pagetable, max(at, (vaddr_t)VMAP_BASE), true))
			no_memory();
	}
}
