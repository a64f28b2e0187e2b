// SPDX-License-Identifier: MIT
/*
 * Page faults. An untouched page of anonymous memory is the shared page of zeroes until it is written; a
 * page of a private mapping that others have too is copied at the first write; a page from a file brings its
 * cached neighbours along.
 */
#include "vma_internal.h"

#include <arch/cache.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <lib/atomic.h>
#include <linux/resource.h>
#include <lib/string.h>
#include <mm/address_space.h>
#include <mm/tlb.h>

#define AROUND_PAGES 16
#define STACK_GUARD_BYTES (256 * PAGE_SIZE) /* stack_guard_gap */

static struct page *anon_page_alloc(unsigned int flags)
{
	struct page *page = page_alloc(ALLOC_USER | flags);

	if (page) {
		page->flags |= PAGE_ANON;
		page_stat_add(STAT_ANON, 1);
	}
	return page;
}

/* Fills an empty slot; the page's reference becomes the entry's. */
static void fill_slot_locked(struct vm_space *space, pte_t *slot, struct page *page, unsigned int prot)
{
	uint64_t rss;

	if (prot & MMU_EXEC)
		arch_icache_sync(page_address(page), PAGE_SIZE);
	*slot = arch_pte_make(page_to_paddr(page), prot, 0);
	arch_pte_sync();
	if (page->flags & PAGE_ANON)
		space->rss_anon_pages++;
	else
		space->rss_file_pages++;
	rss = space->rss_anon_pages + space->rss_file_pages;
	if (rss > space->peak_rss_pages)
		space->peak_rss_pages = rss;
}

/* Nothing is mapped at addr yet: private memory without a file. slot: NULL, or where it is. */
static int fault_anon(struct vma *vma, vaddr_t addr, bool is_write, pte_t *slot)
{
	struct vm_space *space = vma->space;
	struct page *page = NULL;
	int err = 0;

	if (is_write) {
		page = anon_page_alloc(ALLOC_ZERO);
		if (!page)
			return -ENOMEM;
	}
	spin_lock(&space->page_table_lock);
	if (unlikely(!slot))
		slot = pagetable_slot(&space->pagetable, addr, true);
	if (unlikely(!slot)) {
		err = -ENOMEM;
	} else if (unlikely(arch_pte_present(*slot))) {
		err = -EAGAIN;
	} else if (page) {
		fill_slot_locked(space, slot, page, vma_prot(vma));
		page = NULL;
	} else {
		*slot = arch_pte_make(zero_page_paddr, vma_prot(vma) & ~MMU_WRITE, 0);
		arch_pte_sync();
	}
	spin_unlock(&space->page_table_lock);
	if (unlikely(page))
		page_put(page);
	return err;
}

/* Puts the copy where the entry still is what was seen. The entry's reference on old goes with it. */
static int replace_entry(struct vma *vma, vaddr_t addr, pte_t seen, struct page *old, struct page *copy)
{
	struct vm_space *space = vma->space;
	pte_t *slot;

	spin_lock(&space->page_table_lock);
	slot = pagetable_slot(&space->pagetable, addr, false);
	if (unlikely(!slot || *slot != seen)) {
		spin_unlock(&space->page_table_lock);
		page_put(copy);
		return -EAGAIN;
	}
	if (old && old->flags & PAGE_ANON)
		space->rss_anon_pages--;
	else if (old)
		space->rss_file_pages--;
	/* Another page at a mapped address: no TLB may hold both (Armv8's break-before-make). */
	*slot = 0;
	tlb_flush_range(space, addr, PAGE_SIZE);
	fill_slot_locked(space, slot, copy, vma_prot(vma));
	spin_unlock(&space->page_table_lock);
	if (old)
		page_put(old);
	return 0;
}

