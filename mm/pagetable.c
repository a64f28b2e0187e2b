// SPDX-License-Identifier: MIT
/*
 * The neutral walk over page tables. Level 0 holds leaves of PAGE_SIZE; a table of level n covers
 * PAGE_SIZE << (n + 1) * PAGE_TABLE_BITS bytes.
 */
#include <mm/pagetable.h>

#include <kernel/errno.h>
#include <lib/string.h>
#include <mm/page.h>

#define TABLE_ENTRIES (1u << PAGE_TABLE_BITS)
/* A bit of a table's page->index stands for so many entries: whether tables hang there. */
#define GROUP_ENTRIES (TABLE_ENTRIES / 64)

struct pagetable kernel_pagetable;

static inline unsigned int level_shift(unsigned int level)
{
	return PAGE_SHIFT + level * PAGE_TABLE_BITS;
}

static inline unsigned int level_index(vaddr_t va, unsigned int level)
{
	return va >> level_shift(level) & (TABLE_ENTRIES - 1);
}

static inline pte_t *table_of(pte_t entry)
{
	return phys_to_virt(arch_pte_paddr(entry));
}

static pte_t *table_alloc(void)
{
	struct page *page = page_alloc(ALLOC_ZERO | ALLOC_ATOMIC);

	if (!page)
		return NULL;
	page_stat_add(STAT_TABLE, 1);
	page->index = 0;
	return page_address(page);
}

static void table_free(pte_t *table)
{
	page_stat_add(STAT_TABLE, -1);
	page_free_order(page_from_virt(table), 0);
}

int pagetable_create(struct pagetable *pt)
{
	pte_t *root = table_alloc();

	if (!root)
		return -ENOMEM;
	arch_mmu_init_root(root);
	pt->root = root;
	pt->root_paddr = virt_to_phys(root);
	return 0;
}

/* Only the groups in which tables were put (GROUP_ENTRIES) are looked at. */
static void free_below(pte_t *table, unsigned int level)
{
	uint64_t groups = page_from_virt(table)->index;

	for (; groups; groups &= groups - 1) {
		pte_t *e = &table[(unsigned int)__builtin_ctzll(groups) * GROUP_ENTRIES];

		for (unsigned int k = 0; k < GROUP_ENTRIES; k++) {
			if (!arch_pte_present(e[k]) || arch_pte_is_leaf(e[k], level))
				continue;
			if (level > 1)
				free_below(table_of(e[k]), level - 1);
			table_free(table_of(e[k]));
		}
	}
}

void pagetable_destroy(struct pagetable *pt)
{
	free_below(pt->root, PAGE_TABLE_LEVELS - 1);
	table_free(pt->root);
	pt->root = NULL;
}

static void note_group(const pte_t *entry)
{
	struct page *page = page_from_virt(entry);

	if (page)
		page->index |= 1ull << ((uintptr_t)entry % PAGE_SIZE / (GROUP_ENTRIES * sizeof(*entry)));
}

static pte_t *next_table(pte_t *entry, bool create)
{
	pte_t *table;

	if (likely(arch_pte_present(*entry)))
		return table_of(*entry);
	if (!create)
		return NULL;
	table = table_alloc();
	if (!table)
		return NULL;
	note_group(entry);
	*entry = arch_pte_make_table(virt_to_phys(table));
	arch_pte_sync();
	return table;
}

static pte_t *slot_at(struct pagetable *pt, vaddr_t va, unsigned int level, bool create)
{
	pte_t *table = pt->root;

	for (unsigned int l = PAGE_TABLE_LEVELS - 1; l > level; l--) {
		pte_t *entry = &table[level_index(va, l)];

		if (arch_pte_present(*entry) && arch_pte_is_leaf(*entry, l))
			return NULL;
		table = next_table(entry, create);
		if (!table)
			return NULL;
	}
	return &table[level_index(va, level)];
}

static __always_inline pte_t *step_down(pte_t *table, vaddr_t va, unsigned int level)
{
	pte_t entry = READ_ONCE(table[level_index(va, level)]);

	return likely(arch_pte_present(entry) && !arch_pte_is_leaf(entry, level)) ? table_of(entry) : NULL;
}

/* The usual case with constant levels; PAGE_TABLE_LEVELS is 3 to 5. */
pte_t *pagetable_slot(struct pagetable *pt, vaddr_t va, bool create)
{
	pte_t *table = pt->root;

	if (PAGE_TABLE_LEVELS > 4)
		table = step_down(table, va, 4);
	if (PAGE_TABLE_LEVELS > 3 && table)
		table = step_down(table, va, 3);
	if (table)
		table = step_down(table, va, 2);
	if (table)
		table = step_down(table, va, 1);
	if (likely(table))
		return &table[level_index(va, 0)];
	return create ? slot_at(pt, va, 0, true) : NULL;
}

