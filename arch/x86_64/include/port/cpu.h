/* SPDX-License-Identifier: MIT */
/*
 * The running CPU on x86: its record is reached through GS, whose base points at struct cpu while
 * the kernel runs (swapgs at every entry from user mode).
 */
#pragma once

#define X86_GDT_ENTRIES 16

/* SDM 3A, 8.7: 64-bit task state. rsp and ist are unaligned by format. */
struct x86_tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t iomap_base;
} __attribute__((packed));

struct arch_cpu {
	/* Entry code knows the offsets of these two: port/asm_offsets.h. */
	uintptr_t kernel_sp; /* top of the current thread's kernel stack: loaded at a system call */
	uintptr_t user_sp;   /* scratch of the system-call entry */

	uint64_t fs_base, gs_base; /* user bases now in the CPU */
	uint32_t apic_id;
	bool parked; /* atomic: reached arch_park_cpu() */
	void *ist_stacks; /* four pages */

	/* For /proc/cpuinfo: what CPUID said on this CPU. */
	uint32_t signature, microcode;
	uint8_t initial_apic_id, clflush_bytes;

	struct x86_tss tss;
	uint64_t gdt[X86_GDT_ENTRIES] __attribute__((aligned(16)));
};

static inline struct cpu *arch_this_cpu(void)
{
	struct cpu *cpu;

	__asm__ volatile("movq %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

static inline void arch_cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

static inline void arch_cpu_idle(void)
{
	/* sti holds interrupts off for one more instruction: none can slip in before hlt. */
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}