/* A write to a present page of private memory: it becomes ours alone, by a copy unless it is already. */
static int fault_copy(struct vma *vma, vaddr_t addr)
{
	struct vm_space *space = vma->space;
	struct page *old = NULL, *copy;
	pte_t *slot, seen;
	int err = -ENOMEM;

	spin_lock(&space->page_table_lock);
	slot = pagetable_slot(&space->pagetable, addr, false);
	seen = slot ? *slot : 0;
	if (!arch_pte_present(seen)) {
		spin_unlock(&space->page_table_lock);
		return -EAGAIN;
	}
	if (arch_pte_paddr(seen) != zero_page_paddr)
		old = page_from_paddr(arch_pte_paddr(seen));
	if (old && old->flags & PAGE_ANON && atomic_load(&old->refs) == 1) {
		*slot = arch_pte_make(arch_pte_paddr(seen), vma_prot(vma), 0);
		arch_pte_sync();
		spin_unlock(&space->page_table_lock);
		/* Other CPUs may keep the narrower entry: they fault and find this one. */
		arch_tlb_flush_local(addr, PAGE_SIZE);
		return 0;
	}
	if (old)
		page_get(old);
	spin_unlock(&space->page_table_lock);

	copy = anon_page_alloc(old ? 0 : ALLOC_ZERO);
	if (copy && old)
		page_copy(page_address(copy), page_address(old));
	if (copy)
		err = replace_entry(vma, addr, seen, old, copy);
	if (old)
		page_put(old);
	return err;
}

static int fault_mkwrite(struct vma *vma, vaddr_t addr, struct page *page)
{
	struct vm_fault fault = { .vma = vma, .addr = addr, .index = vma_index(vma, addr), .is_write = true, .page = page };

	return vma->ops->page_mkwrite ? vma->ops->page_mkwrite(&fault) : 0;
}

/* A write to a present, read-only page of a shared mapping. */
static int fault_shared_write(struct vma *vma, vaddr_t addr)
{
	struct vm_space *space = vma->space;
	struct page *page;
	pte_t *slot, seen;
	int err;

	spin_lock(&space->page_table_lock);
	slot = pagetable_slot(&space->pagetable, addr, false);
	seen = slot ? *slot : 0;
	if (!arch_pte_present(seen)) {
		spin_unlock(&space->page_table_lock);
		return -EAGAIN;
	}
	page = page_from_paddr(arch_pte_paddr(seen));
	page_get(page);
	spin_unlock(&space->page_table_lock);

	err = fault_mkwrite(vma, addr, page);
	if (!err) {
		spin_lock(&space->page_table_lock);
		slot = pagetable_slot(&space->pagetable, addr, false);
		if (slot && *slot == seen) {
			*slot = arch_pte_make(arch_pte_paddr(seen), vma_prot(vma), 0);
			arch_pte_sync();
		}
		spin_unlock(&space->page_table_lock);
		arch_tlb_flush_local(addr, PAGE_SIZE);
	}
	page_put(page);
	return err;
}

/* Up-to-date cached pages of the aligned window around index, with references; [i] belongs to first + i. */
static void collect_around(struct address_space *mapping, uint64_t first, uint64_t last, struct page **pages)
{
	uint64_t index = first;

	spin_lock(&mapping->lock);
	while (index <= last) {
		struct page *page = xa_next(&mapping->pages, &index, last);

		if (!page)
			break;
		if (page->flags & PAGE_UPTODATE) {
			page_get(page);
			pages[index - first] = page;
		}
		index++;
	}
	spin_unlock(&mapping->lock);
}

/* Maps the neighbours that are cached, read-only where a write has to be noticed. */
static void map_around(struct vma *vma, vaddr_t addr, unsigned int prot)
{
	struct vm_space *space = vma->space;
	struct page *pages[AROUND_PAGES] = { NULL };
	vaddr_t start = max(vma->start, ALIGN_DOWN(addr, AROUND_PAGES * PAGE_SIZE));
	vaddr_t end = min(vma->end, ALIGN_DOWN(addr, AROUND_PAGES * PAGE_SIZE) + AROUND_PAGES * PAGE_SIZE);
	unsigned int nr = (end - start) >> PAGE_SHIFT;
	pte_t *slot;

	if (nr < 2)
		return;
	collect_around(vma->mapping, vma_index(vma, start), vma_index(vma, start) + nr - 1, pages);
	spin_lock(&space->page_table_lock);
	slot = pagetable_slot(&space->pagetable, start, false);
	for (unsigned int i = 0; slot && i < nr; i++) {
		if (!pages[i] || arch_pte_present(slot[i]) || READ_ONCE(pages[i]->mapping) != vma->mapping)
			continue;
		fill_slot_locked(space, &slot[i], pages[i], prot);
		pages[i] = NULL;
	}
	spin_unlock(&space->page_table_lock);
	for (unsigned int i = 0; i < nr; i++)
		if (pages[i])
			page_put(pages[i]);
}

