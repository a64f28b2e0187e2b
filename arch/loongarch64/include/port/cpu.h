/* SPDX-License-Identifier: MIT */
/* The running CPU: $r21 points at its struct cpu while the kernel runs; CSR SAVE2 always does. */
#pragma once

struct arch_cpu {
	uintptr_t kernel_sp;	  /* top of the current thread's kernel stack: port/asm_offsets.h */
	unsigned int ipi_pending; /* atomic: bits of enum ipi */
	uint32_t prid;		  /* CPUCFG word 0 */
};

static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("move %0, $r21" : "=r"(cpu));
	return cpu;
}

static inline void arch_cpu_relax(void)
{
	__asm__ volatile("nop" ::: "memory");
}

void loongarch_idle(void); /* entry.S */

static inline void arch_cpu_idle(void)
{
	loongarch_idle();
}
