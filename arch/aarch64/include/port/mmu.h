/* SPDX-License-Identifier: MIT */
/* Page-table entries of VMSAv8-64, 4 KiB granule (Arm ARM, D8.3). */
#pragma once

#include <port/sysreg.h>

#define ARM64_PTE_VALID (1UL << 0)
#define ARM64_PTE_TABLE (1UL << 1) /* a table, or a page at the last level */
#define ARM64_PTE_ATTR_SHIFT 2
#define ARM64_PTE_EL0 (1UL << 6)
#define ARM64_PTE_READ_ONLY (1UL << 7)
#define ARM64_PTE_INNER_SHAREABLE (3UL << 8)
#define ARM64_PTE_ACCESSED (1UL << 10)
#define ARM64_PTE_NOT_GLOBAL (1UL << 11)
#define ARM64_PTE_GUARDED_SHIFT 50
#define ARM64_PTE_PXN (1UL << 53)
#define ARM64_PTE_UXN (1UL << 54)
#define ARM64_PTE_NO_ACCESS (1UL << 55) /* ours: mapped, but no right to it (PROT_NONE); VALID is 0 */
#define ARM64_PTE_ADDRESS 0xfffffffff000UL

static inline pte_t arch_pte_make(paddr_t paddr, unsigned int prot, unsigned int level)
{
	pte_t pte = (paddr & ARM64_PTE_ADDRESS) | ARM64_PTE_ACCESSED | ARM64_PTE_INNER_SHAREABLE;

	pte |= (pte_t)(prot & MMU_GUARDED) << (ARM64_PTE_GUARDED_SHIFT - __builtin_ctz(MMU_GUARDED));
	pte |= prot & (MMU_READ | MMU_WRITE | MMU_EXEC) ? ARM64_PTE_VALID : ARM64_PTE_NO_ACCESS;
	if (!level)
		pte |= ARM64_PTE_TABLE;
	if (prot & MMU_UNCACHED)
		pte |= (pte_t)MAIR_DEVICE << ARM64_PTE_ATTR_SHIFT;
	else if (prot & MMU_WRITE_COMBINE)
		pte |= (pte_t)MAIR_UNCACHED << ARM64_PTE_ATTR_SHIFT;
	if (!(prot & MMU_WRITE))
		pte |= ARM64_PTE_READ_ONLY;
	if (!(prot & MMU_GLOBAL))
		pte |= ARM64_PTE_NOT_GLOBAL;
	if (prot & MMU_USER)
		pte |= ARM64_PTE_EL0 | ARM64_PTE_PXN | (prot & MMU_EXEC ? 0 : ARM64_PTE_UXN);
	else
		pte |= ARM64_PTE_UXN | (prot & MMU_EXEC ? 0 : ARM64_PTE_PXN);
	return pte;
}

extern unsigned long arm64_prot_guarded; /* cpu.c */

static inline unsigned long arch_prot_guarded(void)
{
	return arm64_prot_guarded;
}

static inline pte_t arch_pte_make_table(paddr_t table)
{
	return table | ARM64_PTE_TABLE | ARM64_PTE_VALID;
}

static inline bool arch_pte_present(pte_t pte)
{
	return pte & (ARM64_PTE_VALID | ARM64_PTE_NO_ACCESS);
}

static inline bool arch_pte_is_leaf(pte_t pte, unsigned int level)
{
	return level == 0 || !(pte & ARM64_PTE_TABLE);
}

static inline paddr_t arch_pte_paddr(pte_t pte)
{
	return pte & ARM64_PTE_ADDRESS;
}

static inline unsigned int arch_pte_prot(pte_t pte)
{
	bool is_user = pte & ARM64_PTE_EL0;
	unsigned int type = pte >> ARM64_PTE_ATTR_SHIFT & 7, prot = 0;

	if (pte & ARM64_PTE_VALID) {
		prot |= MMU_READ;
		if (!(pte & ARM64_PTE_READ_ONLY))
			prot |= MMU_WRITE;
		if (!(pte & (is_user ? ARM64_PTE_UXN : ARM64_PTE_PXN)))
			prot |= MMU_EXEC;
	}
	if (is_user)
		prot |= MMU_USER;
	if (pte >> ARM64_PTE_GUARDED_SHIFT & 1)
		prot |= MMU_GUARDED;
	if (!(pte & ARM64_PTE_NOT_GLOBAL))
		prot |= MMU_GLOBAL;
	if (type == MAIR_DEVICE)
		prot |= MMU_UNCACHED;
	else if (type == MAIR_UNCACHED)
		prot |= MMU_WRITE_COMBINE;
	return prot;
}

static inline pte_t arch_pte_write_protect(pte_t pte)
{
	return pte | ARM64_PTE_READ_ONLY;
}

static inline bool arch_pte_writable(pte_t pte)
{
	return (pte & (ARM64_PTE_VALID | ARM64_PTE_READ_ONLY)) == ARM64_PTE_VALID;
}

static inline void arch_pte_sync(void)
{
	__asm__ volatile("dsb ishst\n\tisb" ::: "memory");
}

static inline bool arch_tlb_has_broadcast(void)
{
	return true;
}