/* A private copy of what the file has. */
static int replace_by_copy(struct page **page)
{
	struct page *copy = anon_page_alloc(0);

	if (!copy)
		return -ENOMEM;
	page_copy(page_address(copy), page_address(*page));
	page_put(*page);
	*page = copy;
	return 0;
}

/* Nothing is mapped at addr yet: the object behind the mapping gives the page. */
static int fault_object(struct vma *vma, vaddr_t addr, bool is_write)
{
	struct vm_space *space = vma->space;
	struct vm_fault fault = { .vma = vma, .addr = addr, .index = vma_index(vma, addr), .is_write = is_write };
	bool shared = vma->flags & VMA_SHARED, truncated;
	unsigned int prot = vma_prot(vma);
	pte_t *slot;
	int err;

	if (!vma->ops->fault)
		return -EFAULT;
	err = vma->ops->fault(&fault);
	if (err)
		return err;
	if (is_write)
		err = shared ? fault_mkwrite(vma, addr, fault.page) : replace_by_copy(&fault.page);
	else if (!shared || vma->ops->page_mkwrite)
		prot &= ~MMU_WRITE;
	if (err)
		goto put;

	spin_lock(&space->page_table_lock);
	slot = pagetable_slot(&space->pagetable, addr, true);
	truncated = fault.page->flags & PAGE_CACHE && vma->mapping && fault.page->mapping != vma->mapping;
	if (!slot)
		err = -ENOMEM;
	else if (arch_pte_present(*slot) || truncated)
		err = -EAGAIN;
	else
		fill_slot_locked(space, slot, fault.page, prot);
	spin_unlock(&space->page_table_lock);
	if (err)
		goto put;
	if (vma->mapping && (!is_write || !shared))
		map_around(vma, addr, shared && !vma->ops->page_mkwrite ? vma_prot(vma) : vma_prot(vma) & ~MMU_WRITE);
	return 0;
put:
	page_put(fault.page);
	return err;
}

static bool access_allowed(const struct vma *vma, unsigned int access, bool force)
{
	if (access & MMU_WRITE)
		return vma->flags & VMA_WRITE || (force && vma->flags & VMA_MAY_WRITE && !(vma->flags & VMA_SHARED));
	if (access & MMU_EXEC)
		return vma->flags & VMA_EXEC;
	return vma->flags & (VMA_READ | VMA_WRITE | VMA_EXEC) || (force && vma->flags & VMA_MAY_READ);
}

/* Whether the entry that is there serves the access already. */
static bool entry_serves(const struct vma *vma, pte_t pte, bool is_write, bool force)
{
	struct page *page;

	if (!is_write || arch_pte_writable(pte) || vma->flags & VMA_IO)
		return true;
	if (!force || vma->flags & VMA_WRITE || arch_pte_paddr(pte) == zero_page_paddr)
		return false;
	page = page_from_paddr(arch_pte_paddr(pte));
	return page->flags & PAGE_ANON && atomic_load(&page->refs) == 1;
}

