// SPDX-License-Identifier: MIT
/*
 * Kernel mappings beside the direct map. One top-level entry's worth of addresses from VMAP_BASE on, made
 * once at boot so that every user table has it: the lower half for areas (first fit, an unmapped page after
 * each), the upper half for kernel stacks in slots of twice their size, the lower half of a slot unmapped.
 */
#include <mm/vmap.h>

#include <kernel/panic.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <lib/idr.h>
#include <lib/list.h>
#include <mm/page.h>
#include <mm/pagetable.h>
#include <mm/tlb.h>

#define WINDOW_BYTES (1ul << (PAGE_SHIFT + (PAGE_TABLE_LEVELS - 1) * PAGE_TABLE_BITS))
#define AREAS_END (VMAP_BASE + WINDOW_BYTES / 2)
#define STACKS_BASE AREAS_END
#define STACK_PAGES (KERNEL_STACK_SIZE / PAGE_SIZE)
#define STACKS_CACHED 32
#define PROT_KERNEL_DATA (MMU_READ | MMU_WRITE | MMU_GLOBAL)

struct vmap_area {
	struct list_head node;
	vaddr_t start;
	size_t size;
	bool owns_pages;
};

static struct spinlock vmap_lock = SPINLOCK_INIT;

/* Guarded by vmap_lock: also the window's part of kernel_pagetable. */
static LIST_HEAD(areas);
static struct idr stack_slots = IDR_INIT;
static void *stack_cache; /* free stacks, linked by their first word */
static unsigned int nr_stack_cache;

static size_t stacks_shrink(size_t wanted);

void vmap_init(void)
{
	if (!pagetable_slot(&kernel_pagetable, VMAP_BASE, true))
		panic("no memory for the kernel's page tables");
	page_register_shrinker(stacks_shrink);
}

/* --- areas --------------------------------------------------------------------------------------- */

static struct vmap_area *area_alloc(size_t size)
{
	struct vmap_area *area = kmalloc(sizeof(*area)), *pos;
	vaddr_t at = VMAP_BASE + PAGE_SIZE;
	struct list_head *before = &areas;
	unsigned long irq;

	if (!area)
		return NULL;
	irq = spin_lock_irqsave(&vmap_lock);
	list_for_each_entry(pos, &areas, node) {
		if (pos->start - at >= size + PAGE_SIZE)
			break;
		at = pos->start + pos->size + PAGE_SIZE;
		before = &pos->node;
	}
	if (at > AREAS_END || AREAS_END - at < size) {
		spin_unlock_irqrestore(&vmap_lock, irq);
		kfree(area);
		return NULL;
	}
	*area = (struct vmap_area){ .start = at, .size = size };
	list_add(&area->node, before);
	spin_unlock_irqrestore(&vmap_lock, irq);
	return area;
}

static int area_map(struct vmap_area *area, size_t offset, paddr_t paddr, size_t size, unsigned int prot)
{
	unsigned long irq = spin_lock_irqsave(&vmap_lock);
	int err = pagetable_map(&kernel_pagetable, area->start + offset, paddr, size, prot);

	spin_unlock_irqrestore(&vmap_lock, irq);
	return err;
}

static struct vmap_area *area_find(vaddr_t start)
{
	struct vmap_area *area, *found = NULL;
	unsigned long irq = spin_lock_irqsave(&vmap_lock);

	list_for_each_entry(area, &areas, node)
		if (area->start == start)
			found = area;
	spin_unlock_irqrestore(&vmap_lock, irq);
	return found;
}

