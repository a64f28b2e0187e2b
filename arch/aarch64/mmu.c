// SPDX-License-Identifier: MIT
/*
 * The kernel's page tables (TTBR1), programs' (TTBR0), and the TLB, which is flushed by broadcast: at an address, of
 * all ASIDs. So each CPU numbers the few spaces that it had last as it likes.
 */
#include <arch/mmu.h>

#include <boot/boot_info.h>
#include <kernel/cpu.h>
#include <kernel/panic.h>
#include <mm/kernel_map.h>
#include <mm/pagetable.h>

#include "arm64.h"

#define FLUSH_ALL_PAGES 64 /* from here on a full flush is cheaper */
#define SIZE_2M (2ul << 20)

bool arm64_has_pan;

extern char __image_start[];
void arm64_replace_ttbr1(paddr_t root, paddr_t empty); /* head.S */

/* What TTBR0 points at while no program's tables are in use: nothing is mapped. */
static pte_t empty_root[512] __aligned(4096);

static paddr_t empty_root_paddr(void)
{
	return boot_info.kernel_start + (uint64_t)((const char *)empty_root - __image_start);
}

/* No TLB may hold the first tables' entries beside these: between the two nothing is shown (break-before-make). */
static void replace_first_tables(void)
{
	uintptr_t offset = (uintptr_t)arm64_replace_ttbr1 - (uintptr_t)__image_start;

	((__typeof__(arm64_replace_ttbr1) *)(boot_info.kernel_start + offset))(kernel_pagetable.root_paddr, empty_root_paddr());
}

void arch_mmu_init(void)
{
	paddr_t uart = ALIGN_DOWN(arm64_features.early_uart, SIZE_2M);

	kernel_map_build();
	if (uart && pagetable_map(&kernel_pagetable, EARLY_DEVICE_BASE, uart, SIZE_2M,
			MMU_READ | MMU_WRITE | MMU_UNCACHED | MMU_GLOBAL))
		panic("no memory for the kernel's page tables");
	replace_first_tables();
	arch_mmu_init_this_cpu();
}

void arch_mmu_init_this_cpu(void)
{
	unsigned long sctlr = SCTLR_ON;

	sysreg_write(ttbr0_el1, empty_root_paddr());
	sysreg_write(ttbr1_el1, kernel_pagetable.root_paddr);
	isb();
	arch_tlb_flush_local_all();
	if (sysreg_read(id_aa64mmfr1_el1) >> 20 & 0xf) {
		arm64_has_pan = true;
		sctlr &= ~(unsigned long)SCTLR_SPAN; /* every entry sets PAN; now: msr pan, #1 */
		__asm__ volatile(".inst 0xd500419f" ::: "memory");
	}
	sysreg_write(sctlr_el1, sctlr);
	isb();
}

/* The kernel has a table of its own. */
void arch_mmu_init_root(pte_t *root)
{
}

/* ASID 0 is that of the empty table. */
static void load_ttbr0(paddr_t root, uint64_t asid)
{
	sysreg_write(ttbr0_el1, root | asid << 48);
	isb();
}

void arch_mmu_switch(paddr_t root, uint64_t asid)
{
	struct arch_cpu *cpu = &arch_this_cpu()->arch;
	unsigned int i = 0;

	if (!asid) {
		load_ttbr0(empty_root_paddr(), 0);
		return;
	}
	while (i < ARM64_NR_ASIDS && cpu->spaces[i] != asid)
		i++;
	if (i == ARM64_NR_ASIDS) {
		i = cpu->next_space++ % ARM64_NR_ASIDS;
		cpu->spaces[i] = asid;
		load_ttbr0(empty_root_paddr(), 0); /* it may be the one in use */
		__asm__ volatile("tlbi aside1, %0" ::"r"((i + 1ul) << 48) : "memory");
		dsb(nsh);
	}
	load_ttbr0(root, i + 1);
}

void arch_tlb_flush_local(vaddr_t start, size_t size)
{
	if (size > FLUSH_ALL_PAGES * PAGE_SIZE) {
		arch_tlb_flush_local_all();
		return;
	}
	dsb(nshst);
	for (size_t done = 0; done < size; done += PAGE_SIZE)
		__asm__ volatile("tlbi vaae1, %0" ::"r"((start + done) << 8 >> 20) : "memory");
	dsb(nsh);
	isb();
}

void arch_tlb_flush_local_all(void)
{
	dsb(nshst);
	__asm__ volatile("tlbi vmalle1" ::: "memory");
	dsb(nsh);
	isb();
}

void arch_tlb_flush_broadcast(const struct cpumask *cpus, vaddr_t start, size_t size)
{
	vaddr_t end = ALIGN_UP(start + size, PAGE_SIZE);

	start = ALIGN_DOWN(start, PAGE_SIZE);
	dsb(ishst);
	if (end - start > FLUSH_ALL_PAGES * PAGE_SIZE)
		__asm__ volatile("tlbi vmalle1is" ::: "memory");
	else
		for (; start < end; start += PAGE_SIZE)
			__asm__ volatile("tlbi vaae1is, %0" ::"r"(start << 8 >> 20) : "memory");
	dsb(ish);
	isb();
}
