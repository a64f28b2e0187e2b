// SPDX-License-Identifier: MIT
/*
 * The LS7A's interrupt controller (LS7A1000 manual, chapter 5): 64 lines, each sent as a message that
 * becomes a vector of the extended I/O controller. A vector is an edge: for a line that is still up
 * when it was handled, masking and unmasking sends it again.
 */
#include <drivers/irqchip/loongarch_eiointc_internal.h>

#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <kernel/irq.h>
#include <kernel/spinlock.h>
#include <lib/dt.h>
#include <mm/vmap.h>

#define ID_HIGH 0x04		/* number of lines - 1 in bits 16 .. 23 */
#define MASK 0x20
#define MESSAGE_ENABLE 0x40
#define EDGE 0x60
#define CLEAR 0x80
#define AUTO0 0xc0
#define AUTO1 0xe0
#define ROUTE(line) (0x100 + (line))
#define VECTOR(line) (0x200 + (line))
#define POLARITY 0x3e0		/* 1: active low */
#define NR_LINES 64

static volatile char *registers;
static struct irq_chip chip;
static struct spinlock lock = SPINLOCK_INIT;

/* A bit of one of the registers that have one for each line. */
static void set_bit(unsigned int reg, unsigned int line, bool on)
{
	volatile char *at = registers + reg + line / 32 * 4;
	uint32_t bit = 1u << line % 32, value = readl(at);

	writel(on ? value | bit : value & ~bit, at);
}

static void mask(struct irq_chip *unused, unsigned int line)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	set_bit(MASK, line, true);
	spin_unlock_irqrestore(&lock, flags);
}

static void unmask(struct irq_chip *unused, unsigned int line)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	writel(1u << line % 32, registers + CLEAR + line / 32 * 4);
	set_bit(MASK, line, false);
	spin_unlock_irqrestore(&lock, flags);
}

static void eoi(struct irq_chip *unused, unsigned int line)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	volatile char *at = registers + MASK + line / 32 * 4;
	uint32_t bit = 1u << line % 32, masks = readl(at);

	if (readl(registers + EDGE + line / 32 * 4) & bit)
		writel(bit, registers + CLEAR + line / 32 * 4);
	if (!(masks & bit)) {
		writel(masks | bit, at);
		writel(masks, at);
	}
	spin_unlock_irqrestore(&lock, flags);
}

static int configure(struct irq_chip *unused, unsigned int line, enum irq_trigger trigger, struct cpu *target)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	set_bit(EDGE, line, trigger == IRQ_TRIGGER_EDGE);
	set_bit(POLARITY, line, trigger == IRQ_TRIGGER_LEVEL_LOW);
	spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static void shutdown(struct irq_chip *unused)
{
	for (unsigned int i = 0; i < NR_LINES / 8; i += 4) {
		writel(~0u, registers + MASK + i);
		writel(~0u, registers + CLEAR + i);
	}
}

static const struct irq_chip_ops pch_pic_ops = {
	.name = "PCH-PIC", .mask = mask, .unmask = unmask, .eoi = eoi, .configure = configure, .shutdown = shutdown,
};

static int translate(const struct dt_irq *irq, unsigned int *input, enum irq_trigger *trigger)
{
	*input = irq->cells[0];
	*trigger = irq->nr_cells > 1 ? fdt_trigger(irq->cells[1]) : IRQ_TRIGGER_LEVEL_HIGH;
	return 0;
}

/* Line n sends vector base + n; all lines masked. */
static void reset(unsigned int base)
{
	shutdown(&chip);
	for (unsigned int line = 0; line < NR_LINES; line++) {
		writeb((uint8_t)(base + line), registers + VECTOR(line));
		writeb(1, registers + ROUTE(line));
	}
	for (unsigned int i = 0; i < NR_LINES / 8; i += 4) {
		writel(0, registers + AUTO0 + i);
		writel(0, registers + AUTO1 + i);
		writel(~0u, registers + MESSAGE_ENABLE + i);
	}
}

static int init(int node)
{
	paddr_t paddr;
	uint64_t size;
	uint32_t base;
	int err;

	if (registers || dt_reg(fdt_tree(), node, 0, &paddr, &size) || size < POLARITY + 8 ||
		dt_u32(fdt_tree(), node, "loongson,pic-base-vec", 0, &base))
		return -ENODEV;
	err = loongarch_eiointc_set_vectors(0, 0, 0);
	if (err)
		return err;
	registers = ioremap(paddr, size);
	if (!registers)
		return -ENOMEM;
	chip.ops = &pch_pic_ops;
	chip.nr_irqs = (readl(registers + ID_HIGH) >> 16 & 0xff) + 1;
	if (chip.nr_irqs > NR_LINES)
		chip.nr_irqs = NR_LINES;
	reset(base);
	err = irq_register_chip(&chip);
	if (!err)
		err = loongarch_eiointc_set_vectors(base, chip.nr_irqs, chip.first_irq);
	return err ? err : fdt_irqchip_register(node, &chip, translate);
}

static const struct fdt_irqchip pch_pic = { "loongson,pch-pic-1.0", init };
FDT_IRQCHIP(pch_pic);