/* Unmaps, flushes, and only then gives pages and addresses back. */
static void area_free(struct vmap_area *area)
{
	struct page *pages = NULL;
	unsigned long irq = spin_lock_irqsave(&vmap_lock);

	for (size_t at = 0; area->owns_pages && at < area->size; at += PAGE_SIZE) {
		pte_t *slot = pagetable_slot(&kernel_pagetable, area->start + at, false);
		struct page *page;

		if (!slot || !arch_pte_present(*slot))
			continue;
		page = page_from_paddr(arch_pte_paddr(*slot));
		page->node.next = (void *)pages;
		pages = page;
	}
	pagetable_unmap(&kernel_pagetable, area->start, area->size);
	spin_unlock_irqrestore(&vmap_lock, irq);
	tlb_flush_kernel(area->start, area->size);

	irq = spin_lock_irqsave(&vmap_lock);
	list_del(&area->node);
	spin_unlock_irqrestore(&vmap_lock, irq);
	while (pages) {
		struct page *page = pages;

		pages = (void *)page->node.next;
		page_stat_add(STAT_VMALLOC, -1);
		page_put(page);
	}
	kfree(area);
}

static void *map_physical(paddr_t paddr, size_t size, unsigned int prot)
{
	size_t offset = paddr & (PAGE_SIZE - 1), bytes;
	struct vmap_area *area;

	if (!size || add_overflows(size, offset + PAGE_SIZE - 1, &bytes) || paddr + size < paddr)
		return NULL;
	bytes = ALIGN_DOWN(bytes, PAGE_SIZE);
	area = area_alloc(bytes);
	if (!area)
		return NULL;
	if (area_map(area, 0, paddr - offset, bytes, prot | MMU_GLOBAL)) {
		area_free(area);
		return NULL;
	}
	return (void *)(area->start + offset);
}

void *ioremap(paddr_t paddr, size_t size)
{
	return map_physical(paddr, size, MMU_READ | MMU_WRITE | MMU_UNCACHED);
}

void *ioremap_wc(paddr_t paddr, size_t size)
{
	return map_physical(paddr, size, MMU_READ | MMU_WRITE | MMU_WRITE_COMBINE);
}

void iounmap(void *addr)
{
	struct vmap_area *area = addr ? area_find((vaddr_t)addr & PAGE_MASK) : NULL;

	if (area)
		area_free(area);
}

static bool in_ram(paddr_t paddr, size_t size)
{
	paddr_t start, end;

	for (unsigned int i = 0; page_ram_range(i, &start, &end); i++)
		if (paddr >= start && paddr < end && size <= end - paddr)
			return true;
	return false;
}

const void *memremap(paddr_t paddr, size_t size)
{
	return in_ram(paddr, size) ? phys_to_virt(paddr) : map_physical(paddr, size, MMU_READ);
}

void memunmap(const void *addr)
{
	if ((vaddr_t)addr >= VMAP_BASE && (vaddr_t)addr < AREAS_END)
		iounmap((void *)addr);
}

void *vmalloc(size_t size)
{
	size_t bytes = ALIGN_UP(size, PAGE_SIZE);
	struct vmap_area *area;

	if (!size || bytes < size)
		return NULL;
	area = area_alloc(bytes);
	if (!area)
		return NULL;
	area->owns_pages = true;
	for (size_t at = 0; at < bytes; at += PAGE_SIZE) {
		struct page *page = page_alloc(ALLOC_ZERO);

		if (!page)
			goto fail;
		if (area_map(area, at, page_to_paddr(page), PAGE_SIZE, PROT_KERNEL_DATA)) {
			page_put(page);
			goto fail;
		}
		page_stat_add(STAT_VMALLOC, 1);
	}
	return (void *)area->start;
fail:
	area_free(area);
	return NULL;
}

void vfree(void *addr)
{
	iounmap(addr);
}

/* --- kernel stacks ------------------------------------------------------------------------------- */

static vaddr_t slot_stack(int slot)
{
	return STACKS_BASE + (vaddr_t)slot * 2 * KERNEL_STACK_SIZE + KERNEL_STACK_SIZE;
}

static void stack_unmap_locked(vaddr_t stack, struct page **pages)
{
	for (unsigned int i = 0; i < STACK_PAGES; i++) {
		pte_t *slot = pagetable_slot(&kernel_pagetable, stack + i * PAGE_SIZE, false);
		struct page *page;

		if (!slot || !arch_pte_present(*slot))
			continue;
		page = page_from_paddr(arch_pte_paddr(*slot));
		*slot = 0;
		page->node.next = (void *)*pages;
		*pages = page;
	}
}

