// SPDX-License-Identifier: MIT
/* The page allocator as the planner uses it. */
#include <kexec/image.h>

#include <mm/page.h>

static int claim(paddr_t start, uint64_t pages)
{
	return page_alloc_at(start >> PAGE_SHIFT, pages);
}

static void unclaim(paddr_t start, uint64_t pages)
{
	for (; pages--; start += PAGE_SIZE)
		page_put(page_from_paddr(start));
}

static paddr_t alloc(unsigned int order)
{
	struct page *page = page_alloc_order(order, 0);

	return page ? page_to_paddr(page) : 0;
}

static void release(paddr_t start, unsigned int order)
{
	page_free_order(page_from_paddr(start), order);
}

const struct kexec_memory kexec_page_memory = {
	.claim = claim,
	.unclaim = unclaim,
	.alloc = alloc,
	.release = release,
	.ram_range = page_ram_range,
	.map = phys_to_virt,
	.kept_range = page_kept_range,
};
