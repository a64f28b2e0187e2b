// SPDX-License-Identifier: MIT
/* Page frames, heap and kernel mappings: what is given out is aligned, distinct, and comes back. */
#include <kernel/selftest.h>

#include <arch/layout.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <mm/page.h>
#include <mm/pagetable.h>
#include <mm/vmap.h>

static uint64_t free_pages(void)
{
	struct page_stats stats;

	page_get_stats(&stats);
	return stats.free_pages;
}

SELFTEST(mm_pages)
{
	struct page *pages[10];
	uint64_t before;

	/* Once before it counts: records of sections are made as they are first needed. */
	for (unsigned int order = 0; order < 10; order++) {
		pages[order] = page_alloc_order(order, 0);
		CHECK(pages[order]);
	}
	for (unsigned int order = 0; order < 10; order++)
		page_put(pages[order]);
	before = free_pages();
	for (unsigned int order = 0; order < 10; order++) {
		pages[order] = page_alloc_order(order, ALLOC_ZERO);
		CHECK(pages[order]);
		CHECK(IS_ALIGNED(page_to_paddr(pages[order]), PAGE_SIZE << order));
		CHECK(page_from_paddr(page_to_paddr(pages[order])) == pages[order]);
		CHECK(!memchr_inv(page_address(pages[order]), 0, PAGE_SIZE << order));
		memset(page_address(pages[order]), order + 1, PAGE_SIZE << order);
	}
	CHECK(free_pages() == before - 1023);
	for (unsigned int order = 0; order < 10; order++)
		CHECK(!memchr_inv(page_address(pages[order]), order + 1, PAGE_SIZE << order));
	for (unsigned int order = 0; order < 10; order++)
		page_put(pages[order]);
	CHECK(free_pages() == before);
	return 0;
}

SELFTEST(mm_page_at)
{
	uint64_t before = free_pages(), pfn;
	struct page *page = page_alloc_order(4, 0);

	CHECK(page);
	pfn = page_to_paddr(page) >> PAGE_SHIFT;
	CHECK(page_alloc_at(pfn + 3, 2) == -EBUSY);
	page_free_order(page, 4);
	CHECK(page_alloc_at(pfn + 3, 7) == 0);
	CHECK(page_alloc_at(pfn, 16) == -EBUSY);
	CHECK(free_pages() == before - 7);
	for (unsigned int i = 0; i < 7; i++)
		page_put(page_from_paddr((pfn + 3 + i) << PAGE_SHIFT));
	CHECK(free_pages() == before);
	CHECK(page_alloc_at(1ull << 50, 1) == -EADDRNOTAVAIL);
	return 0;
}

SELFTEST(mm_kmalloc)
{
	static const size_t sizes[] = { 0, 1, 16, 17, 100, 128, 500, 1024, 2048, 2049, 4096, 5000, 70000 };
	void *blocks[ARRAY_SIZE(sizes)][8];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (unsigned int k = 0; k < 8; k++) {
			char *p = blocks[i][k] = kmalloc(sizes[i]);
			size_t align = sizes[i] <= 16 ? 16 : min(1ul << (fls64(sizes[i] - 1) + 1), PAGE_SIZE);

			CHECK(p && IS_ALIGNED((uintptr_t)p, align));
			memset(p, (int)(i * 8 + k), sizes[i]);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (unsigned int k = 0; k < 8; k++) {
			CHECK(!memchr_inv(blocks[i][k], (int)(i * 8 + k), sizes[i]));
			blocks[i][k] = krealloc(blocks[i][k], sizes[i] * 2 + 1);
			CHECK(blocks[i][k] && !memchr_inv(blocks[i][k], (int)(i * 8 + k), sizes[i]));
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (unsigned int k = 0; k < 8; k++)
			kfree(blocks[i][k]);
	CHECK(!kcalloc(1ul << 40, 1ul << 40));
	CHECK(!kmalloc(1ul << 60));
	return 0;
}

SELFTEST(mm_vmap)
{
	char *a = vmalloc(3 * PAGE_SIZE), *b = vmalloc(100), *stack;
	unsigned int prot;
	paddr_t paddr;

	CHECK(a && b && !memchr_inv(a, 0, 3 * PAGE_SIZE));
	memset(a, 1, 3 * PAGE_SIZE);
	memset(b, 2, 100);
	CHECK(!memchr_inv(a, 1, 3 * PAGE_SIZE));
	CHECK(!pagetable_query(&kernel_pagetable, (vaddr_t)a + 3 * PAGE_SIZE, &paddr, &prot));
	vfree(a);
	CHECK(!pagetable_query(&kernel_pagetable, (vaddr_t)a, &paddr, &prot));
	vfree(b);

	stack = kernel_stack_alloc();
	CHECK(stack);
	memset(stack, 3, KERNEL_STACK_SIZE);
	CHECK(!pagetable_query(&kernel_pagetable, (vaddr_t)stack - 1, &paddr, &prot));
	CHECK(pagetable_query(&kernel_pagetable, (vaddr_t)stack, &paddr, &prot));
	CHECK(prot & MMU_WRITE && !(prot & (MMU_EXEC | MMU_USER)));
	kernel_stack_free(stack);
	return 0;
}