/* Gives cached stacks beyond `keep` back; their slots are free again only after the flush. */
static size_t stacks_release(unsigned int keep)
{
	struct page *pages = NULL;
	int slots[STACKS_CACHED];
	unsigned int nr = 0;
	size_t freed = 0;
	unsigned long irq = spin_lock_irqsave(&vmap_lock);

	while (nr_stack_cache > keep && nr < STACKS_CACHED) {
		vaddr_t stack = (vaddr_t)stack_cache;

		stack_cache = *(void **)stack_cache;
		nr_stack_cache--;
		stack_unmap_locked(stack, &pages);
		slots[nr++] = (stack - STACKS_BASE) / (2 * KERNEL_STACK_SIZE);
	}
	spin_unlock_irqrestore(&vmap_lock, irq);
	if (!nr)
		return 0;
	tlb_flush_kernel(STACKS_BASE, WINDOW_BYTES / 2);

	irq = spin_lock_irqsave(&vmap_lock);
	while (nr)
		idr_free(&stack_slots, slots[--nr]);
	spin_unlock_irqrestore(&vmap_lock, irq);
	for (; pages; freed++) {
		struct page *page = pages;

		pages = (void *)page->node.next;
		page_stat_add(STAT_STACK, -1);
		page_put(page);
	}
	return freed;
}

static size_t stacks_shrink(size_t wanted __maybe_unused)
{
	return stacks_release(0);
}

static void *stack_create(void)
{
	struct page *pages = NULL;
	vaddr_t stack;
	unsigned long irq = spin_lock_irqsave(&vmap_lock);
	int slot = idr_alloc(&stack_slots, 0, WINDOW_BYTES / 2 / (2 * KERNEL_STACK_SIZE) - 1);

	spin_unlock_irqrestore(&vmap_lock, irq);
	if (slot < 0)
		return NULL;
	stack = slot_stack(slot);
	for (unsigned int i = 0; i < STACK_PAGES; i++) {
		struct page *page = page_alloc(0);
		int err = -1;

		irq = spin_lock_irqsave(&vmap_lock);
		if (page)
			err = pagetable_map(&kernel_pagetable, stack + i * PAGE_SIZE,
				page_to_paddr(page), PAGE_SIZE, PROT_KERNEL_DATA);
		if (err) {
			/* Nothing was touched through the mapping: no TLB has it. */
			stack_unmap_locked(stack, &pages);
			idr_free(&stack_slots, slot);
		}
		spin_unlock_irqrestore(&vmap_lock, irq);
		if (err) {
			if (page)
				page_put(page);
			goto fail;
		}
	}
	page_stat_add(STAT_STACK, STACK_PAGES);
	return (void *)stack;
fail:
	while (pages) {
		struct page *page = pages;

		pages = (void *)page->node.next;
		page_put(page);
	}
	return NULL;
}

void *kernel_stack_alloc(void)
{
	unsigned long irq;
	void *stack;

	if (unlikely(nr_stack_cache > STACKS_CACHED))
		stacks_release(STACKS_CACHED / 2);
	irq = spin_lock_irqsave(&vmap_lock);
	stack = stack_cache;
	if (stack) {
		stack_cache = *(void **)stack;
		nr_stack_cache--;
	}
	spin_unlock_irqrestore(&vmap_lock, irq);
	return stack ?: stack_create();
}

/* May run with interrupts off (the scheduler, after the last switch away), where no other CPU's TLB can be
 * flushed: so a stack always goes to the cache, which kernel_stack_alloc() trims. */
void kernel_stack_free(void *stack)
{
	unsigned long irq = spin_lock_irqsave(&vmap_lock);

	*(void **)stack = stack_cache;
	stack_cache = stack;
	nr_stack_cache++;
	spin_unlock_irqrestore(&vmap_lock, irq);
}
