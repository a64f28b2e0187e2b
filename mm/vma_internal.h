/* SPDX-License-Identifier: MIT */
/* Shared by the files of mm/ that change vmas and user page tables. */
#pragma once

#include <mm/page.h>
#include <mm/pagetable.h>
#include <mm/vm_space.h>

#define VM_MAX_VMAS 65530 /* /proc/sys/vm/max_map_count */

/* Bits of vma->flags and enum mmu_prot coincide for read, write and execute. */
static inline unsigned int vma_prot(const struct vma *vma)
{
	/* What may be written can be read on every port, and stays readable while it is write-protected. */
	return (vma->flags & (VMA_READ | VMA_WRITE | VMA_EXEC | VMA_GUARDED)) | (vma->flags & VMA_WRITE ? MMU_READ : 0) | MMU_USER;
}

static inline uint64_t vma_index(const struct vma *vma, vaddr_t addr)
{
	return vma->pgoff + ((addr - vma->start) >> PAGE_SHIFT);
}

/* The page of zeroes that reads of untouched anonymous memory see; it is not counted. */
extern paddr_t zero_page_paddr;

/* --- vma.c: the set of vmas. space->lock held for writing ---------------------------------------- */

struct vma *vma_alloc(struct vm_space *space, vaddr_t start, vaddr_t end, uint32_t flags);
/* A copy that is in no tree; opened and registered with its mapping. NULL: no memory. */
struct vma *vma_dup(const struct vma *vma, struct vm_space *space);
/* The same for another place in the space: to shows what from did. */
struct vma *vma_dup_at(const struct vma *vma, vaddr_t from, vaddr_t to, size_t size);
void vma_free(struct vma *vma);	  /* closes; in no tree */
void vma_insert(struct vm_space *space, struct vma *vma);
void vma_remove(struct vm_space *space, struct vma *vma);
/* Cuts at addr (inside): vma keeps the lower part. -ENOMEM. */
__must_check int vma_split(struct vma *vma, vaddr_t addr);
/* Joins vma with equal neighbours; returns the one that is left. */
struct vma *vma_merge(struct vma *vma);
/* Splits so that [start, end) begins and ends at vma borders. -ENOMEM. */
__must_check int vma_split_range(struct vm_space *space, vaddr_t start, vaddr_t end);

/* --- zap.c: page-table entries of programs ------------------------------------------------------- */

/* Drops entries and references; flushes unless the space is loaded nowhere. Takes page_table_lock. */
void zap_range(struct vma *vma, vaddr_t start, vaddr_t end, bool flush);
/* Gives all entries of a range the vma's present rights. */
void reprotect_range(struct vma *vma, vaddr_t start, vaddr_t end);
/* Moves entries to another address of the same space. -ENOMEM: some may be moved. */
__must_check int move_range(struct vm_space *space, vaddr_t from, vaddr_t to, size_t size);

/* --- fault.c --- */

/* Resolves an access inside vma; space->lock held for reading or writing. force: ptrace writes to private memory that
 * the program itself may not write. 0, -ENOMEM, -EFAULT (beyond the end of the object), -EAGAIN (try again). */
__must_check int fault_in(struct vma *vma, vaddr_t addr, unsigned int access, bool force);
/* Faults the range in as far as it is mapped; errors are not told (mlock, MAP_POPULATE). Takes the lock. */
int vm_populate(struct vm_space *space, vaddr_t start, vaddr_t end, bool write, bool must);

/* --- map.c: lock held for writing --- */

__must_check int unmap_locked(struct vm_space *space, vaddr_t start, vaddr_t end);
/* max_end: 0, or where the range has to end at the latest. */
__must_check int find_free_range(struct vm_space *space, vaddr_t hint, size_t size, vaddr_t max_end, vaddr_t *out);
/* Room below RLIMIT_AS, the number of vmas and, for private writable memory, RAM. */
__must_check int check_room(struct vm_space *space, size_t size, uint32_t flags);
/* Whether size more bytes may be locked: RLIMIT_MEMLOCK, or CAP_IPC_LOCK. */
bool vm_may_lock(struct vm_space *space, size_t size);
