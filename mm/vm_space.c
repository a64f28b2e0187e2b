// SPDX-License-Identifier: MIT
/* The life of a vm_space: made empty or by fork, loaded by the scheduler, torn down with its last reference. */
#include "vma_internal.h"

#include <arch/irqflags.h>
#include <arch/layout.h>
#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/resource.h>
#include <mm/early.h>
#include <mm/tlb.h>

LINKER_SET_DECLARE(vm_hooks, const struct vm_hooks);

paddr_t zero_page_paddr;

static uint64_t last_asid;

void vm_space_init(void)
{
	struct page *page = page_alloc(ALLOC_ZERO);

	if (!page)
		panic("no memory for the page of zeroes");
	zero_page_paddr = page_to_paddr(page);
}

uint64_t vm_limit(unsigned int resource)
{
	if (!current->process)
		return RLIM_INFINITY;
	LINKER_SET_FOREACH(vm_hooks, const struct vm_hooks, hooks)
		return hooks->limit(resource);
	return RLIM_INFINITY;
}

struct vm_space *vm_space_create(void)
{
	struct vm_space *space = kzalloc(sizeof(*space));

	if (!space)
		return NULL;
	if (pagetable_create(&space->pagetable)) {
		kfree(space);
		return NULL;
	}
	space->refs = 1;
	rwsem_init(&space->lock);
	list_init(&space->vma_list);
	space->asid = __atomic_add_fetch(&last_asid, 1, __ATOMIC_RELAXED);
	space->mmap_top = USER_VA_END;
	return space;
}

struct vm_space *vm_space_get(struct vm_space *space)
{
	atomic_fetch_add_relaxed(&space->refs, 1);
	return space;
}

void vm_space_put(struct vm_space *space)
{
	struct vma *vma, *next;

	if (!space || atomic_sub_return(&space->refs, 1))
		return;
	vm_space_unload(space);
	list_for_each_entry_safe(vma, next, &space->vma_list, list_node) {
		zap_range(vma, vma->start, vma->end, false);
		vma_free(vma);
	}
	pagetable_destroy(&space->pagetable);
	if (space->exe_file && space->release_exe)
		space->release_exe(space->exe_file);
	kfree(space);
}

void vm_space_activate(struct vm_space *space)
{
	unsigned long irq = arch_irq_save();

	current->vm = space;
	if (space)
		vm_space_switch(NULL, space);
	arch_irq_restore(irq);
}

/* --- fork ---------------------------------------------------------------------------------------- */

struct copy {
	struct vm_space *from, *to;
	bool protected;
};

/* One leaf table's worth. The two tables are walked side by side. Both sides of private memory lose the right to write:
 * the first to write makes itself a copy. */
static int copy_table(struct copy *copy, const struct vma *vma, pte_t *from, vaddr_t va, size_t nr)
{
	bool counted = !(vma->flags & VMA_IO), private = counted && !(vma->flags & VMA_SHARED);
	uint64_t anon = 0, file = 0;
	pte_t *to = NULL;

	for (size_t i = 0; i < nr; i++) {
		pte_t pte = from[i];

		if (!arch_pte_present(pte))
			continue;
		if (unlikely(!to)) {
			to = pagetable_slot(&copy->to->pagetable, va + i * PAGE_SIZE, true);
			if (!to)
				return -ENOMEM;
			to -= i;
		}
		if (private && arch_pte_writable(pte)) {
			pte = arch_pte_write_protect(pte);
			from[i] = pte;
			copy->protected = true;
		}
		if (counted && arch_pte_paddr(pte) != zero_page_paddr) {
			struct page *page = page_from_paddr(arch_pte_paddr(pte));

			page_get(page);
			if (page->flags & PAGE_ANON)
				anon++;
			else
				file++;
		}
		to[i] = pte;
	}
	copy->to->rss_anon_pages += anon;
	copy->to->rss_file_pages += file;
	return 0;
}

/* What a fault can bring back from a page cache is not copied, unless it is so little that copying is cheaper. */
static bool skip_entries(const struct vma *vma)
{
	if (vma->flags & VMA_WIPE_ON_FORK)
		return true;
	if (!vma->mapping)
		return false;
	return vma->flags & VMA_SHARED || (!(vma->flags & VMA_MAY_WRITE) && vma->end - vma->start > 1ul << 20);
}

static int copy_entries(struct copy *copy, const struct vma *vma)
{
	vaddr_t va = vma->start;
	int err = 0;
	pte_t *slot;

	if (skip_entries(vma))
		return 0;
	spin_lock(&copy->from->page_table_lock);
	while (!err && (slot = pagetable_next_table(&copy->from->pagetable, &va, vma->end))) {
		vaddr_t stop = min(vma->end, pagetable_table_end(va));

		err = copy_table(copy, vma, slot, va, (stop - va) >> PAGE_SHIFT);
		va = stop;
	}
	spin_unlock(&copy->from->page_table_lock);
	return err;
}

static void copy_layout(struct vm_space *to, const struct vm_space *from)
{
	to->brk_start = from->brk_start;
	to->brk = from->brk;
	to->stack_top = from->stack_top;
	to->mmap_top = from->mmap_top;
	to->code_start = from->code_start;
	to->code_end = from->code_end;
	to->data_start = from->data_start;
	to->data_end = from->data_end;
	to->arg_start = from->arg_start;
	to->arg_end = from->arg_end;
	to->env_start = from->env_start;
	to->env_end = from->env_end;
	to->vdso = from->vdso;
	memcpy(to->auxv, from->auxv, sizeof(to->auxv));
}

static int copy_vmas(struct copy *copy)
{
	struct vma *vma;

	list_for_each_entry(vma, &copy->from->vma_list, list_node) {
		struct vma *twin;
		int err;

		if (vma->flags & VMA_DONT_COPY)
			continue;
		twin = vma_dup(vma, copy->to);
		if (!twin)
			return -ENOMEM;
		twin->flags &= ~VMA_LOCKED;
		vma_insert(copy->to, twin);
		copy->to->total_pages += (twin->end - twin->start) >> PAGE_SHIFT;
		err = copy_entries(copy, vma);
		if (err)
			return err;
	}
	return 0;
}

int vm_space_fork(struct vm_space *parent, struct vm_space **out)
{
	struct copy copy = { parent, vm_space_create(), false };
	int err;

	if (!copy.to)
		return -ENOMEM;
	rwsem_write_lock(&parent->lock);
	copy_layout(copy.to, parent);
	err = copy_vmas(&copy);
	copy.to->peak_pages = copy.to->total_pages;
	if (copy.protected)
		tlb_flush_range(parent, 0, USER_VA_END);
	rwsem_write_unlock(&parent->lock);
	if (err)
		vm_space_put(copy.to);
	else
		*out = copy.to;
	return err;
}
