// SPDX-License-Identifier: MIT
/*
 * Page-table entries of programs: taking them away, changing their rights, moving them. A page goes back to the
 * allocator only after the TLBs that may know it were flushed.
 */
#include "vma_internal.h"

#include <arch/cache.h>
#include <kernel/errno.h>
#include <mm/address_space.h>
#include <mm/tlb.h>

#define BATCH 64

struct zap {
	struct vm_space *space;
	vaddr_t flush_from;
	bool flush, need_flush;
	unsigned int nr;
	struct page *pages[BATCH];
};

static void zap_flush(struct zap *zap, vaddr_t upto)
{
	if (zap->flush && zap->need_flush)
		tlb_flush_range(zap->space, zap->flush_from, upto - zap->flush_from);
	zap->need_flush = false;
	zap->flush_from = upto;
	while (zap->nr)
		page_put(zap->pages[--zap->nr]);
}

static void zap_page(struct zap *zap, paddr_t paddr)
{
	struct page *page = page_from_paddr(paddr);

	if (page->flags & PAGE_ANON)
		zap->space->rss_anon_pages--;
	else
		zap->space->rss_file_pages--;
	zap->pages[zap->nr++] = page;
}

void zap_range(struct vma *vma, vaddr_t start, vaddr_t end, bool flush)
{
	struct zap zap = { .space = vma->space, .flush_from = start, .flush = flush };
	bool counted = !(vma->flags & VMA_IO);
	vaddr_t va = start;
	pte_t *slot;

	spin_lock(&vma->space->page_table_lock);
	while ((slot = pagetable_next_table(&vma->space->pagetable, &va, end))) {
		vaddr_t stop = min(end, pagetable_table_end(va));

		for (; va < stop; va += PAGE_SIZE, slot++) {
			pte_t pte = *slot;

			if (!arch_pte_present(pte))
				continue;
			*slot = 0;
			zap.need_flush = true;
			if (counted && arch_pte_paddr(pte) != zero_page_paddr)
				zap_page(&zap, arch_pte_paddr(pte));
			if (unlikely(zap.nr == BATCH))
				zap_flush(&zap, va + PAGE_SIZE);
		}
	}
	zap_flush(&zap, end);
	spin_unlock(&vma->space->page_table_lock);
}

void vma_zap(struct vma *vma, uint64_t index, uint64_t nr)
{
	uint64_t first = vma->pgoff, last = first + ((vma->end - vma->start) >> PAGE_SHIFT);
	uint64_t from = max(index, first), to = nr > UINT64_MAX - index ? UINT64_MAX : index + nr;

	to = min(to, last);
	if (from >= to)
		return;
	zap_range(vma, vma->start + ((from - first) << PAGE_SHIFT), vma->start + ((to - first) << PAGE_SHIFT), true);
}

/* Whether a page of this vma may be made writable without a fault: it is nobody else's. */
static bool may_write_now(const struct vma *vma, pte_t pte)
{
	struct page *page;

	if (arch_pte_writable(pte) || vma->flags & VMA_IO)
		return true;
	if (arch_pte_paddr(pte) == zero_page_paddr)
		return false;
	page = page_from_paddr(arch_pte_paddr(pte));
	return page->flags & PAGE_ANON && __atomic_load_n(&page->refs, __ATOMIC_ACQUIRE) == 1;
}

void reprotect_range(struct vma *vma, vaddr_t start, vaddr_t end)
{
	unsigned int prot = vma_prot(vma);
	bool changed = false;
	vaddr_t va = start;
	pte_t *slot;

	spin_lock(&vma->space->page_table_lock);
	while ((slot = pagetable_next_table(&vma->space->pagetable, &va, end))) {
		vaddr_t stop = min(end, pagetable_table_end(va));

		for (; va < stop; va += PAGE_SIZE, slot++) {
			unsigned int keep;

			if (!arch_pte_present(*slot))
				continue;
			keep = arch_pte_prot(*slot) & (MMU_UNCACHED | MMU_WRITE_COMBINE);
			if (prot & ~arch_pte_prot(*slot) & MMU_EXEC && !keep)
				arch_icache_sync(phys_to_virt(arch_pte_paddr(*slot)), PAGE_SIZE);
			if (prot & MMU_WRITE && !may_write_now(vma, *slot))
				*slot = arch_pte_make(arch_pte_paddr(*slot), (prot & ~MMU_WRITE) | keep, 0);
			else
				*slot = arch_pte_make(arch_pte_paddr(*slot), prot | keep, 0);
			changed = true;
		}
	}
	arch_pte_sync();
	if (changed)
		tlb_flush_range(vma->space, start, end - start);
	spin_unlock(&vma->space->page_table_lock);
}

int move_range(struct vm_space *space, vaddr_t from, vaddr_t to, size_t size)
{
	vaddr_t va = from, end = from + size;
	int err = 0;
	pte_t *slot;

	spin_lock(&space->page_table_lock);
	while (!err && (slot = pagetable_next_table(&space->pagetable, &va, end))) {
		vaddr_t stop = min(end, pagetable_table_end(va));

		for (; va < stop; va += PAGE_SIZE, slot++) {
			pte_t *target;

			if (!arch_pte_present(*slot))
				continue;
			target = pagetable_slot(&space->pagetable, to + (va - from), true);
			if (!target) {
				err = -ENOMEM;
				break;
			}
			*target = *slot;
			*slot = 0;
		}
	}
	arch_pte_sync();
	tlb_flush_range(space, from, size);
	spin_unlock(&space->page_table_lock);
	return err;
}
