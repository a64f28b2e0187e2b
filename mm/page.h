/* SPDX-License-Identifier: MIT */
/*
 * Page frames: a buddy allocator with per-CPU lists of single pages.
 *
 * Records (struct page) are made lazily, section by section, when memory of a section is first given
 * out, so start-up cost does not grow with RAM. Memory is given out from the top down, below 64 MB
 * last: the addresses a next kernel wants stay free for kexec.
 */
#pragma once

#include <arch/layout.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct address_space;
struct boot_info;

enum page_flags {
	PAGE_RESERVED = 1 << 0,	/* never given out: firmware, kernel image */
	PAGE_BUDDY = 1 << 1,	/* free, head of a block of .order */
	PAGE_SLAB = 1 << 2,	/* kmalloc */
	PAGE_ANON = 1 << 3,	/* anonymous user memory */
	PAGE_CACHE = 1 << 4,	/* in an address_space */
	PAGE_UPTODATE = 1 << 5,
	PAGE_DIRTY = 1 << 6,
	PAGE_LOCKED = 1 << 7,
	PAGE_TABLE = 1 << 8,
	PAGE_ZERO = 1 << 9,	/* the shared zero page */
};

struct page {
	uint32_t flags;	   /* atomic */
	uint32_t refs;	   /* atomic; 0: free */
	uint32_t mapcount; /* atomic: user page-table entries that point here */
	uint32_t order;
	union {
		struct list_head node; /* free list, or the owner's use */
		struct {
			struct address_space *mapping; /* PAGE_CACHE */
			uint64_t index;		       /* page offset in the file */
		};
		struct {
			void *slab;	  /* PAGE_SLAB: kmalloc's own */
			uintptr_t slab_data;
		};
	};
};

enum page_alloc_flags {
	ALLOC_ZERO = 1 << 0,
	ALLOC_ATOMIC = 1 << 1, /* may use the reserve; never sleeps or reclaims (alloc without it may) */
	ALLOC_DMA32 = 1 << 2,  /* below 4 GiB */
	ALLOC_USER = 1 << 3,   /* for a program: fails first when memory is short */
};

/* First use: hands the RAM map over (mem= applied), reserves what boot_info names. Boot CPU. */
void page_init(const struct boot_info *info);

/* 1 << order pages, physically contiguous and aligned, one reference on the first; NULL: no memory. */
struct page *page_alloc_order(unsigned int order, unsigned int flags);
static inline struct page *page_alloc(unsigned int flags)
{
	return page_alloc_order(0, flags);
}

/* The page frames [pfn, pfn + count) if all are free RAM: 0, else -EBUSY (in use) or -EADDRNOTAVAIL (not RAM). For kexec. */
int page_alloc_at(uint64_t pfn, size_t count);

void page_free_order(struct page *page, unsigned int order); /* last reference given up by the caller */
void page_free_range(paddr_t start, paddr_t end);	     /* boot memory (initrd) to the allocator */

static inline void page_get(struct page *page)
{
	__atomic_fetch_add(&page->refs, 1, __ATOMIC_RELAXED);
}
void page_put_last(struct page *page);
static inline void page_put(struct page *page)
{
	if (__atomic_sub_fetch(&page->refs, 1, __ATOMIC_ACQ_REL) == 0)
		page_put_last(page);
}

/* NULL where the address is not RAM. Any context. */
struct page *page_from_paddr(paddr_t paddr);
paddr_t page_to_paddr(const struct page *page);
static inline void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_paddr(page));
}
static inline struct page *page_from_virt(const void *addr) /* direct map only */
{
	return page_from_paddr(virt_to_phys(addr));
}

void page_clear(void *addr);
void page_copy(void *to, const void *from);

struct page_stats {
	uint64_t total_pages, free_pages, cache_pages, shmem_pages, slab_pages, anon_pages, table_pages, stack_pages;
};
void page_get_stats(struct page_stats *stats);

/* RAM ranges the allocator manages, in rising order: false past the last. */
bool page_ram_range(unsigned int index, paddr_t *start, paddr_t *end);

/* Called when memory is short, before an allocation fails: returns pages freed. May sleep. */
typedef size_t (*page_shrink_fn)(size_t wanted_pages);
void page_register_shrinker(page_shrink_fn fn);
