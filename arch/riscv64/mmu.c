// SPDX-License-Identifier: MIT
/* The kernel's page tables, and the TLB, which firmware flushes on other harts. */
#include <arch/mmu.h>

#include <kernel/cpu.h>
#include <lib/string.h>
#include <mm/kernel_map.h>
#include <mm/pagetable.h>
#include <port/sbi.h>

#include "riscv.h"

#define KERNEL_HALF 256 /* first top-level entry above the programs */
#define FLUSH_ALL_PAGES 32 /* from here on a full flush is cheaper */

void arch_mmu_init(void)
{
	kernel_map_build();
	arch_mmu_init_this_cpu();
}

static void set_satp(paddr_t root)
{
	csr_write(satp, SATP_SV39 | root >> PAGE_SHIFT);
}

void arch_mmu_init_this_cpu(void)
{
	set_satp(kernel_pagetable.root_paddr);
	arch_tlb_flush_local_all();
}

void arch_mmu_init_root(pte_t *root)
{
	memcpy(root + KERNEL_HALF, kernel_pagetable.root + KERNEL_HALF, KERNEL_HALF * sizeof(*root));
}

/* All spaces are ASID 0; with a register as operand, global entries stay. */
static void flush_user(void)
{
	__asm__ volatile("sfence.vma x0, %0" ::"r"(0UL) : "memory");
}

void arch_mmu_switch(paddr_t root, uint64_t asid)
{
	set_satp(root);
	flush_user();
	__asm__ volatile("fence.i" ::: "memory"); /* code may have been written while it was elsewhere */
}

void arch_tlb_flush_local(vaddr_t start, size_t size)
{
	if (size > FLUSH_ALL_PAGES * PAGE_SIZE) {
		arch_tlb_flush_local_all();
		return;
	}
	for (size_t done = 0; done < size; done += PAGE_SIZE)
		__asm__ volatile("sfence.vma %0" ::"r"(start + done) : "memory");
}

void arch_tlb_flush_local_all(void)
{
	__asm__ volatile("sfence.vma" ::: "memory");
}

struct range {
	vaddr_t start;
	size_t size;
};

static void remote_flush(unsigned long mask, unsigned long base, void *arg)
{
	const struct range *range = arg;

	sbi_call(SBI_RFENCE, SBI_RFENCE_SFENCE_VMA, mask, base, range->start, range->size);
}

void riscv_for_harts(const struct cpumask *cpus, void (*fn)(unsigned long mask, unsigned long base, void *arg), void *arg)
{
	unsigned long mask = 0, base = 0;

	for (unsigned int id = cpumask_next(cpus, 0); id < cpu_count(); id = cpumask_next(cpus, id + 1)) {
		const struct cpu *cpu = cpu_get(id);

		if (cpu == arch_this_cpu())
			continue;
		if (mask && (cpu->hw_id < base || cpu->hw_id - base >= 64)) {
			fn(mask, base, arg);
			mask = 0;
		}
		if (!mask)
			base = ALIGN_DOWN(cpu->hw_id, 64);
		mask |= 1ul << (cpu->hw_id - base);
	}
	if (mask)
		fn(mask, base, arg);
}

void arch_tlb_flush_broadcast(const struct cpumask *cpus, vaddr_t start, size_t size)
{
	struct range range = { ALIGN_DOWN(start, PAGE_SIZE), 0 };

	range.size = ALIGN_UP(start + size, PAGE_SIZE) - range.start;
	arch_tlb_flush_local(range.start, range.size);
	if (cpu_online_count() > 1)
		riscv_for_harts(cpus, remote_flush, &range);
}
