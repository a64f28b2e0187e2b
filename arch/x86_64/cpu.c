// SPDX-License-Identifier: MIT
/*
 * A CPU of its own: features, segment tables, system-call registers, protections.
 */
#include <arch/cpu.h>
#include <arch/init.h>
#include <arch/irqflags.h>
#include <arch/layout.h>
#include <arch/mmu.h>
#include <arch/time.h>
#include <boot/boot_info.h>
#include <kernel/cpu.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <mm/page.h>
#include <port/apic.h>
#include <port/asm_offsets.h>

#include "apic.h"
#include "early_console.h"
#include "x86.h"

LINKER_SET_DECLARE(x86_irqchips, const struct x86_irqchip);

struct x86_features x86_features;
unsigned int x86_large_page_levels = 3;

#define IST_STACKS 3
#define IST_STACK_SIZE PAGE_SIZE
#define IST_ORDER 2

/* Present code and data segments; the TSS and the CPU number are filled in per CPU. SDM 3A, 3.4.5. */
static const uint64_t gdt_template[X86_GDT_ENTRIES] = {
	[1] = 0x00cf9b000000ffff, /* 32-bit kernel code, for ways back to the loader's modes */
	[KERNEL_CS / 8] = 0x00af9b000000ffff,
	[KERNEL_DS / 8] = 0x00cf93000000ffff,
	[USER32_CS / 8] = 0x00cffb000000ffff,
	[USER_DS / 8] = 0x00cff3000000ffff,
	[USER_CS / 8] = 0x00affb000000ffff,
	[CPU_NUMBER_SELECTOR / 8] = 0x0040f50000000000,
};

/* Stands in for struct cpu until the first one is there: arch_this_cpu() and arch_current() are NULL. */
static uint64_t early_cpu[8];
static uint64_t early_gdt[X86_GDT_ENTRIES];

extern const int32_t __start_x86_smap_sites[], __stop_x86_smap_sites[];

void x86_features_init(void)
{
	struct x86_features *f = &x86_features;
	struct cpuid id = x86_cpuid(0, 0);

	f->max_leaf = id.eax;
	id = x86_cpuid(1, 0);
	f->leaf1_ecx = id.ecx;
	f->leaf1_edx = id.edx;
	f->hypervisor = id.ecx >> 31;
	if (f->max_leaf >= 7) {
		id = x86_cpuid(7, 0);
		f->leaf7_ebx = id.ebx;
		f->leaf7_ecx = id.ecx;
		f->leaf7_edx = id.edx;
	}
	f->max_extended_leaf = x86_cpuid(0x80000000, 0).eax;
	id = x86_cpuid(0x80000001, 0);
	f->ext1_ecx = id.ecx;
	f->ext1_edx = id.edx;
	if (f->max_extended_leaf >= 0x80000007)
		f->ext7_edx = x86_cpuid(0x80000007, 0).edx;
	f->fsgsbase = f->leaf7_ebx & 1;
	f->smap = f->leaf7_ebx >> 20 & 1;
	f->rdpid_or_tscp = (f->ext1_edx >> 27 & 1) || (f->leaf7_ecx >> 22 & 1);
	if (f->ext1_edx >> 26 & 1)
		x86_large_page_levels |= 4;
}

/* Without SMAP, stac and clac are invalid: 3-byte nops stand in. Kernel text is still writable. */
static void patch_smap_sites(void)
{
	static const uint8_t nop[] = { 0x0f, 0x1f, 0x00 };

	if (x86_features.smap)
		return;
	for (const int32_t *site = __start_x86_smap_sites; site != __stop_x86_smap_sites; site++) {
		char *at = (char *)site + *site;

		__asm__("" : "+r"(at)); /* the compiler takes a write behind a constant for impossible */
		memcpy(at, nop, sizeof(nop));
	}
}

void arch_init_early(struct boot_info *info)
{
	memcpy(early_gdt, gdt_template, sizeof(early_gdt));
	x86_load_gdt(early_gdt, sizeof(early_gdt));
	x86_wrmsr(MSR_GS_BASE, (uintptr_t)early_cpu);
	x86_idt_init();
	x86_features_init();
	patch_smap_sites();
	x86_fpu_init();
	early_console_init(info->cmdline);
}

void x86_cpu_alloc_stacks(struct cpu *cpu)
{
	struct page *page;

	if (cpu->arch.ist_stacks)
		return;
	page = page_alloc_order(IST_ORDER, ALLOC_ZERO);
	if (!page)
		panic("no memory for a CPU's exception stacks");
	cpu->arch.ist_stacks = page_address(page);
}

