// SPDX-License-Identifier: MIT
/*
 * The kernel's page tables, the protections of each CPU, and its TLB.
 */
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <lib/string.h>
#include <mm/kernel_map.h>
#include <mm/pagetable.h>

#include "x86.h"

#define KERNEL_HALF 256 /* first top-level entry above the programs */
#define FLUSH_ALL_PAGES 32 /* from here on a full flush is cheaper */

/* WB, WC, UC-, UC, then WB, WP, UC-, WT: entry 1 is what MMU_WRITE_COMBINE selects. SDM 3A, 12.12. */
#define PAT_VALUE 0x0407050600070106ULL

void arch_mmu_init(void)
{
	kernel_map_build();
	arch_mmu_init_this_cpu();
}

void arch_mmu_init_this_cpu(void)
{
	unsigned long cr4 = x86_read_cr4() | X86_CR4_PAE;

	x86_wrmsr(MSR_EFER, x86_rdmsr(MSR_EFER) | EFER_NX);
	x86_wrmsr(MSR_PAT, PAT_VALUE);
	x86_write_cr3(kernel_pagetable.root_paddr);
	if (x86_features.leaf7_ebx >> 7 & 1)
		cr4 |= X86_CR4_SMEP;
	if (x86_features.smap)
		cr4 |= X86_CR4_SMAP;
	if (x86_features.leaf7_ecx >> 2 & 1)
		cr4 |= X86_CR4_UMIP;
	if (x86_features.leaf1_edx >> 13 & 1)
		cr4 |= X86_CR4_PGE;
	x86_write_cr4(cr4);
	x86_write_cr0(x86_read_cr0() | X86_CR0_WP);
}

void arch_mmu_init_root(pte_t *root)
{
	memcpy(root + KERNEL_HALF, kernel_pagetable.root + KERNEL_HALF, KERNEL_HALF * sizeof(*root));
}

void arch_mmu_switch(paddr_t root, uint64_t asid)
{
	x86_write_cr3(root);
}

void arch_tlb_flush_local(vaddr_t start, size_t size)
{
	if (size > FLUSH_ALL_PAGES * PAGE_SIZE) {
		x86_write_cr3(x86_read_cr3());
		return;
	}
	for (size_t done = 0; done < size; done += PAGE_SIZE)
		__asm__ volatile("invlpg (%0)" ::"r"(start + done) : "memory");
}

void arch_tlb_flush_local_all(void)
{
	unsigned long flags = arch_irq_save(), cr4 = x86_read_cr4();

	/* Any change of PGE flushes, global entries too. */
	x86_write_cr4(cr4 ^ X86_CR4_PGE);
	x86_write_cr4(cr4);
	arch_irq_restore(flags);
}

void arch_tlb_flush_broadcast(const struct cpumask *cpus, vaddr_t start, size_t size)
{
	/* Never called: arch_tlb_has_broadcast() is false. */
}
