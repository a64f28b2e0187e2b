/* SPDX-License-Identifier: MIT */
/*
 * The running hart: tp points at its struct cpu while the kernel runs; in user mode sscratch does,
 * and sscratch is 0 in the kernel.
 */
#pragma once

struct arch_cpu {
	/* Entry code knows the offsets of these two: port/asm_offsets.h. */
	uintptr_t kernel_sp; /* top of the current thread's kernel stack: loaded at a trap from user mode */
	uintptr_t user_sp;   /* scratch of the trap entry */

	unsigned int ipi_pending; /* atomic: bits of enum ipi */
	bool parked;		  /* atomic: reached arch_park_cpu() */
	unsigned int irq_context; /* the hart, as the interrupt controller numbers it */
	uint64_t vendor, arch_id, impl_id;
};

/* What hwprobe(2) tells of all harts: RISCV_HWPROBE_KEY_IMA_EXT_0, and the bytes that cbo.zero clears. */
uint64_t riscv_probed_extensions(void);
unsigned int riscv_zero_block_bytes(void);

static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("mv %0, tp" : "=r"(cpu));
	return cpu;
}

static inline void arch_cpu_relax(void)
{
	__asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" ::: "memory"); /* Zihintpause's pause: a fence elsewhere */
}

static inline void arch_cpu_idle(void)
{
	/* wfi ends with a pending interrupt also while they are disabled: none is lost. */
	__asm__ volatile("wfi; csrsi sstatus, 2; csrci sstatus, 2" ::: "memory");
}
