/* SPDX-License-Identifier: MIT */
/* Between mm/page.c (what RAM there is) and mm/buddy.c (free blocks). Nobody else includes it. */
#pragma once

#include <kernel/spinlock.h>
#include <lib/list.h>
#include <lib/types.h>
#include <mm/page.h>

#define MAX_ORDER (SECTION_SHIFT - PAGE_SHIFT) /* a block never leaves its section */
#define SECTION_PAGES (1u << MAX_ORDER)
#define RECORDS_BYTES (SECTION_PAGES * sizeof(struct page))
#define RECORDS_ORDER (ilog2(RECORDS_BYTES) - PAGE_SHIFT)

enum zone_id { ZONE_HIGH, ZONE_DMA32, ZONE_LOW, NR_ZONES }; /* in the order of giving out */

struct zone {
	struct list_head free[MAX_ORDER + 1]; /* by page->node */
	uint32_t orders;		      /* bit per order whose list is not empty */
	uint64_t nr_free;
	uint64_t first_section, next_section; /* [first, next) were not visited; top down */
};

extern struct spinlock page_lock;

/* Guarded by page_lock. */
extern struct zone zones[NR_ZONES];

void buddy_init(void);
enum zone_id buddy_zone_of(uint64_t section);
/* Gives [pfn, pfn + count) of one section to the free lists. */
void buddy_free_run_locked(uint64_t pfn, uint64_t count);
void buddy_free_block_locked(struct page *page, unsigned int order);
/* A block from the lists of one zone, or NULL; flags are clean, refs 0, order set. */
struct page *buddy_take_locked(struct zone *zone, unsigned int order);
/* The free block that holds pfn (records are there), or NULL. */
struct page *buddy_find_free_locked(uint64_t pfn, uint64_t *head_pfn);
/* Takes [pfn, pfn + count) out of the lists; all of it is free. */
void buddy_take_at_locked(uint64_t pfn, uint64_t count);
