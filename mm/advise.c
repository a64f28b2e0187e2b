// SPDX-License-Identifier: MIT
/* madvise, msync, mlock, mincore, mseal (man 2): what is said about, or asked of, mapped ranges. */
#include "vma_internal.h"

#include <kernel/errno.h>
#include <linux/mman.h>
#include <linux/resource.h>
#include <mm/address_space.h>

struct walk {
	vaddr_t start, end; /* of the part inside the vma */
	int advice;
	int sync_flags;
	bool set; /* lock or unlock */
};

/* Calls fn for each vma's part of [start, end); -ENOMEM in the end if there were holes. */
static int for_each_part(struct vm_space *space, vaddr_t start, vaddr_t end, struct walk *walk,
	int (*fn)(struct vma *vma, struct walk *walk))
{
	bool hole = false;

	while (start < end) {
		struct vma *vma = vma_find_next(space, start);
		int err;

		if (!vma || vma->start >= end)
			return -ENOMEM;
		hole |= vma->start > start;
		walk->start = max(vma->start, start);
		start = walk->end = min(vma->end, end);
		err = fn(vma, walk);
		if (err)
			return err;
	}
	return hole ? -ENOMEM : 0;
}

static int check_range(vaddr_t start, size_t size, vaddr_t *end)
{
	if (start & (PAGE_SIZE - 1))
		return -EINVAL;
	*end = start + ALIGN_UP(size, PAGE_SIZE);
	return *end < start || (size && !ALIGN_UP(size, PAGE_SIZE)) ? -EINVAL : 0;
}

/* Sets and clears flags on just that part of the vma. */
static int change_flags(struct vma *vma, const struct walk *walk, uint32_t set, uint32_t clear)
{
	struct vm_space *space = vma->space;
	uint32_t flags = (vma->flags & ~clear) | set;

	if (flags == vma->flags)
		return 0;
	if (vma_split_range(space, walk->start, walk->end))
		return -ENOMEM;
	vma = vma_find(space, walk->start);
	if ((vma->flags ^ flags) & VMA_LOCKED)
		space->locked_pages += (set & VMA_LOCKED ? 1 : -1) * (int64_t)((vma->end - vma->start) >> PAGE_SHIFT);
	vma->flags = flags;
	vma_merge(vma);
	return 0;
}

/* --- madvise ------------------------------------------------------------------------------------- */

static int advise_drop(struct vma *vma, struct walk *walk)
{
	if (vma->flags & (VMA_LOCKED | VMA_IO))
		return -EINVAL;
	if (walk->advice == MADV_FREE && vma->ops)
		return -EINVAL;
	if (vma->flags & VMA_SEALED && !(vma->flags & VMA_WRITE) && !vma->ops)
		return -EPERM;
	zap_range(vma, walk->start, walk->end, true);
	return 0;
}

static int advise_remove(struct vma *vma, struct walk *walk)
{
	uint64_t from = vma_index(vma, walk->start), to = from + ((walk->end - walk->start) >> PAGE_SHIFT);

	if (vma->flags & VMA_LOCKED || !vma->mapping)
		return -EINVAL;
	if (!(vma->flags & VMA_SHARED) || !(vma->flags & VMA_WRITE))
		return -EACCES;
	page_cache_punch(vma->mapping, from << PAGE_SHIFT, to << PAGE_SHIFT);
	return 0;
}

static int advise_part(struct vma *vma, struct walk *walk)
{
	switch (walk->advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return advise_drop(vma, walk);
	case MADV_REMOVE:
		return advise_remove(vma, walk);
	case MADV_DONTFORK:
		return change_flags(vma, walk, VMA_DONT_COPY, 0);
	case MADV_DOFORK:
		return vma->flags & VMA_IO ? -EINVAL : change_flags(vma, walk, 0, VMA_DONT_COPY);
	case MADV_WIPEONFORK:
		return vma->ops ? -EINVAL : change_flags(vma, walk, VMA_WIPE_ON_FORK, 0);
	case MADV_KEEPONFORK:
		return change_flags(vma, walk, 0, VMA_WIPE_ON_FORK);
	case MADV_DONTDUMP:
		return change_flags(vma, walk, VMA_DONT_DUMP, 0);
	case MADV_DODUMP:
		return vma->flags & VMA_IO ? -EINVAL : change_flags(vma, walk, 0, VMA_DONT_DUMP);
	default:
		return 0;
	}
}

static bool advice_is_known(int advice)
{
	switch (advice) {
	case MADV_NORMAL ... MADV_DONTNEED:
	case MADV_FREE ... MADV_DOFORK:
	case MADV_HUGEPAGE ... MADV_PAGEOUT:
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
	case MADV_DONTNEED_LOCKED:
		return true;
	default:
		return false; /* MADV_MERGEABLE, MADV_HWPOISON ...: as Linux without those options */
	}
}

int vm_advise(struct vm_space *space, vaddr_t start, size_t size, int advice)
{
	struct walk walk = { .advice = advice };
	vaddr_t end;
	int err = check_range(start, size, &end);

	if (err || !advice_is_known(advice))
		return -EINVAL;
	if (start == end)
		return 0;
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return vm_populate(space, start, end, advice == MADV_POPULATE_WRITE, true);
	if (advice == MADV_DONTNEED || advice == MADV_FREE) {
		rwsem_read_lock(&space->lock);
		err = for_each_part(space, start, end, &walk, advise_part);
		rwsem_read_unlock(&space->lock);
	} else {
		rwsem_write_lock(&space->lock);
		err = for_each_part(space, start, end, &walk, advise_part);
		rwsem_write_unlock(&space->lock);
	}
	return err;
}