int fault_in(struct vma *vma, vaddr_t addr, unsigned int access, bool force)
{
	bool is_write = access & MMU_WRITE;
	pte_t *slot = pagetable_slot(&vma->space->pagetable, addr, false), pte = slot ? READ_ONCE(*slot) : 0;

	if (!arch_pte_present(pte))
		return vma->ops ? fault_object(vma, addr, is_write) : fault_anon(vma, addr, is_write, slot);
	spin_lock(&vma->space->page_table_lock);
	pte = *slot;
	if (unlikely(arch_pte_present(pte) && entry_serves(vma, pte, is_write, force))) {
		if (vma->flags & VMA_IO && is_write)
			*slot = arch_pte_make(arch_pte_paddr(pte), vma_prot(vma) | (arch_pte_prot(pte) &
						(MMU_UNCACHED | MMU_WRITE_COMBINE)), 0);
		spin_unlock(&vma->space->page_table_lock);
		arch_tlb_flush_local(addr, PAGE_SIZE);
		return 0;
	}
	spin_unlock(&vma->space->page_table_lock);
	if (unlikely(!arch_pte_present(pte)))
		return -EAGAIN;
	return vma->flags & VMA_SHARED ? fault_shared_write(vma, addr) : fault_copy(vma, addr);
}

/* --- stacks -------------------------------------------------------------------------------------- */

/* The lock is held for writing. The next lower mapping keeps its distance, as Linux's stack_guard_gap. */
static int grow_stack_locked(struct vm_space *space, struct vma *vma, vaddr_t addr)
{
	size_t add = vma->start - addr;
	struct vma *below = vma->list_node.prev == &space->vma_list ? NULL : list_prev_entry(vma, list_node);

	if (addr < USER_VA_START || vma->end - addr > vm_limit(RLIMIT_STACK))
		return -EFAULT;
	if (below && below->flags & (VMA_READ | VMA_WRITE | VMA_EXEC) && !(below->flags & VMA_GROWS_DOWN) &&
		addr - below->end < STACK_GUARD_BYTES)
		return -EFAULT;
	if (below && addr < below->end)
		return -EFAULT;
	if (check_room(space, add, vma->flags))
		return -ENOMEM;
	vma->start = addr;
	space->total_pages += add >> PAGE_SHIFT;
	space->peak_pages = max(space->peak_pages, space->total_pages);
	return 0;
}

static int grow_stack(struct vm_space *space, vaddr_t addr)
{
	struct vma *vma;
	int err = -EFAULT;

	rwsem_write_lock(&space->lock);
	vma = vma_find_next(space, addr);
	if (vma && vma->start <= addr)
		err = 0;
	else if (vma && vma->flags & VMA_GROWS_DOWN)
		err = grow_stack_locked(space, vma, addr);
	rwsem_write_unlock(&space->lock);
	return err;
}

/* --- the ways in --------------------------------------------------------------------------------- */

/* The vma for an access, stacks grown; the lock is held for reading on success. -EFAULT: *code says why. */
static int lock_and_find(struct vm_space *space, vaddr_t addr, unsigned int access, bool force, struct vma **out, int *code)
{
	for (;;) {
		struct vma *vma;

		rwsem_read_lock(&space->lock);
		vma = vma_find_next(space, addr);
		if (likely(vma && vma->start <= addr)) {
			*out = vma;
			*code = SEGV_ACCERR;
			if (likely(access_allowed(vma, access, force)))
				return 0;
			rwsem_read_unlock(&space->lock);
			return -EFAULT;
		}
		*code = SEGV_MAPERR;
		if (!vma || !(vma->flags & VMA_GROWS_DOWN)) {
			rwsem_read_unlock(&space->lock);
			return -EFAULT;
		}
		rwsem_read_unlock(&space->lock);
		if (grow_stack(space, addr))
			return -EFAULT;
	}
}

int vm_handle_fault(struct vm_space *space, vaddr_t addr, unsigned int access, int *signo, int *code)
{
	addr &= PAGE_MASK;
	for (;;) {
		struct vma *vma;
		int err;

		*signo = SIGSEGV;
		err = lock_and_find(space, addr, access, false, &vma, code);
		if (unlikely(err))
			return err;
		err = fault_in(vma, addr, access, false);
		rwsem_read_unlock(&space->lock);
		if (likely(!err)) {
			current->min_faults++;
			return 0;
		}
		if (err == -EAGAIN)
			continue;
		if (err == -ENOMEM)
			return err;
		*signo = SIGBUS;
		*code = BUS_ADRERR;
		return -EFAULT;
	}
}

