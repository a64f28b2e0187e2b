// SPDX-License-Identifier: MIT
/*
 * Page frames: which RAM there is, the records of sections as they are first needed, and the ways
 * in: per-CPU lists for single pages, then the buddy lists, then a new section, then the shrinkers.
 */
#include <mm/page.h>

#include <arch/irqflags.h>
#include <boot/boot_info.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/thread.h>
#include <lib/atomic.h>
#include <lib/string.h>

#include "buddy.h"

#define MAX_FREE_RANGES (BOOT_MAX_RANGES + BOOT_MAX_RESERVED)
#define CPU_BATCH_ORDER 4
#define CPU_BATCH (1u << CPU_BATCH_ORDER)
#define CPU_MAX 48
#define MAX_SHRINKERS 8

struct range {
	uint64_t start, end; /* page frames, end exclusive */
};

struct page **page_sections;
uint64_t page_nr_sections;
long page_stat_count[STAT_NR];

/* Fixed by page_init(): RAM, and the parts of it that nobody holds. Rising order. */
static struct range ram[BOOT_MAX_RANGES], unused[MAX_FREE_RANGES];
static unsigned int nr_ram, nr_unused;

/* Guarded by page_lock. */
static uint64_t total_pages;	/* given to the allocator so far */
static uint64_t unmade_pages;	/* of these, in sections without records */
static uint64_t reserve_pages;	/* only ALLOC_ATOMIC goes below */

static bool high_is_open, cpu_lists_on;
static page_shrink_fn shrinkers[MAX_SHRINKERS];
static unsigned int nr_shrinkers;

bool page_ram_range(unsigned int index, paddr_t *start, paddr_t *end)
{
	if (index >= nr_ram)
		return false;
	*start = ram[index].start << PAGE_SHIFT;
	*end = ram[index].end << PAGE_SHIFT;
	return true;
}

static void find_ram(const struct boot_info *info)
{
	for (unsigned int i = 0; i < info->nr_map; i++) {
		const struct boot_range *r = &info->map[i];
		paddr_t end = min(r->start + r->size_bytes, info->mem_limit);
		struct range range = { ALIGN_UP(r->start, PAGE_SIZE) >> PAGE_SHIFT, end >> PAGE_SHIFT };

		if (r->type != BOOT_MEM_USABLE || range.start >= range.end)
			continue;
		if (nr_ram && ram[nr_ram - 1].end == range.start)
			ram[nr_ram - 1].end = range.end;
		else
			ram[nr_ram++] = range;
	}
	if (!nr_ram)
		panic("the loader named no usable memory");
}

static void add_unused(uint64_t start, uint64_t end)
{
	if (start >= end || nr_unused == MAX_FREE_RANGES)
		return;
	unused[nr_unused++] = (struct range){ start, end };
	unmade_pages += end - start;
}

/* RAM minus what is reserved; page frame 0 stays out so that no page has the physical address 0. */
static void find_unused(const struct boot_info *info)
{
	for (unsigned int i = 0; i < nr_ram; i++) {
		uint64_t at = max_t(uint64_t, ram[i].start, 1);

		for (unsigned int k = 0; k < info->nr_reserved; k++) {
			const struct boot_reserved *r = &info->reserved[k];
			uint64_t start = r->start >> PAGE_SHIFT;
			uint64_t end = ALIGN_UP(r->start + r->size_bytes, PAGE_SIZE) >> PAGE_SHIFT;

			if (end <= at || start >= ram[i].end)
				continue;
			add_unused(at, start);
			at = end;
		}
		add_unused(at, ram[i].end);
	}
}

/* The table of sections, from the top of a range that the boot page tables map. */
static void take_section_table(void)
{
	uint64_t pages, limit = 1ull << (32 - PAGE_SHIFT);

	page_nr_sections = (ram[nr_ram - 1].end >> MAX_ORDER) + 1;
	pages = DIV_ROUND_UP(page_nr_sections * sizeof(*page_sections), PAGE_SIZE);
	for (unsigned int i = nr_unused; i--;) {
		if (unused[i].end > limit || unused[i].end - unused[i].start <= pages)
			continue;
		unused[i].end -= pages;
		unmade_pages -= pages;
		page_sections = phys_to_virt(unused[i].end << PAGE_SHIFT);
		memset(page_sections, 0, pages << PAGE_SHIFT);
		return;
	}
	panic("no memory for the table of page records");
}

