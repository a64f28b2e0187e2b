/* SPDX-License-Identifier: MIT */
/* Page-table entries of x86_64 (SDM 3A, 5.5). Write combining is PAT entry 1 (mmu.c programs it). */
#pragma once

#define X86_PTE_PRESENT (1UL << 0)
#define X86_PTE_WRITE (1UL << 1)
#define X86_PTE_USER (1UL << 2)
#define X86_PTE_PWT (1UL << 3)
#define X86_PTE_PCD (1UL << 4)
#define X86_PTE_ACCESSED (1UL << 5)
#define X86_PTE_DIRTY (1UL << 6)
#define X86_PTE_LARGE (1UL << 7)
#define X86_PTE_GLOBAL (1UL << 8)
#define X86_PTE_NO_ACCESS (1UL << 9) /* ours: mapped, but no right to it (PROT_NONE); PRESENT is 0 */
#define X86_PTE_NX (1UL << 63)
#define X86_PTE_ADDR 0x000ffffffffff000UL

static inline pte_t arch_pte_make(paddr_t paddr, unsigned int prot, unsigned int level)
{
	pte_t pte = paddr | X86_PTE_ACCESSED;

	pte |= prot & (MMU_READ | MMU_WRITE | MMU_EXEC) ? X86_PTE_PRESENT : X86_PTE_NO_ACCESS;
	if (level)
		pte |= X86_PTE_LARGE;
	if (prot & MMU_WRITE)
		pte |= X86_PTE_WRITE | X86_PTE_DIRTY;
	if (prot & MMU_USER)
		pte |= X86_PTE_USER;
	if (prot & MMU_GLOBAL)
		pte |= X86_PTE_GLOBAL;
	if (prot & MMU_UNCACHED)
		pte |= X86_PTE_PCD | X86_PTE_PWT;
	else if (prot & MMU_WRITE_COMBINE)
		pte |= X86_PTE_PWT;
	if (!(prot & MMU_EXEC))
		pte |= X86_PTE_NX;
	return pte;
}

static inline unsigned long arch_prot_guarded(void)
{
	return 0;
}

static inline pte_t arch_pte_make_table(paddr_t table)
{
	return table | X86_PTE_PRESENT | X86_PTE_WRITE | X86_PTE_USER | X86_PTE_ACCESSED;
}

static inline bool arch_pte_present(pte_t pte)
{
	return pte & (X86_PTE_PRESENT | X86_PTE_NO_ACCESS);
}

static inline bool arch_pte_is_leaf(pte_t pte, unsigned int level)
{
	return level == 0 || (pte & X86_PTE_LARGE);
}

static inline paddr_t arch_pte_paddr(pte_t pte)
{
	return pte & X86_PTE_ADDR;
}

static inline unsigned int arch_pte_prot(pte_t pte)
{
	unsigned int prot = pte & X86_PTE_PRESENT ? MMU_READ : 0;

	if (pte & X86_PTE_WRITE)
		prot |= MMU_WRITE;
	if (!(pte & X86_PTE_NX))
		prot |= MMU_EXEC;
	if (pte & X86_PTE_USER)
		prot |= MMU_USER;
	if (pte & X86_PTE_GLOBAL)
		prot |= MMU_GLOBAL;
	if (pte & X86_PTE_PCD)
		prot |= MMU_UNCACHED;
	else if (pte & X86_PTE_PWT)
		prot |= MMU_WRITE_COMBINE;
	return prot;
}

static inline pte_t arch_pte_write_protect(pte_t pte)
{
	return pte & ~X86_PTE_WRITE;
}

static inline bool arch_pte_writable(pte_t pte)
{
	return pte & X86_PTE_WRITE;
}

static inline void arch_pte_sync(void)
{
}

static inline bool arch_tlb_has_broadcast(void)
{
	return false;
}