/* --- msync --------------------------------------------------------------------------------------- */

static int sync_part(struct vma *vma, struct walk *walk)
{
	if (walk->sync_flags & MS_INVALIDATE && vma->flags & VMA_LOCKED)
		return -EBUSY;
	if (!(walk->sync_flags & MS_SYNC) || !(vma->flags & VMA_SHARED) || !vma->ops || !vma->ops->msync)
		return 0;
	return vma->ops->msync(vma, vma_index(vma, walk->start), (walk->end - walk->start) >> PAGE_SHIFT);
}

int vm_sync(struct vm_space *space, vaddr_t start, size_t size, int flags)
{
	struct walk walk = { .sync_flags = flags };
	vaddr_t end;
	int err = check_range(start, size, &end);

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || (flags & MS_ASYNC && flags & MS_SYNC))
		return -EINVAL;
	if (err)
		return start & (PAGE_SIZE - 1) ? -EINVAL : -ENOMEM;
	if (start == end)
		return 0;
	rwsem_read_lock(&space->lock);
	err = for_each_part(space, start, end, &walk, sync_part);
	rwsem_read_unlock(&space->lock);
	return err;
}

/* --- mlock --------------------------------------------------------------------------------------- */

static int lock_part(struct vma *vma, struct walk *walk)
{
	if (vma->flags & (VMA_IO | VMA_SPECIAL))
		return 0;
	return walk->set ? change_flags(vma, walk, VMA_LOCKED, 0) : change_flags(vma, walk, 0, VMA_LOCKED);
}

int vm_lock_range(struct vm_space *space, vaddr_t start, size_t size, bool lock, bool populate)
{
	struct walk walk = { .set = lock };
	vaddr_t end, from = ALIGN_DOWN(start, PAGE_SIZE);
	int err = check_range(from, size + (start - from), &end);

	if (err)
		return err;
	if (from == end)
		return 0;
	rwsem_write_lock(&space->lock);
	if (lock && !vm_may_lock(space, end - from))
		err = -ENOMEM;
	else
		err = for_each_part(space, from, end, &walk, lock_part);
	rwsem_write_unlock(&space->lock);
	if (!err && populate)
		err = vm_populate(space, from, end, false, false);
	return err;
}

int vm_lock_all(struct vm_space *space, bool current_vmas, bool future, bool populate)
{
	struct walk walk = { .set = current_vmas };
	struct vma *vma;
	int err = 0;

	rwsem_write_lock(&space->lock);
	if (current_vmas && !vm_may_lock(space, (space->total_pages - space->locked_pages) << PAGE_SHIFT)) {
		err = -ENOMEM;
	} else {
		space->default_flags = future ? VMA_LOCKED : 0;
		for (vma = vma_first(space); vma && !err && (current_vmas || !future); vma = vma_find_next(space, walk.end)) {
			walk.start = vma->start;
			walk.end = vma->end;
			err = lock_part(vma, &walk);
		}
	}
	rwsem_write_unlock(&space->lock);
	/* Holes are passed over, so every vma is populated for itself. */
	for (vaddr_t at = 0; !err && populate && current_vmas; ) {
		vaddr_t from, to;

		rwsem_read_lock(&space->lock);
		vma = vma_find_next(space, at);
		from = vma ? vma->start : 0;
		to = vma ? vma->end : 0;
		rwsem_read_unlock(&space->lock);
		if (!to)
			break;
		(void)vm_populate(space, from, to, false, false);
		at = to;
	}
	return err;
}

/* --- mseal, mincore ------------------------------------------------------------------------------ */

static int seal_part(struct vma *vma, struct walk *walk)
{
	return change_flags(vma, walk, VMA_SEALED, 0);
}

static int nothing(struct vma *vma __maybe_unused, struct walk *walk __maybe_unused)
{
	return 0;
}

int vm_seal(struct vm_space *space, vaddr_t start, size_t size)
{
	struct walk walk = { 0 };
	vaddr_t end;
	int err = check_range(start, size, &end);

	if (err || start == end)
		return err;
	rwsem_write_lock(&space->lock);
	err = for_each_part(space, start, end, &walk, nothing);
	if (!err)
		err = for_each_part(space, start, end, &walk, seal_part);
	rwsem_write_unlock(&space->lock);
	return err;
}

static bool page_is_resident(struct vma *vma, vaddr_t addr)
{
	pte_t *slot;
	bool there;

	spin_lock(&vma->space->page_table_lock);
	slot = pagetable_slot(&vma->space->pagetable, addr, false);
	there = slot && arch_pte_present(*slot);
	spin_unlock(&vma->space->page_table_lock);
	if (!there && vma->mapping) {
		struct page *page = page_cache_find(vma->mapping, vma_index(vma, addr));

		there = page;
		if (page)
			page_put(page);
	}
	return there;
}

int vm_resident(struct vm_space *space, vaddr_t start, size_t nr_pages, uint8_t *vec)
{
	int err = 0;

	rwsem_read_lock(&space->lock);
	for (size_t i = 0; i < nr_pages && !err; i++) {
		vaddr_t addr = start + i * PAGE_SIZE;
		struct vma *vma = vma_find(space, addr);

		if (vma)
			vec[i] = page_is_resident(vma, addr);
		else
			err = -ENOMEM;
	}
	rwsem_read_unlock(&space->lock);
	return err;
}
