/* SPDX-License-Identifier: MIT */
/*
 * Page tables: the neutral walk over the port's entry format (arch/mmu.h).
 *
 * The caller serialises changes to one tree (vm_space->page_table_lock, or kernel_pagetable's own lock
 * taken inside) and flushes the TLB (mm/tlb.h) after taking rights away.
 */
#pragma once

#include <arch/mmu.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct pagetable {
	pte_t *root;
	paddr_t root_paddr;
};

extern struct pagetable kernel_pagetable;

__must_check int pagetable_create(struct pagetable *pt); /* a user tree with the kernel's half */
void pagetable_destroy(struct pagetable *pt);		 /* leaves must be gone: frees tables */

/* Maps with the largest leaves that alignment and LARGE_PAGE_LEVELS allow. -ENOMEM (part may be mapped). */
__must_check int pagetable_map(struct pagetable *pt, vaddr_t va, paddr_t pa, size_t size, unsigned int prot);
void pagetable_unmap(struct pagetable *pt, vaddr_t va, size_t size); /* drops entries, not pages */
void pagetable_protect(struct pagetable *pt, vaddr_t va, size_t size, unsigned int prot);

/* The leaf slot for va at PAGE_SIZE level; with create, tables are made (NULL: no memory); without,
 * NULL: none there. Tables of a program are only freed with its space: who holds that may look without the lock. */
pte_t *pagetable_slot(struct pagetable *pt, vaddr_t va, bool create);

/* The first address at or above *va and below end whose lowest table exists: moves *va there and gives its slot; NULL:
 * none. The slots up to pagetable_table_end(*va) follow it in memory. For tight loops. */
pte_t *pagetable_next_table(struct pagetable *pt, vaddr_t *va, vaddr_t end);
static inline vaddr_t pagetable_table_end(vaddr_t va)
{
	return (va | ((PAGE_SIZE << PAGE_TABLE_BITS) - 1)) + 1;
}

/* The physical address and rights behind va: false if not mapped. */
bool pagetable_query(struct pagetable *pt, vaddr_t va, paddr_t *pa, unsigned int *prot);

/* Calls fn for every present PAGE_SIZE leaf in the range, in order; a nonzero result ends it and is returned. */
int pagetable_walk(struct pagetable *pt, vaddr_t va, size_t size, int (*fn)(void *ctx, vaddr_t va, pte_t *slot), void *ctx);
