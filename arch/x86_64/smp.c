// SPDX-License-Identifier: MIT
/*
 * Other CPUs: found in the MADT, started by INIT and SIPI through a page below 1 MiB (trampoline.S),
 * parked by INIT, which leaves them waiting for the next kernel's SIPI.
 */
#include <arch/smp.h>

#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <boot/boot_info.h>
#include <device/acpi/acpi.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <mm/pagetable.h>

#include "apic.h"
#include "x86.h"

#define LOW_START 0x1000
#define LOW_END 0x10000 /* what boot_params.c keeps free for firmware and this */
#define LOW_PAGES 4	/* code, then three levels of identity map */
#define INIT_DELAY_US 10
#define PARK_TIMEOUT_US 10000000 /* an emulator on a busy host gives a CPU no time for long */

extern const char x86_trampoline[], x86_trampoline_end[];
extern const char x86_trampoline_gdt_base[], x86_trampoline_far[], x86_trampoline_cr3[], x86_trampoline_entry[];
void x86_secondary_entry(void);
[[noreturn]] void x86_secondary_main(struct cpu *cpu);

/* Read by starting CPUs (trampoline.S): an entry is complete before its SIPI is sent; cpu NULL ends it. */
struct start_entry {
	uint64_t apic_id;
	struct cpu *cpu;
	uintptr_t stack_top;
};
extern struct start_entry x86_start_table[MAX_CPUS + 1];
extern uint64_t x86_start_cr3;
struct start_entry x86_start_table[MAX_CPUS + 1];
uint64_t x86_start_cr3;
static unsigned int nr_start;
static paddr_t low_memory; /* 0: not prepared */

static void register_cpu(uint32_t id, uint32_t flags)
{
	int err;

	if (!(flags & ACPI_MADT_ENABLED) || id == arch_cpu_hw_id())
		return;
	err = cpu_register(id);
	if (err == -ENOMEM)
		pr_err("smp: no memory for the record of CPU %u\n", id);
}

void arch_enumerate_cpus(void)
{
	const struct acpi_madt *madt = (const struct acpi_madt *)acpi_find("APIC", 0);

	if (!madt)
		return;
	ACPI_MADT_FOREACH(madt, entry) {
		if (entry->type == ACPI_MADT_LAPIC) {
			const struct acpi_madt_lapic *lapic = (const void *)entry;

			register_cpu(lapic->apic_id, lapic->flags);
		} else if (entry->type == ACPI_MADT_X2APIC) {
			const struct acpi_madt_x2apic *x2apic = (const void *)entry;

			register_cpu(x2apic->apic_id, x2apic->flags);
		}
	}
}

static bool overlaps_loader(paddr_t start, paddr_t end)
{
	for (unsigned int i = 0; i < boot_info.nr_reserved; i++) {
		const struct boot_reserved *r = &boot_info.reserved[i];

		if (r->why != BOOT_RESERVE_FIRMWARE && r->start < end && start < r->start + r->size_bytes)
			return true;
	}
	return false;
}

static paddr_t find_low_memory(void)
{
	const size_t size = LOW_PAGES * PAGE_SIZE;

	for (paddr_t start = LOW_END - size; start >= LOW_START; start -= PAGE_SIZE)
		if (boot_range_is_usable(&boot_info, start, size) && !overlaps_loader(start, start + size))
			return start;
	return 0;
}

static void patch(char *code, const char *symbol, uint32_t add)
{
	uint32_t value;

	memcpy(&value, code + (symbol - x86_trampoline), sizeof(value));
	value += add;
	memcpy(code + (symbol - x86_trampoline), &value, sizeof(value));
}

/* The low pages and a root of their own: the first 2 MiB as they are, beside the kernel's half. */
static int prepare_trampoline(void)
{
	uintptr_t entry = (uintptr_t)x86_secondary_entry;
	pte_t *tables;
	char *code;

	low_memory = find_low_memory();
	if (!low_memory) {
		pr_err("smp: no free page below 64 KiB to start other CPUs from\n");
		return -ENOMEM;
	}
	code = phys_to_virt(low_memory);
	memset(code, 0, LOW_PAGES * PAGE_SIZE);
	memcpy(code, x86_trampoline, (size_t)(x86_trampoline_end - x86_trampoline));
	patch(code, x86_trampoline_gdt_base, (uint32_t)low_memory);
	patch(code, x86_trampoline_far, (uint32_t)low_memory);
	patch(code, x86_trampoline_cr3, (uint32_t)(low_memory + PAGE_SIZE));
	memcpy(code + (x86_trampoline_entry - x86_trampoline), &entry, sizeof(entry));

	tables = (pte_t *)(code + PAGE_SIZE);
	arch_mmu_init_root(tables);
	tables[0] = arch_pte_make_table(low_memory + 2 * PAGE_SIZE);
	tables[512] = arch_pte_make_table(low_memory + 3 * PAGE_SIZE);
	tables[1024] = arch_pte_make(0, MMU_READ | MMU_WRITE | MMU_EXEC, 1);
	x86_start_cr3 = kernel_pagetable.root_paddr;
	return 0;
}

int arch_start_cpu(struct cpu *cpu)
{
	uint32_t id = (uint32_t)cpu->hw_id;

	if (!low_memory && prepare_trampoline())
		return -ENOMEM;
	x86_cpu_alloc_stacks(cpu);
	x86_start_table[nr_start].apic_id = cpu->hw_id;
	x86_start_table[nr_start].stack_top = cpu->idle_thread->arch.stack_top - 16;
	__atomic_store_n(&x86_start_table[nr_start++].cpu, cpu, __ATOMIC_RELEASE);

	apic_send(id, APIC_ICR_INIT | APIC_ICR_ASSERT);
	delay_us(INIT_DELAY_US);
	apic_send(id, APIC_ICR_STARTUP | APIC_ICR_ASSERT | (uint32_t)(low_memory >> PAGE_SHIFT));
	delay_us(INIT_DELAY_US);
	apic_send(id, APIC_ICR_STARTUP | APIC_ICR_ASSERT | (uint32_t)(low_memory >> PAGE_SHIFT));
	return 0;
}

void x86_secondary_main(struct cpu *cpu)
{
	arch_mmu_init_this_cpu();
	kernel_main_secondary(cpu);
}

void arch_park_cpu(void)
{
	struct cpu *cpu = arch_this_cpu();

	arch_irq_disable();
	apic_shutdown_this_cpu();
	__atomic_store_n(&cpu->arch.parked, true, __ATOMIC_RELEASE);
	arch_cpu_halt();
}

int arch_wait_parked(struct cpu *cpu)
{
	/* One that never came is not waited for, but told the same: it must not come later. */
	for (unsigned int waited_us = 0; cpu->rq.running && !__atomic_load_n(&cpu->arch.parked, __ATOMIC_ACQUIRE); waited_us++) {
		if (waited_us == PARK_TIMEOUT_US) {
			pr_err("smp: CPU %u does not stop\n", cpu->id);
			return -EBUSY;
		}
		delay_us(1);
	}
	apic_send((uint32_t)cpu->hw_id, APIC_ICR_INIT | APIC_ICR_ASSERT);
	return 0;
}

void arch_send_ipi(struct cpu *cpu, enum ipi kind)
{
	apic_send((uint32_t)cpu->hw_id, APIC_ICR_FIXED | APIC_ICR_ASSERT | (X86_VECTOR_IPI + kind));
}
