/* SPDX-License-Identifier: MIT */
/*
 * A sparse array from a 64-bit index to a pointer: a radix tree of 64-slot nodes, as high as the
 * largest index needs. The page cache of an inode is one; so are maps from ids to objects.
 *
 * The caller locks: readers may run beside readers, a store beside nobody. Nodes come from
 * kzalloc(); xa_load, xa_next and xa_erase never allocate. NULL is "nothing there". A zeroed struct
 * is an empty array.
 */
#pragma once

#include <lib/compiler.h>

#define XA_SHIFT	6
#define XA_SLOTS	(1u << XA_SHIFT)

struct xarray {
	void *root;			/* the entry of index 0 when levels == 0, else a node */
	unsigned int levels;
};

#define XARRAY_INIT	{ NULL, 0 }

void *xa_load(const struct xarray *xa, uint64_t index);

/* Replaces what was there (see xa_load). 0 or -ENOMEM. entry must not be NULL. */
int __must_check xa_store(struct xarray *xa, uint64_t index, void *entry);

/* -EEXIST when the slot is taken. */
int __must_check xa_insert(struct xarray *xa, uint64_t index, void *entry);

/* Returns what was there; frees nodes that became empty. */
void *xa_erase(struct xarray *xa, uint64_t index);

/*
 * The first entry at or after *index and at most `last`: sets *index to where it is. NULL: none.
 */
void *xa_next(const struct xarray *xa, uint64_t *index, uint64_t last);

/* Lowest empty index in min..max gets entry; its index in *out. -EBUSY: all taken; -ENOMEM. */
int __must_check xa_alloc(struct xarray *xa, uint64_t min, uint64_t max, void *entry,
			  uint64_t *out);

/* Frees all nodes; the entries are the caller's (walk with xa_for_each before). */
void xa_destroy(struct xarray *xa);

static inline bool xa_empty(const struct xarray *xa)
{
	return !xa->root;
}

/* entry in index order; entries may be erased inside, others may not be added. */
#define xa_for_each(xa, index, entry) \
	for (index = 0, entry = xa_next(xa, &(index), UINT64_MAX); entry; \
	     entry = index == UINT64_MAX ? NULL : (index++, xa_next(xa, &(index), UINT64_MAX)))
