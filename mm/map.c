// SPDX-License-Identifier: MIT
/* mmap, munmap, mprotect and brk (man 2): changes of the set of vmas, the lock held for writing. */
#include "vma_internal.h"

#include <kernel/cred.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <linux/resource.h>
#include <mm/address_space.h>

/* --- where and whether --------------------------------------------------------------------------- */

static bool range_is_free(struct vm_space *space, vaddr_t start, size_t size)
{
	struct vma *vma;

	if (start < USER_VA_START || start >= USER_VA_END || size > USER_VA_END - start)
		return false;
	vma = vma_find_next(space, start);
	return !vma || vma->start >= start + size;
}

/* The highest gap below mmap_top that is large enough; if there is none, any gap from the bottom up. */
int find_free_range(struct vm_space *space, vaddr_t hint, size_t size, vaddr_t max_end, vaddr_t *out)
{
	vaddr_t top = max_end ? min(max_end, space->mmap_top) : space->mmap_top;
	struct vma *vma;

	if (hint && range_is_free(space, hint, size)) {
		*out = hint;
		return 0;
	}
	list_for_each_entry_reverse(vma, &space->vma_list, list_node) {
		if (vma->end <= top && top - vma->end >= size) {
			*out = top - size;
			return 0;
		}
		top = min(top, vma->start);
	}
	if (top >= USER_VA_START && top - USER_VA_START >= size) {
		*out = top - size;
		return 0;
	}
	top = USER_VA_START;
	list_for_each_entry(vma, &space->vma_list, list_node) {
		if (vma->start > top && vma->start - top >= size)
			break;
		top = max(top, vma->end);
	}
	if ((max_end ?: USER_VA_END) < top || (max_end ?: USER_VA_END) - top < size)
		return -ENOMEM;
	*out = top;
	return 0;
}

int check_room(struct vm_space *space, size_t size, uint32_t flags)
{
	struct page_stats stats;

	if (((space->total_pages << PAGE_SHIFT) + size) > vm_limit(RLIMIT_AS))
		return -ENOMEM;
	if (space->nr_vmas > VM_MAX_VMAS)
		return -ENOMEM;
	/* Overcommit as Linux's heuristic: only what could never be is refused. */
	if (size < 64ul << 20 || flags & (VMA_SHARED | VMA_NO_RESERVE) || !(flags & VMA_WRITE))
		return 0;
	page_get_stats(&stats);
	return size >> PAGE_SHIFT > stats.total_pages ? -ENOMEM : 0;
}

static void count_pages(struct vm_space *space, int64_t bytes, uint32_t flags)
{
	space->total_pages += bytes >> PAGE_SHIFT;
	space->peak_pages = max(space->peak_pages, space->total_pages);
	if (flags & VMA_LOCKED)
		space->locked_pages += bytes >> PAGE_SHIFT;
}

bool vm_may_lock(struct vm_space *space, size_t size)
{
	uint64_t limit = vm_limit(RLIMIT_MEMLOCK);

	return limit == RLIM_INFINITY || (space->locked_pages << PAGE_SHIFT) + size <= limit || capable(CAP_IPC_LOCK);
}

/* --- munmap -------------------------------------------------------------------------------------- */

int unmap_locked(struct vm_space *space, vaddr_t start, vaddr_t end)
{
	struct vma *vma = vma_find_next(space, start), *next;
	int err;

	for (struct vma *v = vma; v && v->start < end;
		v = list_is_last(&v->list_node, &space->vma_list) ? NULL : list_next_entry(v, list_node))
		if (v->flags & VMA_SEALED)
			return -EPERM;
	if (!vma || vma->start >= end)
		return 0;
	err = vma_split_range(space, start, end);
	if (err)
		return err;
	for (vma = vma_find_next(space, start); vma && vma->start < end; vma = next) {
		next = list_is_last(&vma->list_node, &space->vma_list) ? NULL : list_next_entry(vma, list_node);
		zap_range(vma, vma->start, vma->end, true);
		count_pages(space, -(int64_t)(vma->end - vma->start), vma->flags);
		vma_remove(space, vma);
		vma_free(vma);
	}
	return 0;
}

static int check_range(vaddr_t start, size_t *size)
{
	if (start & (PAGE_SIZE - 1) || start > USER_VA_END || *size > USER_VA_END - start)
		return -EINVAL;
	*size = ALIGN_UP(*size, PAGE_SIZE);
	return *size ? 0 : -EINVAL;
}

int vm_unmap(struct vm_space *space, vaddr_t start, size_t size)
{
	int err = check_range(start, &size);

	if (err)
		return err;
	rwsem_write_lock(&space->lock);
	err = unmap_locked(space, start, start + size);
	rwsem_write_unlock(&space->lock);
	return err;
}

