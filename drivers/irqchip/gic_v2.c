// SPDX-License-Identifier: MIT
/* GICv2 (Arm IHI 0048B): a CPU interface in memory, at most eight CPUs. */
#include <drivers/irqchip/gic_internal.h>

#include <arch/cpu.h>
#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <port/irq.h>

#define GICD_ITARGETSR 0x800
#define GICD_SGIR 0xf00

#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define LOWEST_PRIORITY 0xf0
#define INTID 0x3ff

static volatile char *cpu_interface;

static void handle(struct trapframe *frame)
{
	for (;;) {
		uint32_t iar = readl(cpu_interface + GICC_IAR), intid = iar & INTID;

		if (intid >= GIC_SPURIOUS)
			return;
		if (intid < GIC_FIRST_SPI) {
			/* Ended first: who handles a request for another thread may go on to it. */
			writel(iar, cpu_interface + GICC_EOIR);
			arm64_handle_local(intid);
		} else {
			irq_handle(gic.chip.first_irq + intid, frame);
		}
	}
}

static void init_cpu(struct cpu *cpu)
{
	cpu->arch.gic_mask = (uint8_t)readl(gic.distributor + GICD_ITARGETSR);
	gic_init_local(gic.distributor);
	writel(LOWEST_PRIORITY, cpu_interface + GICC_PMR);
	writel(1, cpu_interface + GICC_CTLR);
}

static void send_ipi(struct cpu *cpu)
{
	writel((uint32_t)cpu->arch.gic_mask << 16, gic.distributor + GICD_SGIR);
}

static void enable_local(unsigned int intid)
{
	writel(1u << intid, gic.distributor + GIC_ISENABLER(0));
}

static void leave_cpu(void)
{
	writel(~0u, gic.distributor + GIC_ICENABLER(0));
	writel(0, cpu_interface + GICC_CTLR);
}

static void eoi(struct irq_chip *chip, unsigned int input)
{
	writel(input, cpu_interface + GICC_EOIR);
}

static int configure(struct irq_chip *chip, unsigned int input, enum irq_trigger trigger, struct cpu *target)
{
	int err = gic_set_trigger(input, trigger);

	if (!err)
		writeb((target ? target : arch_this_cpu())->arch.gic_mask, gic.distributor + GICD_ITARGETSR + input);
	return err;
}

static void shutdown(struct irq_chip *chip)
{
	gic_disable_all();
	leave_cpu();
	writel(0, gic.distributor + GICD_CTLR);
}

static const struct irq_chip_ops ops = {
	.name = "GICv2", .mask = gic_mask, .unmask = gic_unmask, .eoi = eoi, .configure = configure, .shutdown = shutdown,
};

static const struct arm64_irqchip irqchip = {
	.handle = handle, .init_cpu = init_cpu, .send_ipi = send_ipi, .enable_local = enable_local, .leave_cpu = leave_cpu,
};

static int init(int node)
{
	int err;

	if (gic.distributor)
		return -ENODEV;
	gic.distributor = gic_map(node, 0);
	cpu_interface = gic_map(node, 1);
	if (!gic.distributor || !cpu_interface)
		return -EINVAL;
	err = gic_add(node, &ops);
	if (err)
		return err;
	writel(1, gic.distributor + GICD_CTLR);
	init_cpu(arch_this_cpu());
	arm64_set_irqchip(&irqchip);
	return 0;
}

static const struct fdt_irqchip gic_a15 = { "arm,cortex-a15-gic", init };
static const struct fdt_irqchip gic_400 = { "arm,gic-400", init };
FDT_IRQCHIP(gic_a15);
FDT_IRQCHIP(gic_400);