void page_init(const struct boot_info *info)
{
	uint64_t end_section;

	find_ram(info);
	find_unused(info);
	take_section_table();
	buddy_init();
	total_pages = unmade_pages;
	reserve_pages = clamp(total_pages / 256, 32ull, 1024ull);

	end_section = page_nr_sections;
	for (unsigned int z = 0; z < NR_ZONES; z++) {
		uint64_t first = end_section;

		while (first && buddy_zone_of(first - 1) == z)
			first--;
		zones[z].first_section = first;
		zones[z].next_section = end_section;
		end_section = first;
	}
}

void page_open_all(void)
{
	high_is_open = true;
}

void page_enable_cpu_lists(void)
{
	cpu_lists_on = true;
}

/* --- sections ------------------------------------------------------------------------------------ */

/* Calls fn for each unused run of the section. */
static void for_each_run(uint64_t section, void (*fn)(void *ctx, uint64_t pfn, uint64_t count), void *ctx)
{
	uint64_t start = section << MAX_ORDER, end = start + SECTION_PAGES;

	for (unsigned int i = 0; i < nr_unused && unused[i].start < end; i++) {
		uint64_t from = max(unused[i].start, start), to = min(unused[i].end, end);

		if (from < to)
			fn(ctx, from, to - from);
	}
}

struct section_making {
	uint64_t records_pfn; /* 0: not inside the section */
	uint64_t nr_pages;
};

static void run_find_records(void *ctx, uint64_t pfn, uint64_t count)
{
	struct section_making *making = ctx;

	making->nr_pages += count;
	if (count >= 1u << RECORDS_ORDER)
		making->records_pfn = pfn + count - (1u << RECORDS_ORDER);
}

static void run_free(void *ctx, uint64_t pfn, uint64_t count)
{
	const struct section_making *making = ctx;

	if (making->records_pfn >= pfn && making->records_pfn < pfn + count)
		count = making->records_pfn - pfn;
	buddy_free_run_locked(pfn, count);
}

static struct page *records_elsewhere(uint64_t section)
{
	for (unsigned int z = 0; z < ZONE_LOW; z++) {
		struct page *page = buddy_take_locked(&zones[z], RECORDS_ORDER);

		if (!page)
			continue;
		for (unsigned int i = 0; i < 1u << RECORDS_ORDER; i++)
			page[i].flags |= PAGE_RESERVED;
		return page_address(page);
	}
	return NULL;
}

/* The records of the lowest sections stand elsewhere where that can be, so that a next kernel's place stays whole. */
static bool section_make_locked(uint64_t section)
{
	struct section_making making = { 0 };
	struct page *records = NULL;

	if (page_sections[section])
		return true;
	for_each_run(section, run_find_records, &making);
	if (!making.records_pfn || buddy_zone_of(section) == ZONE_LOW)
		records = records_elsewhere(section);
	if (records)
		making.records_pfn = 0;
	else if (making.records_pfn)
		records = phys_to_virt(making.records_pfn << PAGE_SHIFT);
	else
		return false;

	for (unsigned int i = 0; i < SECTION_PAGES; i++)
		records[i] = (struct page){ .flags = section << PAGE_FLAG_BITS | PAGE_RESERVED };
	atomic_store(&page_sections[section], records); /* the records are filled in for who finds it */
	unmade_pages -= making.nr_pages;
	for_each_run(section, run_free, &making);
	return true;
}

/* The next section down that has anything to give; false: the zone has no more. */
static bool zone_grow_locked(struct zone *zone)
{
	while (zone->next_section > zone->first_section) {
		uint64_t section = --zone->next_section, before = zone->nr_free;

		if (!page_sections[section] && section_make_locked(section) && zone->nr_free > before)
			return true;
	}
	return false;
}

/* --- giving out ---------------------------------------------------------------------------------- */

static uint64_t buddy_free_pages(void)
{
	return zones[ZONE_HIGH].nr_free + zones[ZONE_DMA32].nr_free + zones[ZONE_LOW].nr_free + unmade_pages;
}