/* --- mmap ---------------------------------------------------------------------------------------- */

static int choose_place(struct vm_space *space, const struct vm_map_request *request, size_t size, vaddr_t *out)
{
	vaddr_t addr = request->addr;

	if (!request->fixed && !request->fixed_noreplace) {
		addr = ALIGN_UP(addr, PAGE_SIZE);
		return find_free_range(space, addr && addr < USER_VA_START ? USER_VA_START : addr, size,
			request->max_end, out);
	}
	if (addr & (PAGE_SIZE - 1))
		return -EINVAL;
	if (addr > USER_VA_END || size > USER_VA_END - addr)
		return -MMAP_BEYOND_ERROR;
	if (addr < USER_VA_START)
		return -EPERM;
	*out = addr;
	if (!request->fixed_noreplace)
		return unmap_locked(space, addr, addr + size);
	return range_is_free(space, addr, size) ? 0 : -EEXIST;
}

static int map_locked(struct vm_space *space, const struct vm_map_request *request, size_t size, vaddr_t *out)
{
	uint32_t flags = request->flags | space->default_flags;
	struct vma *vma;
	int err;

	err = check_room(space, size, flags);
	if (!err && flags & VMA_LOCKED && !vm_may_lock(space, size))
		err = -EAGAIN;
	if (!err)
		err = choose_place(space, request, size, out);
	if (err)
		return err;
	vma = vma_alloc(space, *out, *out + size, flags);
	if (!vma)
		return -ENOMEM;
	vma->pgoff = request->pgoff;
	err = request->setup ? request->setup(vma, request->ctx) : 0;
	if (err) {
		/* The object may have mapped something before it gave up, and took no reference. */
		zap_range(vma, vma->start, vma->end, true);
		vma->ops = NULL;
		vma_free(vma);
		return err;
	}
	vma_insert(space, vma);
	count_pages(space, size, vma->flags);
	vma_merge(vma);
	return 0;
}

int vm_map(struct vm_space *space, const struct vm_map_request *request, vaddr_t *out)
{
	size_t size = ALIGN_UP(request->size, PAGE_SIZE);
	bool populate;
	int err;

	if (!request->size)
		return -EINVAL;
	if (size < request->size || size > USER_VA_END)
		return -ENOMEM;
	if (request->pgoff + (size >> PAGE_SHIFT) < request->pgoff)
		return -EOVERFLOW;
	rwsem_write_lock(&space->lock);
	err = map_locked(space, request, size, out);
	populate = request->populate || (request->flags | space->default_flags) & VMA_LOCKED;
	rwsem_write_unlock(&space->lock);
	if (!err && populate)
		(void)vm_populate(space, *out, *out + size, false, false);
	return err;
}

int vm_map_device(struct vma *vma, paddr_t paddr, unsigned int prot_extra)
{
	struct vm_space *space = vma->space;
	int err;

	vma->flags |= VMA_IO | VMA_DONT_DUMP;
	spin_lock(&space->page_table_lock);
	err = 0;
	for (vaddr_t va = vma->start; va < vma->end && !err; va += PAGE_SIZE, paddr += PAGE_SIZE) {
		pte_t *slot = pagetable_slot(&space->pagetable, va, true);

		if (slot)
			*slot = arch_pte_make(paddr, vma_prot(vma) | prot_extra, 0);
		else
			err = -ENOMEM;
	}
	arch_pte_sync();
	spin_unlock(&space->page_table_lock);
	return err;
}

/* --- mprotect ------------------------------------------------------------------------------------ */

static_assert(VMA_MAY_READ == VMA_READ << 4 && VMA_MAY_WRITE == VMA_WRITE << 4 && VMA_MAY_EXEC == VMA_EXEC << 4);

static int protect_one(struct vm_space *space, struct vma *vma, vaddr_t start, vaddr_t end, uint32_t rwx)
{
	uint32_t flags = (vma->flags & ~(VMA_READ | VMA_WRITE | VMA_EXEC | VMA_GUARDED)) | rwx;

	if (vma->flags & VMA_SEALED)
		return -EPERM;
	if (rwx & ~(vma->flags / VMA_MAY_READ) & (VMA_READ | VMA_WRITE | VMA_EXEC))
		return -EACCES;
	if (flags == vma->flags)
		return 0;
	if (vma_split_range(space, max(start, vma->start), min(end, vma->end)))
		return -ENOMEM;
	vma = vma_find(space, max(start, vma->start));
	vma->flags = flags;
	reprotect_range(vma, vma->start, vma->end);
	vma_merge(vma);
	return 0;
}

