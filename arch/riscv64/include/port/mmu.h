/* SPDX-License-Identifier: MIT */
/* Page-table entries of Sv39 (privileged specification, 12.4). Memory types are the platform's (PMA). */
#pragma once

#define RISCV_PTE_VALID (1UL << 0)
#define RISCV_PTE_READ (1UL << 1)
#define RISCV_PTE_WRITE (1UL << 2)
#define RISCV_PTE_EXEC (1UL << 3)
#define RISCV_PTE_USER (1UL << 4)
#define RISCV_PTE_GLOBAL (1UL << 5)
#define RISCV_PTE_ACCESSED (1UL << 6)
#define RISCV_PTE_DIRTY (1UL << 7)
#define RISCV_PTE_UNCACHED (1UL << 8)  /* ours */
#define RISCV_PTE_NO_ACCESS (1UL << 9) /* ours: mapped, but no right to it (PROT_NONE); VALID is 0 */
#define RISCV_PTE_RIGHTS (RISCV_PTE_READ | RISCV_PTE_WRITE | RISCV_PTE_EXEC)
#define RISCV_PTE_PPN_SHIFT 10
#define RISCV_PTE_PPN (0xfffffffffffUL << RISCV_PTE_PPN_SHIFT)

static inline pte_t arch_pte_make(paddr_t paddr, unsigned int prot, unsigned int level)
{
	pte_t pte = paddr >> 12 << RISCV_PTE_PPN_SHIFT | RISCV_PTE_ACCESSED;

	pte |= prot & (MMU_READ | MMU_WRITE | MMU_EXEC) ? RISCV_PTE_VALID : RISCV_PTE_NO_ACCESS;
	if (prot & (MMU_READ | MMU_WRITE)) /* writable alone is reserved */
		pte |= RISCV_PTE_READ;
	if (prot & MMU_WRITE)
		pte |= RISCV_PTE_WRITE | RISCV_PTE_DIRTY;
	if (prot & MMU_EXEC)
		pte |= RISCV_PTE_EXEC;
	if (prot & MMU_USER)
		pte |= RISCV_PTE_USER;
	if (prot & MMU_GLOBAL)
		pte |= RISCV_PTE_GLOBAL;
	if (prot & MMU_UNCACHED)
		pte |= RISCV_PTE_UNCACHED;
	return pte;
}

static inline unsigned long arch_prot_guarded(void)
{
	return 0;
}

static inline pte_t arch_pte_make_table(paddr_t table)
{
	return table >> 12 << RISCV_PTE_PPN_SHIFT | RISCV_PTE_VALID;
}

static inline bool arch_pte_present(pte_t pte)
{
	return pte & (RISCV_PTE_VALID | RISCV_PTE_NO_ACCESS);
}

static inline bool arch_pte_is_leaf(pte_t pte, unsigned int level)
{
	return level == 0 || (pte & (RISCV_PTE_RIGHTS | RISCV_PTE_NO_ACCESS));
}

static inline paddr_t arch_pte_paddr(pte_t pte)
{
	return (pte & RISCV_PTE_PPN) >> RISCV_PTE_PPN_SHIFT << 12;
}

static inline unsigned int arch_pte_prot(pte_t pte)
{
	unsigned int prot = 0;

	if (pte & RISCV_PTE_READ)
		prot |= MMU_READ;
	if (pte & RISCV_PTE_WRITE)
		prot |= MMU_WRITE;
	if (pte & RISCV_PTE_EXEC)
		prot |= MMU_EXEC;
	if (pte & RISCV_PTE_USER)
		prot |= MMU_USER;
	if (pte & RISCV_PTE_GLOBAL)
		prot |= MMU_GLOBAL;
	if (pte & RISCV_PTE_UNCACHED)
		prot |= MMU_UNCACHED;
	return prot;
}

static inline pte_t arch_pte_write_protect(pte_t pte)
{
	return pte & ~RISCV_PTE_WRITE;
}

static inline bool arch_pte_writable(pte_t pte)
{
	return pte & RISCV_PTE_WRITE;
}

/* Entries that were not valid may be remembered as such: sfence.vma, without operands, ends that. */
static inline void arch_pte_sync(void)
{
	__asm__ volatile("fence w, w" ::: "memory");
}

static inline bool arch_tlb_has_broadcast(void)
{
	return true;
}
