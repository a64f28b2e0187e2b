// SPDX-License-Identifier: MIT
/* The GIC's distributor, as versions 2 and 3 share it (Arm IHI 0048, IHI 0069). */
#include <drivers/irqchip/gic_internal.h>

#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <kernel/spinlock.h>
#include <lib/dt.h>
#include <mm/vmap.h>

#define TYPE_SPI 0
#define TYPE_PPI 1

struct gic gic;
static struct spinlock config_lock = SPINLOCK_INIT;

volatile char *gic_map(int node, unsigned int index)
{
	paddr_t paddr;
	uint64_t size;

	return dt_reg(fdt_tree(), node, index, &paddr, &size) ? NULL : ioremap(paddr, size);
}

/* bindings interrupt-controller/arm,gic.yaml: type, number, flags. */
static int translate(const struct dt_irq *irq, unsigned int *input, enum irq_trigger *trigger)
{
	if (irq->nr_cells < 3 || irq->cells[0] > TYPE_PPI || irq->cells[1] >= GIC_SPURIOUS)
		return -EINVAL;
	*input = irq->cells[1] + (irq->cells[0] == TYPE_SPI ? GIC_FIRST_SPI : GIC_FIRST_SPI / 2);
	*trigger = fdt_trigger(irq->cells[2]);
	return 0;
}

void gic_mask(struct irq_chip *chip, unsigned int input)
{
	writel(1u << input % 32, gic.distributor + GIC_ICENABLER(input / 32));
}

void gic_unmask(struct irq_chip *chip, unsigned int input)
{
	writel(1u << input % 32, gic.distributor + GIC_ISENABLER(input / 32));
}

int gic_set_trigger(unsigned int input, enum irq_trigger trigger)
{
	volatile char *at = gic.distributor + GIC_ICFGR + input / 16 * 4;
	uint32_t bit = 2u << input % 16 * 2;
	unsigned long flags;

	if (input < GIC_FIRST_SPI || trigger == IRQ_TRIGGER_LEVEL_LOW)
		return -EINVAL;
	flags = spin_lock_irqsave(&config_lock);
	writel(trigger == IRQ_TRIGGER_EDGE ? readl(at) | bit : readl(at) & ~bit, at);
	spin_unlock_irqrestore(&config_lock, flags);
	return 0;
}

void gic_disable_all(void)
{
	for (unsigned int n = GIC_FIRST_SPI / 32; n < gic.chip.nr_irqs / 32; n++) {
		writel(~0u, gic.distributor + GIC_ICENABLER(n));
		writel(~0u, gic.distributor + GIC_ICPENDR(n));
		writel(~0u, gic.distributor + GIC_ICACTIVER(n));
	}
}

void gic_init_local(volatile char *registers)
{
	writel(0xffff0000, registers + GIC_ICENABLER(0));
	writel(~0u, registers + GIC_ICACTIVER(0));
	for (unsigned int i = 0; i < GIC_FIRST_SPI; i += 4)
		writel(GIC_PRIORITIES, registers + GIC_IPRIORITYR + i);
	writel(0xffff, registers + GIC_ISENABLER(0));
}

int gic_add(int node, const struct irq_chip_ops *ops)
{
	int err;

	gic.chip.ops = ops;
	gic.chip.nr_irqs = ((readl(gic.distributor + GICD_TYPER) & 0x1f) + 1) * 32;
	writel(0, gic.distributor + GICD_CTLR);
	gic_disable_all();
	for (unsigned int i = GIC_FIRST_SPI; i < gic.chip.nr_irqs; i += 4)
		writel(GIC_PRIORITIES, gic.distributor + GIC_IPRIORITYR + i);
	for (unsigned int i = GIC_FIRST_SPI; i < gic.chip.nr_irqs; i += 16)
		writel(0, gic.distributor + GIC_ICFGR + i / 4);
	err = irq_register_chip(&gic.chip);
	return err ?: fdt_irqchip_register(node, &gic.chip, translate);
}
