/* SPDX-License-Identifier: MIT */
/*
 * address_space: an inode's page cache. For ramfs and tmpfs the cache is the file; disk file systems fill it
 * by read_page and may lose clean pages to the shrinker.
 */
#pragma once

#include <kernel/mutex.h>
#include <kernel/spinlock.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>
#include <lib/xarray.h>

struct address_space;
struct page;
struct vma;

struct address_space_ops {
	/* Fills a locked page that is not up to date. 0 or -EIO ... NULL: new pages are zeroes (ramfs). May sleep. */
	int (*read_page)(struct address_space *mapping, struct page *page);
	/* Writes a dirty page back. NULL: the cache is the only copy. */
	int (*write_page)(struct address_space *mapping, struct page *page);
	/* Accounting (tmpfs size=): asked before a new page goes in, 0 or -ENOSPC; told when nr pages are gone. NULL: none.
	 * Must not sleep; mapping->lock may be held. */
	int (*charge_page)(struct address_space *mapping);
	void (*uncharge_pages)(struct address_space *mapping, uint64_t nr_pages);
};

struct address_space {
	struct spinlock lock;

	/* Guarded by lock. */
	struct xarray pages;
	uint64_t nr_pages;

	struct mutex vma_lock;
	struct list_head vmas; /* Guarded by vma_lock: mappings to zap at truncate, by vma->mapping_node */

	const struct address_space_ops *ops;
	void *host;		/* the inode */
	bool is_shmem;		/* counts as Shmem */
};

void address_space_init(struct address_space *mapping, const struct address_space_ops *ops, void *host);
void address_space_destroy(struct address_space *mapping); /* frees all pages; no vma maps it */

/* The cached page, with a reference, or NULL. Any thread context. */
struct page *page_cache_find(struct address_space *mapping, uint64_t index);

/* The page, made (and read) if it is not there, up to date, with a reference. 0, -ENOMEM, -EIO, -ENOSPC. May sleep. */
__must_check int page_cache_get(struct address_space *mapping, uint64_t index, struct page **out);

/* Puts a ready page there (initramfs hands over what it filled), taking a reference of its own. 0, -EEXIST, -ENOMEM,
 * -ENOSPC. */
__must_check int page_cache_add(struct address_space *mapping, uint64_t index, struct page *page);

/* Drops pages from index on, zeroes the tail of the page that holds new_size, unmaps them everywhere. May sleep. */
void page_cache_truncate(struct address_space *mapping, uint64_t new_size_bytes);
/* FALLOC_FL_PUNCH_HOLE. */
void page_cache_punch(struct address_space *mapping, uint64_t start_bytes, uint64_t end_bytes);

/* Whether a page is cached at or after *index (SEEK_DATA): moves *index there. */
bool page_cache_next(struct address_space *mapping, uint64_t *index);

/*
 * A vma that maps the file: called by the file's mmap operation. From then on mm keeps it (and its copies by fork and
 * split) findable for truncate, and may map neighbours of a faulting page straight from the cache. A second call does
 * nothing. Returns 0. The vma leaves the mapping by itself when it is freed.
 */
int address_space_add_vma(struct address_space *mapping, struct vma *vma);
void address_space_remove_vma(struct address_space *mapping, struct vma *vma);