/* The page behind addr with a reference, whatever it takes to have it there. */
static int get_page(struct vm_space *space, vaddr_t addr, unsigned int access, bool force, struct page **out)
{
	addr &= PAGE_MASK;
	for (;;) {
		struct vma *vma;
		pte_t *slot;
		int err, code;

		err = lock_and_find(space, addr, access, force, &vma, &code);
		if (err)
			return err;
		spin_lock(&space->page_table_lock);
		slot = pagetable_slot(&space->pagetable, addr, false);
		if (slot && arch_pte_present(*slot) && entry_serves(vma, *slot, access & MMU_WRITE, force)) {
			*out = page_from_paddr(arch_pte_paddr(*slot));
			if (*out && !(vma->flags & VMA_IO))
				page_get(*out);
			else
				err = -EFAULT;
			spin_unlock(&space->page_table_lock);
			rwsem_read_unlock(&space->lock);
			return err;
		}
		spin_unlock(&space->page_table_lock);
		err = fault_in(vma, addr, access, force);
		rwsem_read_unlock(&space->lock);
		if (err && err != -EAGAIN)
			return err;
	}
}

int vm_pin_page(struct vm_space *space, vaddr_t addr, bool write, struct page **out)
{
	return get_page(space, addr, write ? MMU_WRITE : MMU_READ, false, out) ? -EFAULT : 0;
}

static size_t access_pages(struct vm_space *space, vaddr_t addr, void *buf, size_t size, bool write, bool force)
{
	size_t done = 0;

	while (done < size) {
		size_t offset = (addr + done) & (PAGE_SIZE - 1), n = min(size - done, PAGE_SIZE - offset);
		struct page *page;
		char *at;

		if (addr + done >= USER_VA_END || get_page(space, addr + done, write ? MMU_WRITE : MMU_READ, force, &page))
			break;
		at = (char *)page_address(page) + offset;
		if (write)
			memcpy(at, (char *)buf + done, n);
		else
			memcpy((char *)buf + done, at, n);
		page_put(page);
		done += n;
	}
	return done;
}

size_t vm_access(struct vm_space *space, vaddr_t addr, void *buf, size_t size, bool write)
{
	return access_pages(space, addr, buf, size, write, true);
}

size_t vm_access_as_owner(struct vm_space *space, vaddr_t addr, void *buf, size_t size, bool write)
{
	return access_pages(space, addr, buf, size, write, false);
}

int vm_populate(struct vm_space *space, vaddr_t start, vaddr_t end, bool write, bool must)
{
	for (vaddr_t addr = start; addr < end; addr += PAGE_SIZE) {
		struct vma *vma;
		unsigned int access;
		int err = 0;

		rwsem_read_lock(&space->lock);
		vma = vma_find(space, addr);
		if (!vma) {
			rwsem_read_unlock(&space->lock);
			return must ? -ENOMEM : 0;
		}
		access = vma->flags & VMA_WRITE && (write || !(vma->flags & VMA_SHARED)) ? MMU_WRITE : MMU_READ;
		if (must && write)
			access = MMU_WRITE;
		if (!(vma->flags & VMA_IO) && access_allowed(vma, access, false))
			err = fault_in(vma, addr, access, false);
		else if (must)
			err = -EFAULT;
		rwsem_read_unlock(&space->lock);
		if (err == -EAGAIN)
			addr -= PAGE_SIZE;
		else if (err && must)
			return err;
		else if (err == -ENOMEM)
			return 0;
		if (signal_pending() && must)
			return -EINTR;
	}
	return 0;
}

int vm_fault_page_cache(struct vm_fault *fault, uint64_t size_bytes)
{
	int err;

	if (fault->index >= (size_bytes + PAGE_SIZE - 1) >> PAGE_SHIFT)
		return -EFAULT;
	err = page_cache_get(fault->vma->mapping, fault->index, &fault->page);
	return err == -ENOMEM || !err ? err : -EFAULT;
}
