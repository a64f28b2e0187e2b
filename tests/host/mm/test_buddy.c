// SPDX-License-Identifier: MIT
/* The buddy system against a model: a map of who has which page frame, through random takes and gives. */
#include <mm/buddy.h>
#include <test.h>

#define NR_SECTIONS 8
#define NR_PAGES ((uint64_t)NR_SECTIONS * SECTION_PAGES)

static struct page *sections[NR_SECTIONS];
struct page **page_sections = sections;
uint64_t page_nr_sections = NR_SECTIONS;

static uint8_t taken[NR_PAGES]; /* the model */

bool page_ram_range(unsigned int index, paddr_t *start, paddr_t *end)
{
	*start = 0;
	*end = NR_PAGES << PAGE_SHIFT;
	return !index;
}

static int setup(void **state)
{
	memset(taken, 1, sizeof(taken));
	memset(zones, 0, sizeof(zones));
	buddy_init();
	for (unsigned int s = 0; s < NR_SECTIONS; s++) {
		sections[s] = calloc(SECTION_PAGES, sizeof(struct page));
		for (unsigned int i = 0; i < SECTION_PAGES; i++)
			sections[s][i].flags = s << PAGE_FLAG_BITS;
	}
	return 0;
}

static int teardown(void **state)
{
	for (unsigned int s = 0; s < NR_SECTIONS; s++)
		free(sections[s]);
	return 0;
}

static uint64_t free_in_model(void)
{
	uint64_t n = 0;

	for (uint64_t pfn = 0; pfn < NR_PAGES; pfn++)
		n += !taken[pfn];
	return n;
}

static uint64_t free_in_zones(void)
{
	uint64_t n = 0;

	for (unsigned int z = 0; z < NR_ZONES; z++)
		n += zones[z].nr_free;
	return n;
}

static void give_run(uint64_t pfn, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		assert_true(taken[pfn + i]);
		taken[pfn + i] = 0;
	}
	buddy_free_run_locked(pfn, count);
}

/* Lists, their bit masks and counts agree with the model; no block has its buddy free beside it. */
static void check(void)
{
	uint64_t seen = 0;

	for (unsigned int z = 0; z < NR_ZONES; z++) {
		for (unsigned int order = 0; order <= MAX_ORDER; order++) {
			struct page *page;

			assert_int_equal(list_empty(&zones[z].free[order]), !(zones[z].orders >> order & 1));
			list_for_each_entry(page, &zones[z].free[order], node) {
				uint64_t pfn = page_to_paddr(page) >> PAGE_SHIFT;
				struct page *buddy = page_from_paddr((pfn ^ 1ull << order) << PAGE_SHIFT);

				assert_int_equal(page->order, order);
				assert_true(page->flags & PAGE_BUDDY);
				assert_int_equal(pfn & ((1u << order) - 1), 0);
				if (order < MAX_ORDER)
					assert_false(buddy->flags & PAGE_BUDDY && buddy->order == order);
				for (unsigned int i = 0; i < 1u << order; i++)
					assert_false(taken[pfn + i]);
				seen += 1u << order;
			}
		}
	}
	assert_int_equal(seen, free_in_model());
	assert_int_equal(seen, free_in_zones());
}

static void take_and_give(void **state)
{
	struct { uint64_t pfn; unsigned int order; } held[400];
	unsigned int nr = 0;

	srand(1);
	for (unsigned int s = 0; s < NR_SECTIONS; s++)
		give_run((uint64_t)s * SECTION_PAGES + s, SECTION_PAGES - 2 * s);
	check();
	for (unsigned int step = 0; step < 20000; step++) {
		if (nr < 400 && rand() % 2) {
			unsigned int order = rand() % 7;
			struct page *page = buddy_take_locked(&zones[rand() % NR_ZONES], order);

			if (!page)
				continue;
			assert_int_equal(page->order, order);
			held[nr].pfn = page_to_paddr(page) >> PAGE_SHIFT;
			held[nr].order = order;
			for (unsigned int i = 0; i < 1u << order; i++) {
				assert_false(taken[held[nr].pfn + i]);
				taken[held[nr].pfn + i] = 1;
			}
			nr++;
		} else if (nr) {
			unsigned int i = rand() % nr;

			for (unsigned int k = 0; k < 1u << held[i].order; k++)
				taken[held[i].pfn + k] = 0;
			buddy_free_block_locked(page_from_paddr(held[i].pfn << PAGE_SHIFT), held[i].order);
			held[i] = held[--nr];
		}
		if (step % 1000 == 0)
			check();
	}
	while (nr--) {
		memset(taken + held[nr].pfn, 0, 1u << held[nr].order);
		buddy_free_block_locked(page_from_paddr(held[nr].pfn << PAGE_SHIFT), held[nr].order);
	}
	check();
}

static void take_at(void **state)
{
	uint64_t head;

	give_run(SECTION_PAGES, 4 * SECTION_PAGES);
	for (unsigned int step = 0; step < 300; step++) {
		uint64_t pfn = SECTION_PAGES + rand() % (3 * SECTION_PAGES), count = 1 + rand() % 5000, last = pfn;

		while (last < pfn + count && !taken[last])
			last++;
		assert_int_equal(buddy_find_free_locked(pfn, &head) != NULL, !taken[pfn]);
		if (last < pfn + count || pfn + count > 5 * SECTION_PAGES)
			continue;
		buddy_take_at_locked(pfn, count);
		memset(taken + pfn, 1, count);
		for (uint64_t i = pfn; i < pfn + count; i++)
			assert_int_equal(page_from_paddr(i << PAGE_SHIFT)->refs, 1);
		check();
		if (rand() % 2)
			give_run(pfn, count);
	}
	check();
}

static void zones_by_address(void **state)
{
	assert_int_equal(buddy_zone_of(0), ZONE_LOW);
	assert_int_equal(buddy_zone_of(3), ZONE_LOW);
	assert_int_equal(buddy_zone_of(4), ZONE_DMA32);
	assert_int_equal(buddy_zone_of(255), ZONE_DMA32);
	assert_int_equal(buddy_zone_of(256), ZONE_HIGH);
}

/* What is left of a block that was cut is given out from its upper end. */
static void top_down(void **state)
{
	struct page *first, *second;

	give_run(5 * SECTION_PAGES, SECTION_PAGES);
	first = buddy_take_locked(&zones[ZONE_DMA32], 0);
	second = buddy_take_locked(&zones[ZONE_DMA32], 0);
	assert_int_equal(page_to_paddr(first) >> PAGE_SHIFT, 6 * SECTION_PAGES - 1);
	assert_int_equal(page_to_paddr(second) >> PAGE_SHIFT, 6 * SECTION_PAGES - 2);
}

TEST_MAIN(cmocka_unit_test_setup_teardown(take_and_give, setup, teardown), cmocka_unit_test_setup_teardown(take_at, setup, teardown),
	cmocka_unit_test(zones_by_address), cmocka_unit_test_setup_teardown(top_down, setup, teardown))
