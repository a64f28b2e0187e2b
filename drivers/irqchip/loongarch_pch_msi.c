// SPDX-License-Identifier: MIT
/*
 * The LS7A's messages (LS7A1000 manual, chapter 5.4): what is written to one register is a vector of the
 * extended I/O controller, and those from loongson,msi-base-vec on are for it.
 */
#include <drivers/irqchip/loongarch_eiointc_internal.h>

#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <kernel/irq.h>
#include <kernel/spinlock.h>
#include <lib/dt.h>

#define MAX_MESSAGES 256

static paddr_t address;
static uint32_t base_vector;
static struct irq_chip chip;

static struct spinlock lock = SPINLOCK_INIT;
/* Guarded by lock. */
static bool is_taken[MAX_MESSAGES];

static void nothing(struct irq_chip *unused, unsigned int input)
{
}

static int configure(struct irq_chip *unused, unsigned int input, enum irq_trigger trigger, struct cpu *target)
{
	return trigger == IRQ_TRIGGER_EDGE ? 0 : -EINVAL;
}

static const struct irq_chip_ops pch_msi_ops = {
	.name = "PCH-MSI", .mask = nothing, .unmask = nothing, .configure = configure,
};

static void free_messages(struct msi_controller *unused, uint32_t requester, unsigned int nr, const struct msi_irq *irqs)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	while (nr--)
		is_taken[irqs[nr].irq - chip.first_irq] = false;
	spin_unlock_irqrestore(&lock, flags);
}

/* The first free one; chip.nr_irqs: none. */
static unsigned int take(void)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	unsigned int i = 0;

	while (i < chip.nr_irqs && is_taken[i])
		i++;
	if (i < chip.nr_irqs)
		is_taken[i] = true;
	spin_unlock_irqrestore(&lock, flags);
	return i;
}

static int alloc_messages(struct msi_controller *msi, uint32_t requester, unsigned int nr, struct msi_irq *irqs)
{
	for (unsigned int i = 0; i < nr; i++) {
		unsigned int input = take();

		if (input == chip.nr_irqs) {
			free_messages(msi, requester, i, irqs);
			return -ENOSPC;
		}
		loongarch_eiointc_route(base_vector + input, irqs[i].target);
		irqs[i].irq = chip.first_irq + input;
		irqs[i].message = (struct msi_message){ address, base_vector + input };
	}
	return 0;
}

static const struct msi_ops msi_ops = { .alloc = alloc_messages, .free = free_messages };
static struct msi_controller controller = { .ops = &msi_ops };

static int init(int node)
{
	uint32_t nr;
	uint64_t size;
	int err = loongarch_eiointc_set_vectors(0, 0, 0);

	if (err)
		return err;
	if (address || dt_reg(fdt_tree(), node, 0, &address, &size) ||
		dt_u32(fdt_tree(), node, "loongson,msi-base-vec", 0, &base_vector) ||
		dt_u32(fdt_tree(), node, "loongson,msi-num-vecs", 0, &nr))
		return -ENODEV;
	chip = (struct irq_chip){ .ops = &pch_msi_ops, .nr_irqs = nr < MAX_MESSAGES ? nr : MAX_MESSAGES };
	err = irq_register_chip(&chip);
	if (!err)
		err = loongarch_eiointc_set_vectors(base_vector, chip.nr_irqs, chip.first_irq);
	if (err)
		return err;
	controller.node = node;
	msi_register_controller(&controller);
	return 0;
}

static const struct fdt_irqchip pch_msi = { "loongson,pch-msi-1.0", init };
FDT_IRQCHIP(pch_msi);
