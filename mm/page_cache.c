// SPDX-License-Identifier: MIT
/*
 * The page cache of an inode. A page in it is up to date or locked by the thread that reads it; who finds a
 * locked one waits. Removal clears page->mapping first and drops page-table entries after, so a fault that
 * looks at page->mapping under the page-table lock never maps a page that has been truncated.
 */
#include <mm/address_space.h>

#include <kernel/errno.h>
#include <kernel/wait.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <mm/page.h>
#include <mm/vm_space.h>

/* Shared by all locked pages: reading is rare enough. */
static struct wait_queue page_waiters = WAIT_QUEUE_INIT(page_waiters);

void address_space_init(struct address_space *mapping, const struct address_space_ops *ops, void *host)
{
	memset(mapping, 0, sizeof(*mapping));
	mutex_init(&mapping->vma_lock);
	list_init(&mapping->vmas);
	mapping->ops = ops;
	mapping->host = host;
}

void address_space_destroy(struct address_space *mapping)
{
	if (mapping->nr_pages)
		page_cache_truncate(mapping, 0);
}

static int charge(struct address_space *mapping)
{
	return mapping->ops && mapping->ops->charge_page ? mapping->ops->charge_page(mapping) : 0;
}

static void uncharge(struct address_space *mapping, uint64_t nr)
{
	if (mapping->ops && mapping->ops->uncharge_pages)
		mapping->ops->uncharge_pages(mapping, nr);
}

static void count(struct address_space *mapping, long nr)
{
	page_stat_add(STAT_CACHE, nr);
	if (mapping->is_shmem)
		page_stat_add(STAT_SHMEM, nr);
}

static bool page_test(const struct page *page, uint32_t flag)
{
	return atomic_load(&page->flags) & flag;
}

struct page *page_cache_find(struct address_space *mapping, uint64_t index)
{
	struct page *page;

	spin_lock(&mapping->lock);
	page = xa_load(&mapping->pages, index);
	if (page && page_test(page, PAGE_UPTODATE))
		page_get(page);
	else
		page = NULL;
	spin_unlock(&mapping->lock);
	return page;
}

/* The cache's own reference is taken here. */
static int insert(struct address_space *mapping, uint64_t index, struct page *page, uint32_t flags)
{
	int err = charge(mapping);

	if (err)
		return err;
	page->mapping = mapping;
	page->index = index;
	page_set_flags(page, PAGE_CACHE | flags);
	page_get(page);
	spin_lock(&mapping->lock);
	err = xa_insert(&mapping->pages, index, page);
	if (!err)
		mapping->nr_pages++;
	spin_unlock(&mapping->lock);
	if (!err) {
		count(mapping, 1);
		return 0;
	}
	page_clear_flags(page, PAGE_CACHE | flags);
	page_put(page);
	uncharge(mapping, 1);
	return err;
}

int page_cache_add(struct address_space *mapping, uint64_t index, struct page *page)
{
	return insert(mapping, index, page, PAGE_UPTODATE);
}

static void unlock_page(struct page *page)
{
	page_clear_flags(page, PAGE_LOCKED);
	wake_up_all(&page_waiters);
}

/* Takes page out if it is still there; drops the cache's reference. */
static void remove_page(struct address_space *mapping, struct page *page)
{
	bool was_there;

	spin_lock(&mapping->lock);
	was_there = page->mapping == mapping;
	if (was_there) {
		xa_erase(&mapping->pages, page->index);
		mapping->nr_pages--;
		WRITE_ONCE(page->mapping, NULL);
	}
	spin_unlock(&mapping->lock);
	if (!was_there)
		return;
	count(mapping, -1);
	uncharge(mapping, 1);
	page_put(page);
}

/* A new page: empty for ramfs, else read by the file system while others wait for its lock. */
static int make_page(struct address_space *mapping, uint64_t index, struct page **out)
{
	int (*read)(struct address_space *, struct page *) = mapping->ops ? mapping->ops->read_page : NULL;
	struct page *page = page_alloc(ALLOC_FILE | (read ? 0 : ALLOC_ZERO));
	int err;

	if (!page)
		return -ENOMEM;
	err = insert(mapping, index, page, read ? PAGE_LOCKED : PAGE_UPTODATE);
	if (err) {
		page_put(page);
		return err;
	}
	if (read) {
		err = read(mapping, page);
		if (err) {
			remove_page(mapping, page);
			unlock_page(page);
			page_put(page);
			return err;
		}
		page_set_flags(page, PAGE_UPTODATE);
		unlock_page(page);
	}
	*out = page;
	return 0;
}

