/* SPDX-License-Identifier: MIT */
/*
 * Page frames: a buddy allocator with per-CPU lists of single pages.
 *
 * Records (struct page) are made lazily, section by section (16 MB), when memory of a section is first
 * given out, so start-up cost does not grow with RAM. Memory is given out from the top down, the lowest
 * 64 MB of RAM last: the addresses a next kernel wants stay free for kexec.
 */
#pragma once

#include <arch/layout.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct address_space;
struct boot_info;

enum page_flags {
	PAGE_RESERVED = 1 << 0,	/* never given out: firmware, kernel image, these records */
	PAGE_BUDDY = 1 << 1,	/* free, head of a block of .order */
	PAGE_SLAB = 1 << 2,	/* kmalloc */
	PAGE_ANON = 1 << 3,	/* anonymous user memory */
	PAGE_CACHE = 1 << 4,	/* in an address_space */
	PAGE_UPTODATE = 1 << 5,
	PAGE_DIRTY = 1 << 6,
	PAGE_LOCKED = 1 << 7,
	PAGE_TABLE = 1 << 8,
};
#define PAGE_FLAG_BITS 10 /* the bits above hold the section's number */
#define PAGE_FLAG_MASK ((1u << PAGE_FLAG_BITS) - 1)
#define SECTION_SHIFT 24

struct page {
	uint32_t flags;	 /* atomic; see PAGE_FLAG_BITS */
	uint32_t refs;	 /* atomic; 0: free. A page-table entry of a program holds one */
	uint32_t owner;	 /* the owner's use */
	uint32_t order;	 /* of the block whose first page this is */
	union {
		struct list_head node; /* free list, or the owner's use */
		struct {
			struct address_space *mapping; /* PAGE_CACHE; NULL once truncated */
			uint64_t index;		       /* page offset in the file */
		};
	};
};

enum page_alloc_flags {
	ALLOC_ZERO = 1 << 0,
	ALLOC_ATOMIC = 1 << 1, /* may use the reserve; never sleeps or reclaims (alloc without it may) */
	ALLOC_DMA32 = 1 << 2,  /* below 4 GiB */
	ALLOC_USER = 1 << 3,   /* for a program: fails before the kernel's own when memory is short */
	ALLOC_FILE = 1 << 4,   /* for the content of files: fails before ALLOC_USER, so that who fills a ramfs can still clear it */
};

/* First use: hands the RAM map over (mem= applied), reserves what boot_info names. Boot CPU. Until
 * page_open_all() only memory below 4 GiB is given out, which the boot page tables map. */
void page_init(const struct boot_info *info);
void page_open_all(void);
/* From here on struct cpu's page lists are used: every CPU that allocates has its record. Boot CPU. */
void page_enable_cpu_lists(void);

/* 1 << order pages, physically contiguous and aligned, one reference on the first; NULL: no memory. */
struct page *page_alloc_order(unsigned int order, unsigned int flags);
static inline struct page *page_alloc(unsigned int flags)
{
	return page_alloc_order(0, flags);
}

/* The page frames [pfn, pfn + count) if all are free RAM: 0, else -EBUSY (in use) or -EADDRNOTAVAIL (not RAM).
 * Each is then a page of order 0 with one reference. For kexec. */
__must_check int page_alloc_at(uint64_t pfn, size_t count);

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

/* The records, by section; NULL: not made yet, or no RAM. Only mm/page.c writes. */
extern struct page **page_sections;
extern uint64_t page_nr_sections;

/* NULL where nothing was ever given out (so also where the address is not RAM); a reserved frame next to RAM has a
 * record with PAGE_RESERVED. Any context. */
static inline struct page *page_from_paddr(paddr_t paddr)
{
	uint64_t section = paddr >> SECTION_SHIFT;
	struct page *records;

	if (unlikely(section >= page_nr_sections))
		return NULL;
	records = page_sections[section];
	if (unlikely(!records))
		return NULL;
	return &records[(paddr & ((1ul << SECTION_SHIFT) - 1)) >> PAGE_SHIFT];
}

static inline paddr_t page_to_paddr(const struct page *page)
{
	uint32_t section = page->flags >> PAGE_FLAG_BITS;

	return ((paddr_t)section << SECTION_SHIFT) +
	       ((paddr_t)(page - page_sections[section]) << PAGE_SHIFT);
}

static inline void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_paddr(page));
}
static inline struct page *page_from_virt(const void *addr) /* direct map only */
{
	return page_from_paddr(virt_to_phys(addr));
}

static inline void page_set_flags(struct page *page, uint32_t flags)
{
	__atomic_fetch_or(&page->flags, flags, __ATOMIC_ACQ_REL);
}
static inline void page_clear_flags(struct page *page, uint32_t flags)
{
	__atomic_fetch_and(&page->flags, ~flags, __ATOMIC_ACQ_REL);
}

/* One page each, page aligned. */
void page_clear(void *addr);
void page_copy(void *to, const void *from);

/* What pages are used for; the owner counts. */
enum page_stat { STAT_CACHE, STAT_SHMEM, STAT_SLAB, STAT_ANON, STAT_TABLE, STAT_STACK, STAT_VMALLOC, STAT_NR };
extern long page_stat_count[STAT_NR];
static inline void page_stat_add(enum page_stat stat, long pages)
{
	__atomic_fetch_add(&page_stat_count[stat], pages, __ATOMIC_RELAXED);
}

struct page_stats {
	uint64_t total_pages, free_pages, cache_pages, shmem_pages, slab_pages, anon_pages, table_pages, stack_pages;
	uint64_t vmalloc_pages;
};
void page_get_stats(struct page_stats *stats);

/* RAM ranges the allocator manages, in rising order, page aligned, parts in use included: false past the last. */
bool page_ram_range(unsigned int index, paddr_t *start, paddr_t *end);

/* Memory that hardware may write to until the machine is reset (a GIC's LPI tables): no next kernel gets it. Callers
 * come one at a time. And the nth range: false past the last. */
void page_keep(paddr_t start, uint64_t bytes);
bool page_kept_range(unsigned int n, paddr_t *start, paddr_t *end);

/* Called when memory is short, before an allocation fails: returns pages freed. May sleep. */
typedef size_t (*page_shrink_fn)(size_t wanted_pages);
void page_register_shrinker(page_shrink_fn fn);
