// SPDX-License-Identifier: MIT
/* mremap (man 2): a mapping grows, shrinks or moves; its page-table entries move with it. */
#include "vma_internal.h"

#include <kernel/errno.h>
#include <linux/mman.h>

struct remap {
	struct vm_space *space;
	struct vma *vma; /* the old one */
	vaddr_t old;
	size_t old_size, new_size;
	unsigned int flags;
	vaddr_t new_addr; /* MREMAP_FIXED, and the result */
};

static void count(struct vm_space *space, int64_t bytes, uint32_t flags)
{
	space->total_pages += bytes >> PAGE_SHIFT;
	space->peak_pages = max(space->peak_pages, space->total_pages);
	if (flags & VMA_LOCKED)
		space->locked_pages += bytes >> PAGE_SHIFT;
}

/* The mapping at old, if it covers all that is asked for. */
static int find_old(struct remap *r)
{
	struct vma *vma = vma_find(r->space, r->old);

	if (!vma)
		return -EFAULT;
	if (vma->flags & VMA_SEALED)
		return -EPERM;
	if (!r->old_size && !(vma->flags & VMA_SHARED))
		return -EINVAL;
	if (r->flags & MREMAP_DONTUNMAP && (vma->flags & VMA_IO || vma->flags & VMA_SPECIAL))
		return -EINVAL;
	if (r->old_size > vma->end - r->old)
		return -EFAULT;
	if (r->new_size > r->old_size && vma->flags & (VMA_IO | VMA_SPECIAL))
		return -EFAULT;
	r->vma = vma;
	return 0;
}

static bool can_grow_in_place(const struct remap *r)
{
	const struct vma *vma = r->vma;
	size_t add = r->new_size - r->old_size;

	if (r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) || !r->old_size || vma->end != r->old + r->old_size)
		return false;
	if (USER_VA_END - vma->end < add)
		return false;
	return list_is_last(&vma->list_node, &r->space->vma_list) ||
	       list_next_entry(vma, list_node)->start - vma->end >= add;
}

static int move(struct remap *r)
{
	size_t keep = min(r->old_size, r->new_size);
	uint32_t flags = r->vma->flags;
	struct vma *copy;
	int err;

	if (r->flags & MREMAP_FIXED) {
		err = unmap_locked(r->space, r->new_addr, r->new_addr + r->new_size);
		if (!err)
			err = find_old(r);
	} else {
		err = find_free_range(r->space, r->flags & MREMAP_DONTUNMAP ? r->new_addr : 0, r->new_size, 0,
			&r->new_addr);
	}
	if (err)
		return err;
	copy = vma_dup_at(r->vma, r->old, r->new_addr, r->new_size);
	if (!copy)
		return -ENOMEM;
	vma_insert(r->space, copy);
	count(r->space, r->new_size, flags);
	err = move_range(r->space, r->old, r->new_addr, keep);
	if (err) {
		/* Back to where they were: those tables exist. */
		(void)move_range(r->space, r->new_addr, r->old, keep);
		(void)unmap_locked(r->space, r->new_addr, r->new_addr + r->new_size);
		return err;
	}
	if (r->old_size && !(r->flags & MREMAP_DONTUNMAP))
		err = unmap_locked(r->space, r->old, r->old + r->old_size);
	copy = vma_find(r->space, r->new_addr);
	if (copy)
		vma_merge(copy);
	return err;
}

/* It starts in a mapping; what follows may be anything, as in munmap. */
static int shrink(struct remap *r)
{
	if (!vma_find(r->space, r->old))
		return -EFAULT;
	r->new_addr = r->old;
	if (r->new_size == r->old_size)
		return 0;
	if (r->old_size > USER_VA_END - r->old)
		return -EINVAL;
	return unmap_locked(r->space, r->old + r->new_size, r->old + r->old_size);
}

static int resize(struct remap *r)
{
	size_t add;
	int err;

	if (r->new_size <= r->old_size && !(r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)))
		return shrink(r);
	err = find_old(r);
	if (err)
		return err;
	add = r->new_size - min(r->old_size, r->new_size);
	if (r->flags & MREMAP_DONTUNMAP)
		add = r->new_size;
	if (r->vma->flags & VMA_LOCKED && !vm_may_lock(r->space, add))
		return -EAGAIN;
	err = check_room(r->space, add, r->vma->flags);
	if (err)
		return err;
	if (can_grow_in_place(r)) {
		r->vma->end += add;
		count(r->space, add, r->vma->flags);
		vma_merge(r->vma);
		r->new_addr = r->old;
		return 0;
	}
	return r->flags & MREMAP_MAYMOVE ? move(r) : -ENOMEM;
}

int vm_remap(struct vm_space *space, vaddr_t old, size_t old_size, size_t new_size, unsigned int flags, vaddr_t new_addr, vaddr_t *out)
{
	struct remap r = { .space = space, .old = old, .old_size = ALIGN_UP(old_size, PAGE_SIZE),
		.new_size = ALIGN_UP(new_size, PAGE_SIZE), .flags = flags, .new_addr = new_addr };
	bool populate;
	int err;

	if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP) ||
		(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) && !(flags & MREMAP_MAYMOVE)) ||
		(flags & MREMAP_DONTUNMAP && r.old_size != r.new_size))
		return -EINVAL;
	if (old & (PAGE_SIZE - 1) || !r.new_size || old >= USER_VA_END)
		return -EINVAL;
	if (r.new_size > USER_VA_END)
		return flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) ? -EINVAL : -ENOMEM;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) {
		if (new_addr & (PAGE_SIZE - 1) || (flags & MREMAP_FIXED && new_addr < USER_VA_START) ||
			new_addr > USER_VA_END - r.new_size)
			return -EINVAL;
		if (old + r.old_size > new_addr && new_addr + r.new_size > old)
			return -EINVAL;
	}
	rwsem_write_lock(&space->lock);
	err = resize(&r);
	populate = !err && r.new_size > r.old_size && vma_find(space, r.new_addr)->flags & VMA_LOCKED;
	rwsem_write_unlock(&space->lock);
	if (err)
		return err;
	*out = r.new_addr;
	if (populate)
		(void)vm_populate(space, r.new_addr + r.old_size, r.new_addr + r.new_size, true, false);
	return 0;
}