static bool below_reserve(unsigned int order, unsigned int flags)
{
	uint64_t keep = flags & ALLOC_ATOMIC ? 0 : flags & ALLOC_FILE ? reserve_pages * 4 : flags & ALLOC_USER ? reserve_pages * 2 : reserve_pages;

	return buddy_free_pages() < keep + (1ull << order);
}

static struct page *alloc_locked(unsigned int order, unsigned int flags)
{
	unsigned int z = flags & ALLOC_DMA32 || !high_is_open ? ZONE_DMA32 : ZONE_HIGH;

	if (below_reserve(order, flags))
		return NULL;
	for (; z < NR_ZONES; z++) {
		do {
			struct page *page = buddy_take_locked(&zones[z], order);

			if (page)
				return page;
		} while (zone_grow_locked(&zones[z]));
	}
	return NULL;
}

static size_t run_shrinkers(size_t wanted)
{
	size_t freed = 0;

	for (unsigned int i = 0; i < nr_shrinkers && freed < wanted; i++)
		freed += shrinkers[i](wanted - freed);
	return freed;
}

static struct page *alloc_slow(unsigned int order, unsigned int flags)
{
	struct page *page;
	bool shrunk = false;

	if (order > MAX_ORDER)
		return NULL;
	for (;;) {
		unsigned long irq = spin_lock_irqsave(&page_lock);

		page = alloc_locked(order, flags);
		spin_unlock_irqrestore(&page_lock, irq);
		if (page || flags & ALLOC_ATOMIC || shrunk || !nr_shrinkers)
			break;
		if (!run_shrinkers(max_t(size_t, 1ul << order, 32)))
			break;
		shrunk = true;
	}
	if (page) {
		page->flags &= ~PAGE_FLAG_MASK;
		page->refs = 1;
	}
	return page;
}

static void cpu_push(struct page_cpu *pc, struct page *page)
{
	page->flags &= ~PAGE_FLAG_MASK;
	page->order = 0;
	page->node.next = (void *)pc->first;
	pc->first = page;
	pc->nr_free++;
}

/* A block at once; one page when memory is short or in pieces. */
static noinline void cpu_refill(struct page_cpu *pc, unsigned int flags)
{
	struct page *page;

	spin_lock(&page_lock);
	page = alloc_locked(CPU_BATCH_ORDER, flags);
	for (unsigned int i = CPU_BATCH; page && i--; )
		cpu_push(pc, &page[i]);
	page = pc->first ? NULL : alloc_locked(0, flags);
	if (page)
		cpu_push(pc, page);
	spin_unlock(&page_lock);
}

static noinline void cpu_drain(struct page_cpu *pc, unsigned int keep)
{
	spin_lock(&page_lock);
	while (pc->nr_free > keep) {
		struct page *page = pc->first;

		pc->first = (void *)page->node.next;
		pc->nr_free--;
		buddy_free_block_locked(page, 0);
	}
	spin_unlock(&page_lock);
}

static struct page *cpu_take(unsigned int flags)
{
	unsigned long irq = arch_irq_save();
	struct page_cpu *pc = &arch_this_cpu()->pages;
	struct page *page;

	if (unlikely(!pc->first))
		cpu_refill(pc, flags);
	page = pc->first;
	if (likely(page)) {
		pc->first = (void *)page->node.next;
		pc->nr_free--;
		page->refs = 1;
	}
	arch_irq_restore(irq);
	return page;
}

struct page *page_alloc_order(unsigned int order, unsigned int flags)
{
	struct page *page = NULL;

	if (order == 0 && !(flags & ALLOC_DMA32) && likely(cpu_lists_on))
		page = cpu_take(flags);
	if (unlikely(!page))
		page = alloc_slow(order, flags);
	if (page && flags & ALLOC_ZERO) {
		char *at = page_address(page);

		for (unsigned int i = 0; i < 1u << order; i++, at += PAGE_SIZE)
			page_clear(at);
	}
	return page;
}

void page_free_order(struct page *page, unsigned int order)
{
	unsigned long irq = arch_irq_save();

	page->flags &= ~PAGE_FLAG_MASK;
	page->refs = 0;
	if (order == 0 && likely(cpu_lists_on)) {
		struct page_cpu *pc = &arch_this_cpu()->pages;

		page->node.next = (void *)pc->first;
		pc->first = page;
		if (unlikely(++pc->nr_free > CPU_MAX))
			cpu_drain(pc, CPU_MAX - CPU_BATCH);
	} else {
		spin_lock(&page_lock);
		buddy_free_block_locked(page, order);
		spin_unlock(&page_lock);
	}
	arch_irq_restore(irq);
}

