// SPDX-License-Identifier: MIT
/* The pages of the vDSO: never freed, each holding a reference for ever. */
#include <kernel/vdso_data.h>

#include <arch/barrier.h>
#include <arch/vdso.h>
#include <kernel/errno.h>
#include <kernel/spinlock.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <mm/page.h>

#define MAX_IMAGE_PAGES 4

static struct spinlock lock = SPINLOCK_INIT;

/* Guarded by lock. */
static struct vdso_data values;
static struct page *data_page; /* holds a copy of values; set once, all others before it */
static struct page *image_pages[MAX_IMAGE_PAGES];

static void publish_locked(struct vdso_data *to)
{
	uint32_t seq = to->seq;

	WRITE_ONCE(to->seq, seq + 1);
	smp_wmb();
	to->has_clock = values.has_clock;
	to->counter_base = values.counter_base;
	to->counter_mult = values.counter_mult;
	to->realtime_offset_ns = values.realtime_offset_ns;
	smp_wmb();
	WRITE_ONCE(to->seq, seq + 2);
}

void vdso_update(uint64_t counter_base, uint64_t counter_mult, uint64_t realtime_offset_ns)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	values = (struct vdso_data){
		.has_clock = 1, .counter_base = counter_base, .counter_mult = counter_mult,
		.realtime_offset_ns = realtime_offset_ns,
	};
	if (data_page)
		publish_locked(page_address(data_page));
	spin_unlock_irqrestore(&lock, flags);
}

static unsigned int nr_image_pages(void)
{
	return (unsigned int)DIV_ROUND_UP(arch_vdso_image_size, PAGE_SIZE);
}

static int make_pages(struct page **data)
{
	size_t left = arch_vdso_image_size;

	for (unsigned int i = 0; i < nr_image_pages(); i++) {
		if (!image_pages[i])
			image_pages[i] = page_alloc(ALLOC_ZERO);
		if (!image_pages[i])
			return -ENOMEM;
		memcpy(page_address(image_pages[i]), arch_vdso_image + i * PAGE_SIZE, min(left, PAGE_SIZE));
		left -= min(left, PAGE_SIZE);
	}
	*data = page_alloc(ALLOC_ZERO);
	return *data ? 0 : -ENOMEM;
}

/* The first program's exec makes them, so no two callers are here before data_page is set. */
int vdso_pages(struct page **data, struct page *const **image, unsigned int *nr_image)
{
	unsigned long flags;
	int err;

	if (!data_page) {
		struct page *page;

		err = make_pages(&page);
		if (err)
			return err;
		flags = spin_lock_irqsave(&lock);
		publish_locked(page_address(page));
		data_page = page;
		spin_unlock_irqrestore(&lock, flags);
	}
	*data = data_page;
	*image = image_pages;
	*nr_image = nr_image_pages();
	return 0;
}
