/* SPDX-License-Identifier: MIT */
/* The port's own: instructions, registers and features of an x86 CPU (SDM; AMD APM). */
#pragma once

#include <asm/processor-flags.h>
#include <lib/types.h>

#define MSR_APIC_BASE 0x1b
#define MSR_MISC_ENABLE 0x1a0
#define MSR_PLATFORM_INFO 0xce
#define MSR_PAT 0x277
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_X2APIC 0x800 /* + register offset / 16 */
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_CSTAR 0xc0000083
#define MSR_SYSCALL_MASK 0xc0000084
#define MSR_FS_BASE 0xc0000100
#define MSR_GS_BASE 0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX 0xc0000103

#define EFER_SCE (1UL << 0)
#define EFER_NX (1UL << 11)

struct cpu;

/* CPUID words that are asked for more than once; boot CPU's, taken by x86_features_init(). */
struct x86_features {
	uint32_t max_leaf, max_extended_leaf;
	uint32_t leaf1_ecx, leaf1_edx;	  /* CPUID.1 */
	uint32_t leaf7_ebx, leaf7_ecx, leaf7_edx; /* CPUID.7.0 */
	uint32_t ext1_ecx, ext1_edx;	  /* CPUID.80000001 */
	uint32_t xsave1_eax;		  /* CPUID.D.1 */
	uint32_t ext7_edx;		  /* CPUID.80000007 */
	uint64_t xcr0;			  /* components that are switched; 0: FXSAVE */
	uint32_t fpu_bytes;		  /* size of the save area */
	bool hypervisor, fsgsbase, smap, xsaveopt, rdpid_or_tscp;
};
extern struct x86_features x86_features;

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid x86_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid id;

	__asm__ volatile("cpuid"
			 : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx)
			 : "a"(leaf), "c"(subleaf));
	return id;
}

static inline uint64_t x86_rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr) : "memory");
	return (uint64_t)hi << 32 | lo;
}

static inline void x86_wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

#define X86_CONTROL_REGISTER(name)                                                                 \
	static inline unsigned long x86_read_##name(void)                                          \
	{                                                                                          \
		unsigned long value;                                                               \
		__asm__ volatile("movq %%" #name ", %0" : "=r"(value)::"memory");                  \
		return value;                                                                      \
	}                                                                                          \
	static inline void x86_write_##name(unsigned long value)                                   \
	{                                                                                          \
		__asm__ volatile("movq %0, %%" #name ::"r"(value) : "memory");                     \
	}
X86_CONTROL_REGISTER(cr0)
X86_CONTROL_REGISTER(cr2)
X86_CONTROL_REGISTER(cr3)
X86_CONTROL_REGISTER(cr4)
X86_CONTROL_REGISTER(dr6)
X86_CONTROL_REGISTER(dr7)

/* entry.S */
extern const char x86_exception_stubs[], x86_irq_stubs[], x86_ist_stubs[];
void x86_syscall_entry(void);
void x86_syscall32_entry(void);

/* cpu.c */
void x86_features_init(void);
void x86_load_gdt(uint64_t *gdt, size_t size); /* entry.S: and reloads every segment register */
void x86_cpu_alloc_stacks(struct cpu *cpu);    /* may allocate; before arch_cpu_init_this() on another CPU */

/* trap.c */
void x86_idt_init(void);
void x86_idt_use_ist(void);
void x86_idt_load(void);

/* fpu.c */
void x86_fpu_init(void);	  /* boot CPU: sizes */
void x86_fpu_init_this_cpu(void); /* CR0, CR4, XCR0 */

/* uaccess.S: like rdmsr, but -EFAULT where the CPU has no such register. */
int x86_rdmsr_safe(uint32_t msr, uint64_t *value);