void page_put_last(struct page *page)
{
	if (page->flags & PAGE_ANON)
		page_stat_add(STAT_ANON, -1);
	page_free_order(page, page->order);
}

/* --- places and ranges --------------------------------------------------------------------------- */

static bool is_ram(uint64_t pfn, uint64_t count)
{
	for (unsigned int i = 0; i < nr_ram; i++)
		if (pfn >= ram[i].start && pfn + count <= ram[i].end)
			return true;
	return false;
}

static int check_free_locked(uint64_t pfn, uint64_t end)
{
	for (uint64_t s = pfn >> MAX_ORDER; s <= (end - 1) >> MAX_ORDER; s++)
		if (!section_make_locked(s))
			return -EBUSY;
	while (pfn < end) {
		uint64_t head;
		struct page *page = buddy_find_free_locked(pfn, &head);

		if (!page)
			return -EBUSY;
		pfn = head + (1ull << page->order);
	}
	return 0;
}

int page_alloc_at(uint64_t pfn, size_t count)
{
	unsigned long irq;
	int err;

	if (!count || pfn + count < pfn || !is_ram(pfn, count))
		return -EADDRNOTAVAIL;
	irq = arch_irq_save();
	if (cpu_lists_on)
		cpu_drain(&arch_this_cpu()->pages, 0);
	spin_lock(&page_lock);
	err = check_free_locked(pfn, pfn + count);
	if (!err)
		buddy_take_at_locked(pfn, count);
	spin_unlock(&page_lock);
	arch_irq_restore(irq);
	return err;
}

void page_free_range(paddr_t start, paddr_t end)
{
	uint64_t pfn = ALIGN_UP(start, PAGE_SIZE) >> PAGE_SHIFT, last = end >> PAGE_SHIFT;

	while (pfn < last) {
		uint64_t stop = min(last, ALIGN_UP(pfn + 1, (uint64_t)SECTION_PAGES));
		unsigned long irq = spin_lock_irqsave(&page_lock);

		if (section_make_locked(pfn >> MAX_ORDER)) {
			struct page *page = page_from_paddr(pfn << PAGE_SHIFT);

			for (uint64_t i = 0; i < stop - pfn; i++)
				page[i].flags &= ~PAGE_FLAG_MASK;
			buddy_free_run_locked(pfn, stop - pfn);
			total_pages += stop - pfn;
		}
		spin_unlock_irqrestore(&page_lock, irq);
		pfn = stop;
	}
}

void page_register_shrinker(page_shrink_fn fn)
{
	ASSERT(nr_shrinkers < MAX_SHRINKERS);
	shrinkers[nr_shrinkers++] = fn;
}

void page_get_stats(struct page_stats *stats)
{
	long *count = page_stat_count;
	unsigned long irq = spin_lock_irqsave(&page_lock);

	*stats = (struct page_stats){
		.total_pages = total_pages,
		.free_pages = buddy_free_pages(),
		.cache_pages = atomic_load(&count[STAT_CACHE]),
		.shmem_pages = atomic_load(&count[STAT_SHMEM]),
		.slab_pages = atomic_load(&count[STAT_SLAB]),
		.anon_pages = atomic_load(&count[STAT_ANON]),
		.table_pages = atomic_load(&count[STAT_TABLE]),
		.stack_pages = atomic_load(&count[STAT_STACK]),
		.vmalloc_pages = atomic_load(&count[STAT_VMALLOC]),
	};
	spin_unlock_irqrestore(&page_lock, irq);
	for (unsigned int i = 0; cpu_lists_on && i < cpu_count(); i++)
		stats->free_pages += atomic_load_relaxed(&cpu_get(i)->pages.nr_free);
}

void __weak page_clear(void *addr)
{
	uint64_t *at = addr, *end = at + PAGE_SIZE / sizeof(*at);

	for (; at < end; at += 8)
		at[0] = at[1] = at[2] = at[3] = at[4] = at[5] = at[6] = at[7] = 0;
}

void __weak page_copy(void *to, const void *from)
{
	memcpy(to, from, PAGE_SIZE);
}
