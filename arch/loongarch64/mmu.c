// SPDX-License-Identifier: MIT
/*
 * The kernel's page tables hold vmap alone: RAM and image are in the hardware's windows. A CPU walks the
 * tables itself by instructions in entry.S.
 */
#include <arch/mmu.h>

#include <kernel/panic.h>
#include <mm/page.h>
#include <mm/pagetable.h>

#include "loongarch.h"

#define FLUSH_ALL_PAGES 16 /* from here on a full flush is cheaper */

#define INVTLB_ALL 0
#define INVTLB_NOT_GLOBAL 3
#define INVTLB_ADDRESS 6 /* global or of the ASID */

/* PWCL, PWCH: leaves' tables, directory 1, and directory 3 above it; entries of 8 bytes. */
#define WALK_LOW (PAGE_SHIFT | PAGE_TABLE_BITS << 5 | (PAGE_SHIFT + PAGE_TABLE_BITS) << 10 | PAGE_TABLE_BITS << 15)
#define WALK_HIGH ((PAGE_SHIFT + 2 * PAGE_TABLE_BITS) | PAGE_TABLE_BITS << 6)

void loongarch_init_csrs(void)
{
	csr_write(CSR_ECFG, 0);
	csr_write(CSR_EENTRY, (uintptr_t)loongarch_trap_entry);
	csr_write(CSR_TLBRENTRY, virt_to_phys(loongarch_tlb_refill));
	csr_write(CSR_PWCL, WALK_LOW);
	csr_write(CSR_PWCH, WALK_HIGH);
	csr_write(CSR_STLBPS, PAGE_SHIFT);
	csr_write(CSR_TLBREHI, PAGE_SHIFT);
	csr_write(CSR_ASID, 0);
}

void arch_mmu_init(void)
{
	struct page *root = page_alloc(ALLOC_ZERO);

	if (!root)
		panic("no memory for the kernel's page tables");
	kernel_pagetable.root = page_address(root);
	kernel_pagetable.root_paddr = page_to_paddr(root);
	arch_mmu_init_this_cpu();
}

void arch_mmu_init_this_cpu(void)
{
	loongarch_init_csrs();
	csr_write(CSR_PGDH, kernel_pagetable.root_paddr);
	csr_write(CSR_PGDL, kernel_pagetable.root_paddr);
	arch_tlb_flush_local_all();
}

/* The kernel's half has a root of its own. */
void arch_mmu_init_root(pte_t *root)
{
}

static void invalidate(unsigned int how, vaddr_t addr)
{
	switch (how) {
	case INVTLB_ALL:
		__asm__ volatile("invtlb 0, $zero, $zero" ::: "memory");
		break;
	case INVTLB_NOT_GLOBAL:
		__asm__ volatile("invtlb 3, $zero, $zero" ::: "memory");
		break;
	case INVTLB_ADDRESS:
		__asm__ volatile("invtlb 6, $zero, %0" ::"r"(addr) : "memory");
		break;
	}
}

/* All spaces are ASID 0. The lower half of the kernel's own tables is empty. */
void arch_mmu_switch(paddr_t root, uint64_t asid)
{
	csr_write(CSR_PGDL, root);
	invalidate(INVTLB_NOT_GLOBAL, 0);
}

void arch_tlb_flush_local(vaddr_t start, size_t size)
{
	if (size > FLUSH_ALL_PAGES * PAGE_SIZE) {
		invalidate(INVTLB_NOT_GLOBAL, 0);
		return;
	}
	for (vaddr_t at = ALIGN_DOWN(start, PAGE_SIZE); at < start + size; at += PAGE_SIZE)
		invalidate(INVTLB_ADDRESS, at);
}

void arch_tlb_flush_local_all(void)
{
	invalidate(INVTLB_ALL, 0);
}