int vm_protect(struct vm_space *space, vaddr_t start, size_t size, uint32_t rwx)
{
	vaddr_t at = start, end;
	int err = 0;

	if (start & (PAGE_SIZE - 1))
		return -EINVAL;
	if (!size)
		return 0;
	end = start + ALIGN_UP(size, PAGE_SIZE);
	if (end <= start)
		return -ENOMEM;
	rwsem_write_lock(&space->lock);
	while (at < end && !err) {
		struct vma *vma = vma_find(space, at);
		vaddr_t next;

		if (!vma) {
			err = -ENOMEM;
			break;
		}
		next = vma->end;
		err = protect_one(space, vma, at, end, rwx);
		at = next;
	}
	rwsem_write_unlock(&space->lock);
	return err;
}

/* --- brk ----------------------------------------------------------------------------------------- */

static int grow_brk(struct vm_space *space, vaddr_t from, vaddr_t to)
{
	uint32_t flags = VMA_READ | VMA_WRITE | VMA_MAY_READ | VMA_MAY_WRITE | VMA_MAY_EXEC | space->default_flags;
	struct vma *vma;

	if (!range_is_free(space, from, to - from) || check_room(space, to - from, flags))
		return -ENOMEM;
	if (flags & VMA_LOCKED && !vm_may_lock(space, to - from))
		return -ENOMEM;
	vma = vma_alloc(space, from, to, flags);
	if (!vma)
		return -ENOMEM;
	vma_insert(space, vma);
	vma_merge(vma);
	count_pages(space, to - from, flags);
	return 0;
}

int vm_brk(struct vm_space *space, vaddr_t wanted, vaddr_t *out)
{
	vaddr_t old_end, new_end;
	bool populate = false;
	int err = 0;

	rwsem_write_lock(&space->lock);
	*out = space->brk;
	if (wanted < space->brk_start || wanted > USER_VA_END)
		goto unlock;
	if (wanted - space->brk_start + (space->data_end - space->data_start) > vm_limit(RLIMIT_DATA)) {
		err = -ENOMEM;
		goto unlock;
	}
	old_end = ALIGN_UP(space->brk, PAGE_SIZE);
	new_end = ALIGN_UP(wanted, PAGE_SIZE);
	if (new_end < old_end)
		err = unmap_locked(space, new_end, old_end);
	else if (new_end > old_end)
		err = grow_brk(space, old_end, new_end);
	if (!err) {
		space->brk = *out = wanted;
		populate = new_end > old_end && space->default_flags & VMA_LOCKED;
	}
unlock:
	rwsem_write_unlock(&space->lock);
	if (populate)
		(void)vm_populate(space, old_end, new_end, true, false);
	return err;
}

/* --- shared memory without a file ---------------------------------------------------------------- */

struct shared_anon {
	unsigned int refs; /* vmas */
	struct address_space mapping;
};

static void shared_anon_open(struct vma *vma)
{
	struct shared_anon *object = vma->private_data;

	__atomic_fetch_add(&object->refs, 1, __ATOMIC_RELAXED);
}

static void shared_anon_close(struct vma *vma)
{
	struct shared_anon *object = vma->private_data;

	if (__atomic_sub_fetch(&object->refs, 1, __ATOMIC_ACQ_REL))
		return;
	address_space_destroy(&object->mapping);
	kfree(object);
}

static int shared_anon_fault(struct vm_fault *fault)
{
	return vm_fault_page_cache(fault, UINT64_MAX - PAGE_SIZE);
}

static void shared_anon_name(struct vma *vma __maybe_unused, char *buf, size_t size)
{
	static const char name[] = "/dev/zero (deleted)";

	for (size_t i = 0; i < size && i < sizeof(name); i++)
		buf[i] = name[i];
}

static const struct vm_operations shared_anon_ops = {
	.open = shared_anon_open,
	.close = shared_anon_close,
	.fault = shared_anon_fault,
	.name = shared_anon_name,
};

int vm_map_anonymous(struct vma *vma)
{
	struct shared_anon *object;

	if (!(vma->flags & VMA_SHARED)) {
		vma->pgoff = 0;
		return 0;
	}
	object = kmalloc(sizeof(*object));
	if (!object)
		return -ENOMEM;
	object->refs = 1;
	address_space_init(&object->mapping, NULL, NULL);
	object->mapping.is_shmem = true;
	vma->pgoff = 0;
	vma->private_data = object;
	vma->ops = &shared_anon_ops;
	return address_space_add_vma(&object->mapping, vma);
}
