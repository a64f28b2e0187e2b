// SPDX-License-Identifier: MIT
/* Address spaces without a program: mapped, written through vm_access, forked, cut to pieces, given back. */
#include <kernel/selftest.h>

#include <arch/layout.h>
#include <kernel/errno.h>
#include <lib/string.h>
#include <linux/mman.h>
#include <mm/address_space.h>
#include <mm/page.h>
#include <mm/vm_space.h>

#define RW (VMA_READ | VMA_WRITE | VMA_MAY_READ | VMA_MAY_WRITE | VMA_MAY_EXEC)

static uint64_t free_pages(void)
{
	struct page_stats stats;

	page_get_stats(&stats);
	return stats.free_pages;
}

static int map(struct vm_space *space, vaddr_t *addr, size_t pages, uint32_t flags, int (*setup)(struct vma *, void *))
{
	struct vm_map_request request = { .addr = *addr, .size = pages * PAGE_SIZE, .flags = flags, .fixed = *addr, .setup = setup };

	return vm_map(space, &request, addr);
}

static bool poke(struct vm_space *space, vaddr_t addr, uint64_t value)
{
	return vm_access(space, addr, &value, sizeof(value), true) == sizeof(value);
}

static uint64_t peek(struct vm_space *space, vaddr_t addr)
{
	uint64_t value = ~0ull;

	return vm_access(space, addr, &value, sizeof(value), false) == sizeof(value) ? value : ~0ull;
}

static int setup_shared(struct vma *vma, void *ctx)
{
	return vm_map_anonymous(vma);
}

static int run_fork(void)
{
	struct vm_space *parent = vm_space_create(), *child;
	vaddr_t private = 0, shared = 0;

	CHECK(parent);
	CHECK(!map(parent, &private, 8, RW, NULL));
	CHECK(!map(parent, &shared, 4, RW | VMA_SHARED, setup_shared));
	CHECK(peek(parent, private) == 0);
	CHECK(poke(parent, private, 1) && poke(parent, private + PAGE_SIZE, 2) && poke(parent, shared, 3));
	CHECK(!vm_space_fork(parent, &child));
	CHECK(peek(child, private) == 1 && peek(child, shared) == 3);
	CHECK(poke(parent, private, 10) && poke(child, private + PAGE_SIZE, 20) && poke(child, shared, 30));
	CHECK(peek(child, private) == 1 && peek(parent, private + PAGE_SIZE) == 2 && peek(parent, shared) == 30);
	CHECK(child->rss_anon_pages == 2);
	vm_space_put(parent);
	CHECK(peek(child, private) == 1 && peek(child, shared) == 30);
	vm_space_put(child);
	return 0;
}

SELFTEST(mm_fork)
{
	uint64_t before;
	int line = run_fork();

	/* The second round finds every cache as it leaves it. */
	before = free_pages();
	for (unsigned int i = 0; i < 4 && !line; i++)
		line = run_fork();
	CHECK(free_pages() + 64 > before);
	return line;
}

static int run_cut(void)
{
	struct vm_space *space = vm_space_create();
	vaddr_t base = 0x40000000, at;

	CHECK(space);
	CHECK(!map(space, &base, 16, RW, NULL));
	for (unsigned int i = 0; i < 16; i++)
		CHECK(poke(space, base + i * PAGE_SIZE, i + 1));
	CHECK(!vm_protect(space, base + 4 * PAGE_SIZE, 4 * PAGE_SIZE, VMA_READ));
	CHECK(space->nr_vmas == 3);
	CHECK(!vm_protect(space, base + 4 * PAGE_SIZE, 4 * PAGE_SIZE, VMA_READ | VMA_WRITE));
	CHECK(space->nr_vmas == 1);
	CHECK(!vm_unmap(space, base + 2 * PAGE_SIZE, PAGE_SIZE));
	CHECK(space->nr_vmas == 2 && space->total_pages == 15 && space->rss_anon_pages == 15);
	CHECK(peek(space, base + 2 * PAGE_SIZE) == ~0ull && peek(space, base + 3 * PAGE_SIZE) == 4);
	CHECK(vm_protect(space, base, 4 * PAGE_SIZE, VMA_READ) == -ENOMEM);
	CHECK(vm_remap(space, base + 8 * PAGE_SIZE, 8 * PAGE_SIZE, 64 * PAGE_SIZE, 0, 0, &at) == 0 &&
		at == base + 8 * PAGE_SIZE);
	CHECK(!vm_remap(space, at, 64 * PAGE_SIZE, 32 * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, 0x50000000, &at));
	CHECK(at == 0x50000000 && peek(space, at) == 9 && peek(space, at + 7 * PAGE_SIZE) == 16);
	CHECK(peek(space, base + 8 * PAGE_SIZE) == ~0ull);
	CHECK(!vm_advise(space, at, PAGE_SIZE, MADV_DONTNEED) && peek(space, at) == 0);
	CHECK(!vm_unmap(space, 0x10000, USER_VA_END - 0x10000));
	CHECK(space->nr_vmas == 0 && space->total_pages == 0 && space->rss_anon_pages == 0);
	vm_space_put(space);
	return 0;
}

SELFTEST(mm_cut)
{
	return run_cut();
}

SELFTEST(mm_page_cache)
{
	struct address_space mapping;
	struct page *page, *again;
	uint64_t index = 0;

	address_space_init(&mapping, NULL, NULL);
	CHECK(!page_cache_get(&mapping, 5, &page));
	CHECK(!memchr_inv(page_address(page), 0, PAGE_SIZE));
	memset(page_address(page), 7, PAGE_SIZE);
	CHECK(!page_cache_get(&mapping, 5, &again) && again == page);
	page_put(again);
	page_put(page);
	CHECK(page_cache_next(&mapping, &index) && index == 5);
	page_cache_truncate(&mapping, 5 * PAGE_SIZE + 10);
	page = page_cache_find(&mapping, 5);
	CHECK(page && ((char *)page_address(page))[9] == 7 && ((char *)page_address(page))[10] == 0);
	page_put(page);
	page_cache_punch(&mapping, 0, 10 * PAGE_SIZE);
	CHECK(!page_cache_find(&mapping, 5) && !mapping.nr_pages);
	address_space_destroy(&mapping);
	return 0;
}
