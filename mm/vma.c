// SPDX-License-Identifier: MIT
/* The ordered set of vmas of a space: a tree to search, a list to walk. */
#include "vma_internal.h"

#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <mm/address_space.h>

struct vma *vma_find_next(struct vm_space *space, vaddr_t addr)
{
	struct rb_node *node = space->vmas.node;
	struct vma *best = atomic_load_relaxed(&space->last_hit);

	if (best && best->start <= addr && addr < best->end)
		return best;
	best = NULL;
	while (node) {
		struct vma *vma = rb_entry(node, struct vma, node);

		if (addr < vma->end) {
			best = vma;
			if (addr >= vma->start)
				break;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	if (best && best->start <= addr)
		atomic_store_relaxed(&space->last_hit, best);
	return best;
}

struct vma *vma_find(struct vm_space *space, vaddr_t addr)
{
	struct vma *vma = vma_find_next(space, addr);

	return vma && vma->start <= addr ? vma : NULL;
}

struct vma *vma_alloc(struct vm_space *space, vaddr_t start, vaddr_t end, uint32_t flags)
{
	struct vma *vma = kzalloc(sizeof(*vma));

	if (!vma)
		return NULL;
	vma->space = space;
	vma->start = start;
	vma->end = end;
	vma->flags = flags;
	return vma;
}

/* The copy names its mapping but is not on its list yet: the caller may still have borders to set. */
static struct vma *dup_unregistered(const struct vma *vma, struct vm_space *space)
{
	struct vma *copy = kmemdup(vma, sizeof(*vma));

	if (!copy)
		return NULL;
	copy->space = space;
	if (copy->ops && copy->ops->open)
		copy->ops->open(copy);
	return copy;
}

static void register_copy(struct vma *copy)
{
	struct address_space *mapping = copy->mapping;

	if (!mapping)
		return;
	copy->mapping = NULL;
	(void)address_space_add_vma(mapping, copy);
}

struct vma *vma_dup(const struct vma *vma, struct vm_space *space)
{
	struct vma *copy = dup_unregistered(vma, space);

	if (copy)
		register_copy(copy);
	return copy;
}

struct vma *vma_dup_at(const struct vma *vma, vaddr_t from, vaddr_t to, size_t size)
{
	struct vma *copy = dup_unregistered(vma, vma->space);

	if (!copy)
		return NULL;
	copy->pgoff = copy->ops ? vma_index(vma, from) : 0;
	copy->start = to;
	copy->end = to + size;
	register_copy(copy);
	return copy;
}

void vma_free(struct vma *vma)
{
	address_space_remove_vma(vma->mapping, vma);
	if (vma->ops && vma->ops->close)
		vma->ops->close(vma);
	kfree(vma);
}

void vma_insert(struct vm_space *space, struct vma *vma)
{
	struct rb_node **link = &space->vmas.node, *parent = NULL;
	struct list_head *before = &space->vma_list;

	while (*link) {
		struct vma *other = rb_entry(*link, struct vma, node);

		parent = *link;
		if (vma->start < other->start) {
			link = &parent->left;
		} else {
			link = &parent->right;
			before = &other->list_node;
		}
	}
	rb_link(&vma->node, parent, link, &space->vmas);
	list_add(&vma->list_node, before);
	space->nr_vmas++;
}

void vma_remove(struct vm_space *space, struct vma *vma)
{
	rb_erase(&vma->node, &space->vmas);
	list_del(&vma->list_node);
	space->nr_vmas--;
	if (space->last_hit == vma)
		space->last_hit = NULL;
}

/* truncate looks at the borders of registered vmas under vma_lock: they change together there. */
static void lock_borders(struct vma *vma)
{
	if (vma->mapping)
		mutex_lock(&vma->mapping->vma_lock);
}

static void unlock_borders(struct vma *vma)
{
	if (vma->mapping)
		mutex_unlock(&vma->mapping->vma_lock);
}

int vma_split(struct vma *vma, vaddr_t addr)
{
	struct vma *upper = dup_unregistered(vma, vma->space);

	if (!upper)
		return -ENOMEM;
	upper->pgoff = vma->ops ? vma_index(vma, addr) : vma->pgoff;
	upper->start = addr;
	lock_borders(vma);
	vma->end = addr;
	if (vma->mapping)
		list_add(&upper->mapping_node, &vma->mapping_node);
	unlock_borders(vma);
	vma_insert(vma->space, upper);
	return 0;
}

int vma_split_range(struct vm_space *space, vaddr_t start, vaddr_t end)
{
	struct vma *vma = vma_find(space, start);

	if (vma && vma->start < start && vma_split(vma, start))
		return -ENOMEM;
	vma = vma_find(space, end);
	if (vma && vma->start < end && vma_split(vma, end))
		return -ENOMEM;
	return 0;
}

static bool can_join(const struct vma *low, const struct vma *high)
{
	if (low->end != high->start || low->flags != high->flags || low->ops != high->ops ||
		low->file != high->file || low->private_data != high->private_data ||
		low->mapping != high->mapping || low->flags & (VMA_SPECIAL | VMA_IO))
		return false;
	return !low->ops || vma_index(low, low->end) == high->pgoff;
}

/* high disappears into low. */
static void join(struct vma *low, struct vma *high)
{
	vma_remove(low->space, high);
	lock_borders(low);
	low->end = high->end;
	if (high->mapping)
		list_del(&high->mapping_node);
	unlock_borders(low);
	high->mapping = NULL;
	vma_free(high);
}

struct vma *vma_merge(struct vma *vma)
{
	struct list_head *head = &vma->space->vma_list;

	if (!list_is_last(&vma->list_node, head)) {
		struct vma *next = list_next_entry(vma, list_node);

		if (can_join(vma, next))
			join(vma, next);
	}
	if (vma->list_node.prev != head) {
		struct vma *prev = list_prev_entry(vma, list_node);

		if (can_join(prev, vma)) {
			join(prev, vma);
			vma = prev;
		}
	}
	return vma;
}
