// SPDX-License-Identifier: MIT
/*
 * The kernel's page tables, the protections of each CPU, and its TLB.
 */
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <boot/boot_info.h>
#include <kernel/panic.h>
#include <lib/string.h>
#include <mm/page.h>
#include <mm/pagetable.h>

#include "x86.h"

#define KERNEL_HALF 256 /* first top-level entry above the programs */
#define FLUSH_ALL_PAGES 32 /* from here on a full flush is cheaper */

/* WB, WC, UC-, UC, then WB, WP, UC-, WT: entry 1 is what MMU_WRITE_COMBINE selects. SDM 3A, 12.12. */
#define PAT_VALUE 0x0407050600070106ULL

extern char __image_start[], __rodata_start[], __rodata_end[], __image_end[];

static void map(vaddr_t va, paddr_t start, paddr_t end, unsigned int prot)
{
	if (start < end && pagetable_map(&kernel_pagetable, va, start, end - start, prot | MMU_GLOBAL))
		panic("no memory for the kernel's page tables");
}

static paddr_t image_paddr(const char *symbol)
{
	return boot_info.kernel_start + (uint64_t)(symbol - __image_start);
}

/* RAM at its place in the direct map; read-only where the kernel's text and constants are. */
static void map_ram(paddr_t start, paddr_t end)
{
	paddr_t ro_start = clamp(image_paddr(__image_start), start, end);
	paddr_t ro_end = clamp(image_paddr(__rodata_end), start, end);

	map(DIRECT_MAP_BASE + start, start, ro_start, MMU_READ | MMU_WRITE);
	map(DIRECT_MAP_BASE + ro_start, ro_start, ro_end, MMU_READ);
	map(DIRECT_MAP_BASE + ro_end, ro_end, end, MMU_READ | MMU_WRITE);
}

static void map_image(const char *start, const char *end, unsigned int prot)
{
	map((vaddr_t)start, image_paddr(start), image_paddr(end), prot);
}

void arch_mmu_init(void)
{
	struct page *root = page_alloc(ALLOC_ZERO);

	if (!root)
		panic("no memory for the kernel's page tables");
	kernel_pagetable.root = page_address(root);
	kernel_pagetable.root_paddr = page_to_paddr(root);

	/* Also what mem= keeps from the allocator: the loader may have put the initrd there. */
	for (unsigned int i = 0; i < boot_info.nr_map; i++) {
		const struct boot_range *range = &boot_info.map[i];

		if (range->type == BOOT_MEM_USABLE)
			map_ram(ALIGN_UP(range->start, PAGE_SIZE),
				ALIGN_DOWN(range->start + range->size_bytes, PAGE_SIZE));
	}
	map_image(__image_start, __rodata_start, MMU_READ | MMU_EXEC);
	map_image(__rodata_start, __rodata_end, MMU_READ);
	map_image(__rodata_end, __image_end, MMU_READ | MMU_WRITE);
	/* All of vmap hangs on one top-level entry: made now, it is in every space. */
	if (!pagetable_slot(&kernel_pagetable, VMAP_BASE, true))
		panic("no memory for the kernel's page tables");
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
