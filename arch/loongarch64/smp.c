// SPDX-License-Identifier: MIT
/*
 * Other CPUs: they wait for an address in their mailbox, as firmware left them, and are sent there again
 * for the next kernel, in a piece of memory of their own (IOCSR registers: 3A5000 manual, chapter 10).
 */
#include <arch/smp.h>

#include <arch/barrier.h>
#include <arch/cpu.h>
#include <arch/irqflags.h>
#include <arch/layout.h>
#include <arch/trapframe.h>
#include <device/fdt/fdt.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <lib/dt.h>
#include <lib/string.h>

#include "loongarch.h"

#define PARK_TIMEOUT_US 10000000 /* an emulator on a busy host gives a CPU no time for long */
#define START_TIMEOUT_US 100000

#define SEND_BLOCKING (1u << 31)
#define SEND_CPU_SHIFT 16
#define MAIL_BOX_SHIFT 2
#define IPI_BOOT 0	/* action numbers: Linux's, and the boot code's */
#define IPI_WAKE 1

/* What head.S reads on a CPU that starts: one at a time. */
struct loongarch_start {
	uintptr_t stack_top;
	struct cpu *cpu; /* NULL: read */
	uint64_t hw_id;
};
struct loongarch_start loongarch_start;

extern char loongarch_secondary_start[], loongarch_park_code[], loongarch_park_code_end[];
[[noreturn]] void loongarch_secondary_main(struct cpu *cpu);
[[noreturn]] void loongarch_enter_parking(paddr_t at, paddr_t sign);

/* Where a CPU says that it runs in the parking memory, and no more in the kernel's. */
static paddr_t parking_sign(const struct cpu *cpu)
{
	return loongarch_parking + PARKING_SIGNS + cpu->id * sizeof(uint32_t);
}

void arch_enumerate_cpus(void)
{
	const void *dt = fdt_tree();

	if (!dt)
		return;
	DT_FOREACH_TYPE(dt, node, "cpu") {
		paddr_t id;
		uint64_t unused;

		if (dt_reg(dt, node, 0, &id, &unused) || id == cpu_get(0)->hw_id)
			continue;
		if (cpu_register(id) == -ENOMEM)
			pr_err("smp: no memory for the record of CPU %lu\n", (unsigned long)id);
	}
}

static void send_ipi(const struct cpu *cpu, unsigned int action)
{
	iocsr_write32(SEND_BLOCKING | (uint32_t)cpu->hw_id << SEND_CPU_SHIFT | action, IOCSR_IPI_SEND);
}

/* Mailbox 0 of a CPU, by halves: the upper first, since the lower one is the sign. */
static void send_mail(const struct cpu *cpu, uint64_t value)
{
	uint64_t to = SEND_BLOCKING | cpu->hw_id << SEND_CPU_SHIFT;

	iocsr_write64((value & 0xffffffff00000000) | to | 1u << MAIL_BOX_SHIFT, IOCSR_MAIL_SEND);
	iocsr_write64(value << 32 | to, IOCSR_MAIL_SEND);
}

int arch_start_cpu(struct cpu *cpu)
{
	if (loongarch_parking)
		*(uint32_t *)phys_to_virt(parking_sign(cpu)) = 0;
	loongarch_start = (struct loongarch_start){ (uintptr_t)arch_user_frame(cpu->idle_thread), cpu, cpu->hw_id };
	smp_mb();
	send_mail(cpu, virt_to_phys(loongarch_secondary_start));
	send_ipi(cpu, IPI_BOOT);
	for (unsigned int waited_us = 0; waited_us < START_TIMEOUT_US; waited_us++) {
		if (!__atomic_load_n(&loongarch_start.cpu, __ATOMIC_ACQUIRE))
			return 0;
		delay_us(1);
	}
	return -EIO;
}

/* On the idle thread's stack. */
void loongarch_secondary_main(struct cpu *cpu)
{
	__atomic_store_n(&loongarch_start.cpu, NULL, __ATOMIC_RELEASE);
	kernel_main_secondary(cpu);
}

void arch_park_cpu(void)
{
	arch_irq_disable();
	csr_write(CSR_TCFG, 0);
	csr_write(CSR_ECFG, 0);
	if (loongarch_parking) { /* the same bytes from each of them */
		memcpy(phys_to_virt(loongarch_parking), loongarch_park_code,
			(size_t)(loongarch_park_code_end - loongarch_park_code));
		__asm__ volatile("dbar 0\n\tibar 0" ::: "memory");
		loongarch_enter_parking(loongarch_parking, parking_sign(arch_this_cpu()));
	}
	arch_cpu_halt();
}

int arch_wait_parked(struct cpu *cpu)
{
	if (!cpu->rq.running)
		return 0; /* it never came, and is where firmware had it */
	for (unsigned int waited_us = 0; loongarch_parking && waited_us < PARK_TIMEOUT_US; waited_us++) {
		if (__atomic_load_n((uint32_t *)phys_to_virt(parking_sign(cpu)), __ATOMIC_ACQUIRE))
			return 0;
		delay_us(1);
	}
	pr_err("smp: CPU %lu does not stop\n", (unsigned long)cpu->hw_id);
	return -EBUSY;
}

void arch_send_ipi(struct cpu *cpu, enum ipi kind)
{
	__atomic_or_fetch(&cpu->arch.ipi_pending, 1u << kind, __ATOMIC_SEQ_CST);
	send_ipi(cpu, IPI_WAKE);
}

/* The bits are taken after the interrupt was acknowledged: none is lost. */
void loongarch_handle_ipi(void)
{
	unsigned int pending;

	iocsr_write32(iocsr_read32(IOCSR_IPI_STATUS), IOCSR_IPI_CLEAR);
	smp_mb();
	pending = __atomic_exchange_n(&arch_this_cpu()->arch.ipi_pending, 0, __ATOMIC_SEQ_CST);
	for (unsigned int kind = 0; kind < IPI_NR; kind++)
		if (pending >> kind & 1)
			ipi_handle(kind);
}
