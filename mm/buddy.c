// SPDX-License-Identifier: MIT
/*
 * The buddy system: free blocks of 2^order pages on a list per order and zone. A freed block joins with
 * its buddy (the block whose number differs in that one bit) as long as that is free too.
 */
#include "buddy.h"

struct spinlock page_lock = SPINLOCK_INIT;
struct zone zones[NR_ZONES];

static uint64_t low_end_section;

void buddy_init(void)
{
	paddr_t first = 0, end;

	for (unsigned int z = 0; z < NR_ZONES; z++)
		for (unsigned int order = 0; order <= MAX_ORDER; order++)
			list_init(&zones[z].free[order]);
	page_ram_range(0, &first, &end);
	low_end_section = (first >> SECTION_SHIFT) + (64u << 20 >> SECTION_SHIFT);
}

enum zone_id buddy_zone_of(uint64_t section)
{
	if (section < low_end_section)
		return ZONE_LOW;
	return section < 1ull << (32 - SECTION_SHIFT) ? ZONE_DMA32 : ZONE_HIGH;
}

static struct zone *page_zone(const struct page *page)
{
	return &zones[buddy_zone_of(page->flags >> PAGE_FLAG_BITS)];
}

static void list_block(struct zone *zone, struct page *page, unsigned int order)
{
	page->flags |= PAGE_BUDDY;
	page->refs = 0;
	page->order = order;
	list_add(&page->node, &zone->free[order]);
	zone->orders |= 1u << order;
}

static void unlist_block(struct zone *zone, struct page *page)
{
	unsigned int order = page->order;

	list_del(&page->node);
	page->flags &= ~PAGE_BUDDY;
	if (list_empty(&zone->free[order]))
		zone->orders &= ~(1u << order);
}

void buddy_free_block_locked(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	struct page *records = page_sections[page->flags >> PAGE_FLAG_BITS];
	size_t index = page - records;

	zone->nr_free += 1u << order;
	while (order < MAX_ORDER) {
		struct page *buddy = &records[index ^ 1u << order];

		if (!(buddy->flags & PAGE_BUDDY) || buddy->order != order)
			break;
		unlist_block(zone, buddy);
		index &= ~(1ul << order);
		order++;
	}
	list_block(zone, &records[index], order);
}

void buddy_free_run_locked(uint64_t pfn, uint64_t count)
{
	while (count) {
		unsigned int order = pfn ? min_t(unsigned int, ffs64(pfn), MAX_ORDER) : MAX_ORDER;

		while (1ull << order > count)
			order--;
		buddy_free_block_locked(page_from_paddr(pfn << PAGE_SHIFT), order);
		pfn += 1ull << order;
		count -= 1ull << order;
	}
}

struct page *buddy_take_locked(struct zone *zone, unsigned int order)
{
	uint32_t orders = zone->orders & ~((1u << order) - 1);
	unsigned int have;
	struct page *page;

	if (!orders)
		return NULL;
	have = ffs64(orders);
	page = list_first_entry(&zone->free[have], struct page, node);
	unlist_block(zone, page);
	zone->nr_free -= 1u << order;
	/* The upper half is given out, the lower one stays. */
	while (have > order) {
		have--;
		list_block(zone, page, have);
		page += 1u << have;
	}
	page->order = order;
	return page;
}

struct page *buddy_find_free_locked(uint64_t pfn, uint64_t *head_pfn)
{
	for (unsigned int order = 0; order <= MAX_ORDER; order++) {
		uint64_t head = pfn & ~((1ull << order) - 1);
		struct page *page = page_from_paddr(head << PAGE_SHIFT);

		if (page->flags & PAGE_BUDDY && head + (1ull << page->order) > pfn) {
			*head_pfn = head;
			return page;
		}
	}
	return NULL;
}

void buddy_take_at_locked(uint64_t pfn, uint64_t count)
{
	uint64_t end = pfn + count;

	while (pfn < end) {
		uint64_t head, block_end;
		struct page *page = buddy_find_free_locked(pfn, &head);
		struct zone *zone = page_zone(page);
		uint64_t stop;

		block_end = head + (1ull << page->order);
		stop = min(block_end, end);
		unlist_block(zone, page);
		zone->nr_free -= block_end - head;
		if (head < pfn)
			buddy_free_run_locked(head, pfn - head);
		if (stop < block_end)
			buddy_free_run_locked(stop, block_end - stop);
		for (; pfn < stop; pfn++) {
			page = page_from_paddr(pfn << PAGE_SHIFT);
			page->flags &= ~PAGE_FLAG_MASK;
			page->refs = 1;
			page->order = 0;
		}
	}
}
