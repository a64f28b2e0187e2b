/* SPDX-License-Identifier: MIT */
/* The running CPU: TPIDR_EL1 points at its struct cpu. */
#pragma once

#define ARM64_NR_ASIDS 8

struct arch_cpu {
	uint64_t spaces[ARM64_NR_ASIDS]; /* mmu.c: the spaces whose entries have ASID 1 and so on in this CPU's TLB */
	unsigned int next_space;
	unsigned int ipi_pending; /* atomic: bits of enum ipi */
	uint64_t midr;
	uint8_t gic_mask;	      /* GICv2: the bit of this CPU in target registers */
	volatile char *redistributor; /* GICv3 */
};

static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(cpu));
	return cpu;
}

static inline void arch_cpu_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}

static inline void arch_cpu_idle(void)
{
	/* wfi ends with a pending interrupt also while they are masked: none is lost. */
	__asm__ volatile("dsb sy\n\twfi\n\tmsr daifclr, #2\n\tisb\n\tmsr daifset, #2" ::: "memory");
}