static void init_tss(struct cpu *cpu)
{
	struct x86_tss *tss = &cpu->arch.tss;
	uint64_t *gdt = cpu->arch.gdt, addr = (uintptr_t)tss;

	memcpy(gdt, gdt_template, sizeof(gdt_template));
	gdt[CPU_NUMBER_SELECTOR / 8] |= cpu->id & 0xfff;
	gdt[TSS_SELECTOR / 8] = (sizeof(*tss) - 1) | (addr & 0xffffff) << 16 | 0x89ULL << 40 | (addr >> 24 & 0xff) << 56;
	gdt[TSS_SELECTOR / 8 + 1] = addr >> 32;

	tss->iomap_base = sizeof(*tss);
	for (unsigned int i = 0; i < IST_STACKS; i++) {
		struct cpu **record = (void *)((char *)cpu->arch.ist_stacks + (i + 1) * IST_STACK_SIZE - 16);

		*record = cpu;
		tss->ist[i] = (uintptr_t)record;
	}
}

static void init_syscall(void)
{
	x86_wrmsr(MSR_STAR, (uint64_t)USER32_CS << 48 | (uint64_t)KERNEL_CS << 32);
	x86_wrmsr(MSR_LSTAR, (uintptr_t)x86_syscall_entry);
	x86_wrmsr(MSR_CSTAR, (uintptr_t)x86_syscall32_entry);
	x86_wrmsr(MSR_SYSCALL_MASK, X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | X86_EFLAGS_SF |
			  X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF | X86_EFLAGS_OF | X86_EFLAGS_IOPL |
			  X86_EFLAGS_NT | X86_EFLAGS_RF | X86_EFLAGS_AC | X86_EFLAGS_ID);
	x86_wrmsr(MSR_EFER, x86_rdmsr(MSR_EFER) | EFER_SCE);
}

static void note_identity(struct cpu *cpu)
{
	struct cpuid id = x86_cpuid(1, 0);
	uint64_t value;

	cpu->arch.signature = id.eax;
	cpu->arch.initial_apic_id = id.ebx >> 24;
	cpu->arch.clflush_bytes = (id.ebx >> 8 & 0xff) * 8;
	if (!x86_rdmsr_safe(0x8b, &value))
		cpu->arch.microcode = value >> 32 ? value >> 32 : (uint32_t)value;
}

void arch_cpu_init_this(struct cpu *cpu)
{
	cpu->self = cpu;
	x86_wrmsr(MSR_GS_BASE, (uintptr_t)cpu);
	x86_cpu_alloc_stacks(cpu);
	init_tss(cpu);
	x86_load_gdt(cpu->arch.gdt, sizeof(cpu->arch.gdt));
	x86_wrmsr(MSR_GS_BASE, (uintptr_t)cpu); /* loading the selector cleared it */
	x86_wrmsr(MSR_KERNEL_GS_BASE, 0);
	__asm__ volatile("ltr %w0" ::"r"(TSS_SELECTOR));
	x86_idt_load();
	x86_idt_use_ist();
	init_syscall();
	x86_fpu_init_this_cpu();
	x86_write_cr4(x86_read_cr4() | X86_CR4_MCE | (x86_features.fsgsbase ? X86_CR4_FSGSBASE : 0));
	if (x86_features.rdpid_or_tscp)
		x86_wrmsr(MSR_TSC_AUX, cpu->id);
	note_identity(cpu);
}

uint64_t arch_cpu_hw_id(void)
{
	/* x2APIC ID where there is one (SDM 3A, 11.12.8), else the 8 bits that CPUID.1 has. */
	if (x86_features.max_leaf >= 0xb && (x86_features.leaf1_ecx >> 21 & 1)) {
		struct cpuid id = x86_cpuid(0xb, 0);

		if (id.ebx)
			return id.edx;
	}
	return x86_cpuid(1, 0).ebx >> 24;
}

void arch_init(void)
{
	apic_init();
	LINKER_SET_FOREACH(x86_irqchips, const struct x86_irqchip, chip)
		chip->init();
	arch_init_this_cpu();
}

void arch_init_this_cpu(void)
{
	apic_init_this_cpu();
}

void arch_cpu_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" ::: "memory");
}

bool arch_cpu_random(uint64_t *out)
{
	bool ok = false;

	if (x86_features.leaf7_ebx >> 18 & 1)
		__asm__ volatile("rdseed %0" : "=r"(*out), "=@ccc"(ok));
	for (unsigned int tries = 0; !ok && (x86_features.leaf1_ecx >> 30 & 1) && tries < 10; tries++)
		__asm__ volatile("rdrand %0" : "=r"(*out), "=@ccc"(ok));
	return ok;
}
