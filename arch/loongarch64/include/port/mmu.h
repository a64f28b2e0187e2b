/* SPDX-License-Identifier: MIT */
/*
 * Page-table entries (Reference Manual, 5.4.5): a leaf as the TLB takes it; a table's entry is its
 * address alone, since the walk's instructions take it so.
 */
#pragma once

#define LOONGARCH_PTE_VALID (1UL << 0)
#define LOONGARCH_PTE_DIRTY (1UL << 1)		/* stores are allowed */
#define LOONGARCH_PTE_PLV3 (3UL << 2)		/* programs may, too */
#define LOONGARCH_PTE_CACHED (1UL << 4)		/* memory type CC; 0: strongly ordered, uncached */
#define LOONGARCH_PTE_WRITE_COMBINE (2UL << 4)	/* WUC */
#define LOONGARCH_PTE_GLOBAL (1UL << 6)
#define LOONGARCH_PTE_PRESENT (1UL << 7)	/* without VALID: mapped, but no right to it (PROT_NONE) */
#define LOONGARCH_PTE_WRITE (1UL << 8)
#define LOONGARCH_PTE_NO_EXEC (1UL << 62)
#define LOONGARCH_PTE_PADDR 0xffffffffc000UL

static inline pte_t arch_pte_make(paddr_t paddr, unsigned int prot, unsigned int level)
{
	pte_t pte = paddr | LOONGARCH_PTE_PRESENT;

	if (prot & (MMU_READ | MMU_WRITE | MMU_EXEC))
		pte |= LOONGARCH_PTE_VALID;
	if (prot & MMU_WRITE)
		pte |= LOONGARCH_PTE_WRITE | LOONGARCH_PTE_DIRTY;
	if (!(prot & MMU_EXEC))
		pte |= LOONGARCH_PTE_NO_EXEC;
	if (prot & MMU_USER)
		pte |= LOONGARCH_PTE_PLV3;
	if (prot & MMU_GLOBAL)
		pte |= LOONGARCH_PTE_GLOBAL;
	if (prot & MMU_WRITE_COMBINE)
		pte |= LOONGARCH_PTE_WRITE_COMBINE;
	else if (!(prot & MMU_UNCACHED))
		pte |= LOONGARCH_PTE_CACHED;
	return pte;
}

static inline unsigned long arch_prot_guarded(void)
{
	return 0;
}

static inline pte_t arch_pte_make_table(paddr_t table)
{
	return table;
}

static inline bool arch_pte_present(pte_t pte)
{
	return pte != 0;
}

static inline bool arch_pte_is_leaf(pte_t pte, unsigned int level)
{
	return level == 0;
}

static inline paddr_t arch_pte_paddr(pte_t pte)
{
	return pte & LOONGARCH_PTE_PADDR;
}

static inline unsigned int arch_pte_prot(pte_t pte)
{
	unsigned int prot = 0;

	if (pte & LOONGARCH_PTE_VALID)
		prot |= MMU_READ;
	if (pte & LOONGARCH_PTE_WRITE)
		prot |= MMU_WRITE;
	if ((pte & LOONGARCH_PTE_VALID) && !(pte & LOONGARCH_PTE_NO_EXEC))
		prot |= MMU_EXEC;
	if (pte & LOONGARCH_PTE_PLV3)
		prot |= MMU_USER;
	if (pte & LOONGARCH_PTE_GLOBAL)
		prot |= MMU_GLOBAL;
	if (pte & LOONGARCH_PTE_WRITE_COMBINE)
		prot |= MMU_WRITE_COMBINE;
	else if (!(pte & LOONGARCH_PTE_CACHED))
		prot |= MMU_UNCACHED;
	return prot;
}

static inline pte_t arch_pte_write_protect(pte_t pte)
{
	return pte & ~(LOONGARCH_PTE_WRITE | LOONGARCH_PTE_DIRTY);
}

static inline bool arch_pte_writable(pte_t pte)
{
	return pte & LOONGARCH_PTE_WRITE;
}

/* Entries that were not valid may be remembered as such: the fault that follows ends that (trap.c). */
static inline void arch_pte_sync(void)
{
	__asm__ volatile("dbar 0" ::: "memory");
}

static inline bool arch_tlb_has_broadcast(void)
{
	return false;
}
