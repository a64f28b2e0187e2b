/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: the page-table format and the TLB.
 *
 * The four ports all have radix trees of 8-byte entries in memory, so the walk is neutral code
 * (mm/pagetable.c) and a port gives only the entry format, as inline functions, and the few
 * instructions that load a root and flush a TLB.
 */
#pragma once

#include <arch/layout.h>
#include <lib/types.h>

struct cpumask; /* kernel/cpumask.h */

/* What a mapping allows; the neutral form of an entry's permission bits. */
enum mmu_prot {
	MMU_READ = 1 << 0,
	MMU_WRITE = 1 << 1,
	MMU_EXEC = 1 << 2,
	MMU_USER = 1 << 3,
	MMU_GLOBAL = 1 << 4,	    /* same in every address space: kernel mappings */
	MMU_UNCACHED = 1 << 5,	    /* device registers */
	MMU_WRITE_COMBINE = 1 << 6, /* frame buffers */
	MMU_GUARDED = 1 << 16,	    /* programs jump to landing pads alone, where arch_prot_guarded() is not 0 */
};

typedef uint64_t pte_t;

/* Builds a leaf entry for level (0 = PAGE_SIZE). Accessed (and dirty, when writable) are set. */
static inline pte_t arch_pte_make(paddr_t paddr, unsigned int prot, unsigned int level);

/* Builds an entry that points to the next lower table. */
static inline pte_t arch_pte_make_table(paddr_t table);

static inline bool arch_pte_present(pte_t pte);

/* Whether a present entry at level > 0 is a leaf. */
static inline bool arch_pte_is_leaf(pte_t pte, unsigned int level);
static inline paddr_t arch_pte_paddr(pte_t pte);

/* The bit of mmap(2)'s prot that asks for MMU_GUARDED; 0: not known, or not on this CPU. */
static inline unsigned long arch_prot_guarded(void);

static inline unsigned int arch_pte_prot(pte_t pte); /* enum mmu_prot bits of a leaf */
static inline pte_t arch_pte_write_protect(pte_t pte);
static inline bool arch_pte_writable(pte_t pte);

/* Makes a store to page tables visible to the table walker before what follows (empty on x86). */
static inline void arch_pte_sync(void);

/*
 * Once on the boot CPU, after the page allocator has its first memory: leaves the early tables and
 * activates the kernel's own ones: direct map of all RAM (largest pages), kernel image with
 * text read-only+executable, rodata read-only, data not executable. Uses mm/pagetable.h.
 */
void arch_mmu_init(void);

/* Makes what arch_mmu_init() built current on a secondary CPU, and turns the CPU's protections on
 * (NX, SMEP, SMAP, write protect; PAN; SUM). Interrupts off. */
void arch_mmu_init_this_cpu(void);

/* Prepares a new user root table (x86: copies the kernel half). root is zeroed. */
void arch_mmu_init_root(pte_t *root);

/* Loads a root; asid 0 is the kernel's. Interrupts off. Flushes what the port cannot tag. */
void arch_mmu_switch(paddr_t root, uint64_t asid);

/* Flush this CPU's TLB: one range of the current user space, or everything incl. global. */
void arch_tlb_flush_local(vaddr_t start, size_t size);
void arch_tlb_flush_local_all(void);

/*
 * True when arch_tlb_flush_broadcast() reaches other CPUs without their help (aarch64 TLBI IS,
 * riscv64 SBI RFENCE). Elsewhere mm/tlb.c sends an IPI. (static inline constant functions)
 */
static inline bool arch_tlb_has_broadcast(void);
void arch_tlb_flush_broadcast(const struct cpumask *cpus, vaddr_t start, size_t size);

#include <port/mmu.h>