int page_cache_get(struct address_space *mapping, uint64_t index, struct page **out)
{
	for (;;) {
		struct page *page;

		spin_lock(&mapping->lock);
		page = xa_load(&mapping->pages, index);
		if (page)
			page_get(page);
		spin_unlock(&mapping->lock);

		if (likely(page)) {
			if (unlikely(page_test(page, PAGE_LOCKED)))
				wait_event(&page_waiters, !page_test(page, PAGE_LOCKED));
			if (likely(page_test(page, PAGE_UPTODATE))) {
				*out = page;
				return 0;
			}
			page_put(page);
		} else {
			int err = make_page(mapping, index, out);

			if (err != -EEXIST)
				return err;
		}
	}
}

bool page_cache_next(struct address_space *mapping, uint64_t *index)
{
	bool found;

	spin_lock(&mapping->lock);
	found = xa_next(&mapping->pages, index, UINT64_MAX) != NULL;
	spin_unlock(&mapping->lock);
	return found;
}

/* --- taking pages away --------------------------------------------------------------------------- */

int address_space_add_vma(struct address_space *mapping, struct vma *vma)
{
	if (vma->mapping)
		return 0;
	vma->mapping = mapping;
	mutex_lock(&mapping->vma_lock);
	list_add_tail(&vma->mapping_node, &mapping->vmas);
	mutex_unlock(&mapping->vma_lock);
	return 0;
}

void address_space_remove_vma(struct address_space *mapping, struct vma *vma)
{
	if (!vma->mapping)
		return;
	mutex_lock(&mapping->vma_lock);
	list_del(&vma->mapping_node);
	mutex_unlock(&mapping->vma_lock);
	vma->mapping = NULL;
}

static void zap_vmas(struct address_space *mapping, uint64_t index, uint64_t nr)
{
	struct vma *vma;

	/* Who maps meanwhile is on the list here, or sees that the pages have gone from the cache. */
	atomic_fence();
	if (list_empty(&mapping->vmas))
		return;
	mutex_lock(&mapping->vma_lock);
	list_for_each_entry(vma, &mapping->vmas, mapping_node)
		vma_zap(vma, index, nr);
	mutex_unlock(&mapping->vma_lock);
}

/* Removes the pages of [start, end), in batches so that the lock is never held for long. */
static void remove_range(struct address_space *mapping, uint64_t start, uint64_t end)
{
	while (start < end) {
		struct page *batch[16];
		unsigned int n = 0;

		spin_lock(&mapping->lock);
		while (n < ARRAY_SIZE(batch) && start < end) {
			struct page *page = xa_next(&mapping->pages, &start, end - 1);

			if (!page) {
				start = end;
				break;
			}
			xa_erase(&mapping->pages, start++);
			mapping->nr_pages--;
			WRITE_ONCE(page->mapping, NULL);
			batch[n++] = page;
		}
		spin_unlock(&mapping->lock);
		if (!n)
			break;
		count(mapping, -(long)n);
		uncharge(mapping, n);
		while (n)
			page_put(batch[--n]);
	}
}

/* Zeroes [from, to) of the page at index, if it is cached. */
static void zero_part(struct address_space *mapping, uint64_t index, size_t from, size_t to)
{
	struct page *page = from < to ? page_cache_find(mapping, index) : NULL;

	if (!page)
		return;
	memset((char *)page_address(page) + from, 0, to - from);
	page_set_flags(page, PAGE_DIRTY);
	page_put(page);
}

void page_cache_truncate(struct address_space *mapping, uint64_t new_size_bytes)
{
	uint64_t first = (new_size_bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;

	zero_part(mapping, new_size_bytes >> PAGE_SHIFT, new_size_bytes & (PAGE_SIZE - 1),
		new_size_bytes & (PAGE_SIZE - 1) ? PAGE_SIZE : 0);
	remove_range(mapping, first, UINT64_MAX);
	zap_vmas(mapping, first, UINT64_MAX - first);
}

void page_cache_punch(struct address_space *mapping, uint64_t start_bytes, uint64_t end_bytes)
{
	uint64_t first = (start_bytes + PAGE_SIZE - 1) >> PAGE_SHIFT, last = end_bytes >> PAGE_SHIFT;

	if (start_bytes >= end_bytes)
		return;
	if (first > last) {
		zero_part(mapping, last, start_bytes & (PAGE_SIZE - 1), end_bytes & (PAGE_SIZE - 1));
		return;
	}
	if (start_bytes & (PAGE_SIZE - 1))
		zero_part(mapping, first - 1, start_bytes & (PAGE_SIZE - 1), PAGE_SIZE);
	zero_part(mapping, last, 0, end_bytes & (PAGE_SIZE - 1));
	remove_range(mapping, first, last);
	zap_vmas(mapping, first, last - first);
}