pte_t *pagetable_next_table(struct pagetable *pt, vaddr_t *va, vaddr_t end)
{
	while (*va < end) {
		pte_t *table = pt->root;
		unsigned int l = PAGE_TABLE_LEVELS - 1;

		for (; l > 0; l--) {
			pte_t entry = table[level_index(*va, l)];

			if (!arch_pte_present(entry) || arch_pte_is_leaf(entry, l))
				break;
			table = table_of(entry);
		}
		if (l == 0)
			return &table[level_index(*va, 0)];
		*va = ALIGN_DOWN(*va, 1ul << level_shift(l)) + (1ul << level_shift(l));
		if (!*va)
			break;
	}
	return NULL;
}

static unsigned int best_level(vaddr_t va, paddr_t pa, size_t size)
{
	for (unsigned int l = PAGE_TABLE_LEVELS - 1; l > 0; l--) {
		size_t bytes = 1ul << level_shift(l);

		if (LARGE_PAGE_LEVELS >> l & 1 && size >= bytes && !((va | pa) & (bytes - 1)))
			return l;
	}
	return 0;
}

/* Fills one table's leaves from va on, as many as belong to the range; bytes mapped. */
static size_t fill_leaves(pte_t *slot, vaddr_t va, paddr_t pa, size_t size, unsigned int prot, unsigned int level)
{
	size_t bytes = 1ul << level_shift(level), done = 0;
	unsigned int left = TABLE_ENTRIES - level_index(va, level);

	do {
		*slot++ = arch_pte_make(pa + done, prot, level);
		done += bytes;
	} while (--left && size >= done + bytes);
	return done;
}

int pagetable_map(struct pagetable *pt, vaddr_t va, paddr_t pa, size_t size, unsigned int prot)
{
	while (size) {
		unsigned int level = best_level(va, pa, size);
		pte_t *slot = slot_at(pt, va, level, true);
		size_t done;

		if (!slot)
			return -ENOMEM;
		done = fill_leaves(slot, va, pa, size, prot, level);
		va += done;
		pa += done;
		size -= min(size, done);
	}
	arch_pte_sync();
	return 0;
}

/* The slot of the leaf that maps va, whatever its level. */
static pte_t *leaf_slot(struct pagetable *pt, vaddr_t va, unsigned int *level)
{
	pte_t *table = pt->root;

	for (unsigned int l = PAGE_TABLE_LEVELS - 1;; l--) {
		pte_t *entry = &table[level_index(va, l)];

		*level = l;
		if (!arch_pte_present(*entry))
			return NULL;
		if (!l || arch_pte_is_leaf(*entry, l))
			return entry;
		table = table_of(*entry);
	}
}

void pagetable_unmap(struct pagetable *pt, vaddr_t va, size_t size)
{
	vaddr_t end = va + size;

	while (va < end) {
		unsigned int level;
		pte_t *slot = leaf_slot(pt, va, &level);

		if (slot)
			*slot = 0;
		va = ALIGN_DOWN(va, 1ul << level_shift(level)) + (1ul << level_shift(level));
	}
	arch_pte_sync();
}

void pagetable_protect(struct pagetable *pt, vaddr_t va, size_t size, unsigned int prot)
{
	vaddr_t end = va + size;

	while (va < end) {
		unsigned int level;
		pte_t *slot = leaf_slot(pt, va, &level);

		if (slot)
			*slot = arch_pte_make(arch_pte_paddr(*slot), prot, level);
		va = ALIGN_DOWN(va, 1ul << level_shift(level)) + (1ul << level_shift(level));
	}
	arch_pte_sync();
}

bool pagetable_query(struct pagetable *pt, vaddr_t va, paddr_t *pa, unsigned int *prot)
{
	unsigned int level;
	pte_t *slot = leaf_slot(pt, va, &level);

	if (!slot)
		return false;
	*pa = arch_pte_paddr(*slot) + (va & ((1ul << level_shift(level)) - 1));
	*prot = arch_pte_prot(*slot);
	return true;
}

int pagetable_walk(struct pagetable *pt, vaddr_t va, size_t size, int (*fn)(void *ctx, vaddr_t va, pte_t *slot), void *ctx)
{
	vaddr_t end = va + size;
	pte_t *slot;

	while ((slot = pagetable_next_table(pt, &va, end))) {
		vaddr_t stop = min(end, pagetable_table_end(va));

		for (; va < stop; va += PAGE_SIZE, slot++) {
			int ret = arch_pte_present(*slot) ? fn(ctx, va, slot) : 0;

			if (ret)
				return ret;
		}
	}
	return 0;
}
