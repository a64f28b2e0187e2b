// SPDX-License-Identifier: MIT
/* Other CPUs: named by the device tree, started and stopped by PSCI. */
#include <arch/smp.h>

#include <arch/barrier.h>
#include <arch/cache.h>
#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/mmu.h>
#include <arch/trapframe.h>
#include <boot/boot_info.h>
#include <device/fdt/fdt.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/dt.h>
#include <mm/pagetable.h>
#include <port/psci.h>

#include "arm64.h"

#define PARK_TIMEOUT_US 10000000 /* an emulator on a busy host gives a CPU no time for long */

/* What head.S reads, with the MMU off: at its physical address. */
struct arm64_start {
	paddr_t root;
	uintptr_t stack_top;
	struct cpu *cpu;
	uintptr_t entry;
};

extern char arm64_secondary_start[], __image_start[];
[[noreturn]] void arm64_secondary_main(struct cpu *cpu);

void arch_enumerate_cpus(void)
{
	const void *dt = fdt_tree();
	uint64_t boot_id = arch_cpu_hw_id();

	if (!dt || !psci_is_there())
		return;
	DT_FOREACH_TYPE(dt, node, "cpu") {
		paddr_t id;
		uint64_t unused;

		if (dt_reg(dt, node, 0, &id, &unused) || id == boot_id)
			continue;
		if (cpu_register(id) == -ENOMEM)
			pr_err("smp: no memory for the record of CPU %lx\n", (unsigned long)id);
	}
}

int arch_start_cpu(struct cpu *cpu)
{
	struct arm64_start *start = kmalloc(sizeof(*start)); /* stays: the CPU may be late */
	long result;

	if (!start)
		return -ENOMEM;
	*start = (struct arm64_start){
		.root = kernel_pagetable.root_paddr,
		.stack_top = (uintptr_t)arch_user_frame(cpu->idle_thread),
		.cpu = cpu,
		.entry = (uintptr_t)arm64_secondary_main,
	};
	arm64_cache_flush(start, sizeof(*start));
	result = psci_call(PSCI_CPU_ON, cpu->hw_id,
		boot_info.kernel_start + (uint64_t)(arm64_secondary_start - __image_start), virt_to_phys(start));
	return result ? -EIO : 0;
}

void arm64_secondary_main(struct cpu *cpu)
{
	arch_mmu_init_this_cpu();
	kernel_main_secondary(cpu);
}

void arch_park_cpu(void)
{
	arch_irq_disable();
	sysreg_write(cntv_ctl_el0, 0);
	arm64_irqchip_leave_cpu();
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
	arch_cpu_halt();
}

int arch_wait_parked(struct cpu *cpu)
{
	for (unsigned int waited_us = 0; waited_us < PARK_TIMEOUT_US; waited_us++) {
		if (psci_call(PSCI_AFFINITY_INFO, cpu->hw_id, 0, 0) == PSCI_AFFINITY_IS_OFF)
			return 0;
		delay_us(1);
	}
	pr_err("smp: CPU %lx does not stop\n", (unsigned long)cpu->hw_id);
	return -EBUSY;
}

void arch_send_ipi(struct cpu *cpu, enum ipi kind)
{
	__atomic_or_fetch(&cpu->arch.ipi_pending, 1u << kind, __ATOMIC_SEQ_CST);
	wmb();
	arm64_irqchip_send_ipi(cpu);
}

/* The bits are taken after the interrupt was acknowledged: none is lost. */
void arm64_handle_ipi(void)
{
	unsigned int pending = __atomic_exchange_n(&arch_this_cpu()->arch.ipi_pending, 0, __ATOMIC_SEQ_CST);

	for (unsigned int kind = 0; kind < IPI_NR; kind++)
		if (pending >> kind & 1)
			ipi_handle(kind);
}
