// SPDX-License-Identifier: MIT
/* Other harts: named by the device tree, started and stopped by the firmware's HSM calls (SBI 2.0, 9). */
#include <arch/smp.h>

#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/barrier.h>
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
#include <port/irq.h>
#include <port/sbi.h>

#include "riscv.h"

#define PARK_TIMEOUT_US 10000000 /* an emulator on a busy host gives a CPU no time for long */

/* What head.S reads, with paging off: at its physical address. */
struct riscv_start {
	uint64_t satp;
	uintptr_t stack_top;
	struct cpu *cpu;
	uintptr_t entry;
};

extern char riscv_secondary_start[], riscv_secondary_virtual[], __image_start[];
[[noreturn]] void riscv_secondary_main(struct cpu *cpu);

void arch_enumerate_cpus(void)
{
	const void *dt = fdt_tree();

	if (!dt)
		return;
	DT_FOREACH_TYPE(dt, node, "cpu") {
		paddr_t hart;
		uint64_t unused;

		if (dt_reg(dt, node, 0, &hart, &unused) || hart == riscv_features.boot_hart)
			continue;
		if (cpu_register(hart) == -ENOMEM)
			pr_err("smp: no memory for the record of hart %lu\n", (unsigned long)hart);
	}
}

unsigned int riscv_irq_context(int node, uint64_t hart)
{
	const void *dt = fdt_tree();
	struct dt_irq irq;

	for (unsigned int i = 0; dt_irq(dt, node, i, &irq) != -ENOENT; i++) {
		paddr_t reg;
		uint64_t unused;

		if (irq.cells[0] == RISCV_EXTERNAL && !dt_reg(dt, dt_parent(dt, irq.controller), 0, &reg, &unused) &&
			reg == hart)
			return i;
	}
	return RISCV_NO_IRQ_CONTEXT;
}

int arch_start_cpu(struct cpu *cpu)
{
	struct riscv_start *start = kmalloc(sizeof(*start)); /* stays: the hart may be late */
	struct sbi_result result;

	if (!start)
		return -ENOMEM;
	*start = (struct riscv_start){
		.satp = SATP_SV39 | kernel_pagetable.root_paddr >> PAGE_SHIFT,
		.stack_top = (uintptr_t)arch_user_frame(cpu->idle_thread),
		.cpu = cpu,
		.entry = (uintptr_t)riscv_secondary_virtual,
	};
	smp_mb();
	result = sbi_call(SBI_HSM, SBI_HSM_START, cpu->hw_id,
		boot_info.kernel_start + (uint64_t)(riscv_secondary_start - __image_start), virt_to_phys(start), 0);
	return result.error ? -EIO : 0;
}

void riscv_secondary_main(struct cpu *cpu)
{
	kernel_main_secondary(cpu);
}

void arch_park_cpu(void)
{
	arch_irq_disable();
	csr_write(sie, 0);
	__atomic_store_n(&arch_this_cpu()->arch.parked, true, __ATOMIC_RELEASE);
	sbi_call(SBI_HSM, SBI_HSM_STOP, 0, 0, 0, 0);
	arch_cpu_halt();
}

int arch_wait_parked(struct cpu *cpu)
{
	for (unsigned int waited_us = 0; waited_us < PARK_TIMEOUT_US; waited_us++) {
		struct sbi_result status = sbi_call(SBI_HSM, SBI_HSM_STATUS, cpu->hw_id, 0, 0, 0);

		if (!status.error && status.value == SBI_HSM_STOPPED)
			return 0;
		delay_us(1);
	}
	pr_err("smp: hart %lu does not stop\n", (unsigned long)cpu->hw_id);
	return -EBUSY;
}

void arch_send_ipi(struct cpu *cpu, enum ipi kind)
{
	__atomic_or_fetch(&cpu->arch.ipi_pending, 1u << kind, __ATOMIC_SEQ_CST);
	sbi_call(SBI_IPI, 0, 1, cpu->hw_id, 0, 0);
}

/* The bits are taken after the interrupt was acknowledged: none is lost. */
void riscv_handle_ipi(void)
{
	unsigned int pending;

	csr_clear(sip, SIE_SOFT);
	pending = __atomic_exchange_n(&arch_this_cpu()->arch.ipi_pending, 0, __ATOMIC_SEQ_CST);
	for (unsigned int kind = 0; kind < IPI_NR; kind++)
		if (pending >> kind & 1)
			ipi_handle(kind);
}
