// SPDX-License-Identifier: MIT
/*
 * The kernel heap: one-page slabs of objects of a power of two in size; from a page up, pages themselves. Each
 * CPU keeps a short list of free objects per size, so the usual call touches no shared state.
 *
 * A slab's page record: refs counts its objects in use, owner is the offset of its first free object
 * (SLAB_FULL: none), order the size class, node its place on the class's list of slabs with room.
 */
#include <lib/alloc.h>

#include <arch/irqflags.h>
#include <kernel/cpu.h>
#include <kernel/panic.h>
#include <kernel/spinlock.h>
#include <lib/list.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <mm/page.h>

#define SLAB_FULL UINT32_MAX
#define CLASS_MAX_BYTES (PAGE_SIZE / 2)
#define CPU_BATCH_BYTES 4096

struct size_class {
	struct spinlock lock;
	struct list_head partial; /* Guarded by lock: slabs with room, by page->node */
	struct page *spare;	  /* Guarded by lock: one empty slab, kept so that no page goes to and fro */
};

static struct size_class classes[KMALLOC_CLASSES];
static bool cpu_lists_on;

void kmalloc_init(void)
{
	for (unsigned int i = 0; i < KMALLOC_CLASSES; i++)
		list_init(&classes[i].partial);
}

void kmalloc_enable_cpu_lists(void)
{
	cpu_lists_on = true;
}

static unsigned int class_of(size_t size)
{
	return size <= 1u << KMALLOC_MIN_SHIFT ? 0 : fls64(size - 1) + 1 - KMALLOC_MIN_SHIFT;
}

static size_t class_bytes(unsigned int class)
{
	return 1ul << (class + KMALLOC_MIN_SHIFT);
}

static unsigned int class_batch(unsigned int class)
{
	size_t n = CPU_BATCH_BYTES >> (class + KMALLOC_MIN_SHIFT);

	return clamp(n, 2ul, 16ul);
}

static struct page *slab_create(unsigned int class)
{
	struct page *page = page_alloc(ALLOC_ATOMIC);
	size_t size = class_bytes(class);
	char *base;

	if (!page)
		return NULL;
	base = page_address(page);
	for (size_t at = 0; at < PAGE_SIZE; at += size)
		*(uint32_t *)(base + at) = at + size < PAGE_SIZE ? at + size : SLAB_FULL;
	page->flags |= PAGE_SLAB;
	page->refs = 0;
	page->owner = 0;
	page->order = class;
	page_stat_add(STAT_SLAB, 1);
	return page;
}

static void slab_destroy(struct page *page)
{
	page_stat_add(STAT_SLAB, -1);
	page->order = 0;
	page_free_order(page, 0);
}

static void *class_take_locked(struct size_class *class, unsigned int index)
{
	struct page *page = list_first_entry_or_null(&class->partial, struct page, node);
	char *object;

	if (!page) {
		page = class->spare ?: slab_create(index);
		class->spare = NULL;
		if (!page)
			return NULL;
		list_add(&page->node, &class->partial);
	}
	object = (char *)page_address(page) + page->owner;
	page->owner = *(uint32_t *)object;
	page->refs++;
	if (page->owner == SLAB_FULL)
		list_del(&page->node);
	return object;
}

static void class_give_locked(struct size_class *class, void *object)
{
	struct page *page = page_from_virt(object);

	if (page->owner == SLAB_FULL)
		list_add(&page->node, &class->partial);
	*(uint32_t *)object = page->owner;
	page->owner = (uintptr_t)object & (PAGE_SIZE - 1);
	if (--page->refs)
		return;
	list_del(&page->node);
	if (class->spare)
		slab_destroy(page);
	else
		class->spare = page;
}

static noinline void *take_slow(struct kmalloc_cpu *list, unsigned int index)
{
	struct size_class *class = &classes[index];
	void *result;

	spin_lock(&class->lock);
	result = class_take_locked(class, index);
	for (unsigned int n = class_batch(index) - 1; list && result && n; n--) {
		void **object = class_take_locked(class, index);

		if (!object)
			break;
		*object = list->first;
		list->first = object;
		list->nr_free++;
	}
	spin_unlock(&class->lock);
	return result;
}

static noinline void give_slow(struct kmalloc_cpu *list, unsigned int index, unsigned int keep)
{
	struct size_class *class = &classes[index];

	spin_lock(&class->lock);
	while (list->nr_free > keep) {
		void **object = list->first;

		list->first = *object;
		list->nr_free--;
		class_give_locked(class, object);
	}
	spin_unlock(&class->lock);
}

static void *alloc_pages_for(size_t size)
{
	unsigned int order = fls64((size - 1) >> PAGE_SHIFT | 1);
	struct page *page;

	if ((PAGE_SIZE << order) < size)
		order++;
	if (size <= PAGE_SIZE)
		order = 0;
	page = page_alloc_order(order, ALLOC_ATOMIC);
	if (!page)
		return NULL;
	page_stat_add(STAT_SLAB, 1l << order);
	return page_address(page);
}

void *kmalloc(size_t size)
{
	struct kmalloc_cpu *list;
	unsigned int index;
	unsigned long irq;
	void **object;

	if (unlikely(size > CLASS_MAX_BYTES))
		return size > 1ul << SECTION_SHIFT ? NULL : alloc_pages_for(size);
	index = class_of(size);
	irq = arch_irq_save();
	if (unlikely(!cpu_lists_on)) {
		object = take_slow(NULL, index);
	} else {
		list = &arch_this_cpu()->pages.kmalloc[index];
		object = list->first;
		if (likely(object)) {
			list->first = *object;
			list->nr_free--;
		} else {
			object = take_slow(list, index);
		}
	}
	arch_irq_restore(irq);
	return object;
}

void kfree(void *p)
{
	struct page *page;
	unsigned long irq;

	if (!p)
		return;
	page = page_from_virt(p);
	ASSERT(page);
	if (unlikely(!(page->flags & PAGE_SLAB))) {
		ASSERT(IS_ALIGNED((uintptr_t)p, PAGE_SIZE) && page->refs);
		page_stat_add(STAT_SLAB, -(1l << page->order));
		page_free_order(page, page->order);
		return;
	}
	irq = arch_irq_save();
	if (likely(cpu_lists_on)) {
		struct kmalloc_cpu *list = &arch_this_cpu()->pages.kmalloc[page->order];

		*(void **)p = list->first;
		list->first = p;
		if (unlikely(++list->nr_free > 2 * class_batch(page->order)))
			give_slow(list, page->order, class_batch(page->order));
	} else {
		struct size_class *class = &classes[page->order];

		spin_lock(&class->lock);
		class_give_locked(class, p);
		spin_unlock(&class->lock);
	}
	arch_irq_restore(irq);
}

void *kzalloc(size_t size)
{
	void *p = kmalloc(size);

	if (p)
		memset(p, 0, size);
	return p;
}

void *kcalloc(size_t n, size_t size)
{
	size_t bytes;

	return mul_overflows(n, size, &bytes) ? NULL : kzalloc(bytes);
}

static size_t allocated_bytes(void *p)
{
	struct page *page = page_from_virt(p);

	return page->flags & PAGE_SLAB ? class_bytes(page->order) : PAGE_SIZE << page->order;
}

void *krealloc(void *p, size_t size)
{
	size_t have;
	void *to;

	if (!p)
		return kmalloc(size);
	have = allocated_bytes(p);
	if (size <= have && (size > have / 2 || have <= 64))
		return p;
	to = kmalloc(size);
	if (!to)
		return NULL;
	memcpy(to, p, min(size, have));
	kfree(p);
	return to;
}
