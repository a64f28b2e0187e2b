// SPDX-License-Identifier: MIT
/* Interrupts: from the flat number to the chip's input and the handlers of its line. */
#include <kernel/irq.h>

#include <kernel/arch_upcalls.h>
#include <kernel/cpu.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/pseudo_file.h>
#include <kernel/random.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <lib/atomic.h>

#define MAX_IRQS 2048

struct irq_action {
	irq_handler handler;
	void *arg;
	const char *name;
	struct irq_action *next;
};

struct irq_desc {
	struct irq_chip *chip;
	struct irq_action *actions; /* guarded by irq_lock; walked by the handler with the desc's lock */
	struct spinlock lock;
	uint64_t count, unhandled;
	struct cpu *target; /* NULL: the boot CPU */
	enum irq_trigger trigger;
	bool is_masked;
};

static struct spinlock irq_lock = SPINLOCK_INIT;

/* Guarded by irq_lock; descs are never freed. */
static struct irq_desc *descs[MAX_IRQS];
static unsigned int nr_irqs;
static struct list_head chips = LIST_HEAD_INIT(chips);
static struct list_head msi_controllers = LIST_HEAD_INIT(msi_controllers); /* grows at start only */

static const struct irq_domain_ops *domain_ops;

void irq_init(void)
{
}

int irq_register_chip(struct irq_chip *chip)
{
	struct irq_desc *array = kcalloc(chip->nr_irqs, sizeof(*array));
	unsigned long flags;

	if (!array)
		return -ENOMEM;
	flags = spin_lock_irqsave(&irq_lock);
	if (nr_irqs + chip->nr_irqs > MAX_IRQS) {
		spin_unlock_irqrestore(&irq_lock, flags);
		kfree(array);
		return -ENOMEM;
	}
	chip->first_irq = nr_irqs;
	for (unsigned int i = 0; i < chip->nr_irqs; i++) {
		array[i].chip = chip;
		array[i].is_masked = true;
		descs[nr_irqs + i] = &array[i];
	}
	nr_irqs += chip->nr_irqs;
	list_add_tail(&chip->node, &chips);
	spin_unlock_irqrestore(&irq_lock, flags);
	return 0;
}

static struct irq_desc *irq_desc(unsigned int irq)
{
	return irq < MAX_IRQS ? descs[irq] : NULL;
}

static unsigned int irq_input(const struct irq_desc *desc, unsigned int irq)
{
	return irq - desc->chip->first_irq;
}

int irq_request(unsigned int irq, enum irq_trigger trigger, irq_handler handler, const char *name, void *arg)
{
	struct irq_desc *desc = irq_desc(irq);
	struct irq_action *action;
	unsigned long flags;
	int err = 0;

	if (!desc)
		return -EINVAL;
	action = kzalloc(sizeof(*action));
	if (!action)
		return -ENOMEM;
	*action = (struct irq_action){ .handler = handler, .arg = arg, .name = name };

	flags = spin_lock_irqsave(&desc->lock);
	if (desc->actions && desc->trigger != trigger) {
		err = -EBUSY;
	} else if (!desc->actions && desc->chip->ops->configure) {
		err = desc->chip->ops->configure(desc->chip, irq_input(desc, irq), trigger,
			desc->target ?: cpu_get(0));
	}
	if (!err) {
		desc->trigger = trigger;
		action->next = desc->actions;
		desc->actions = action;
		if (desc->is_masked) {
			desc->is_masked = false;
			desc->chip->ops->unmask(desc->chip, irq_input(desc, irq));
		}
	}
	spin_unlock_irqrestore(&desc->lock, flags);
	if (err)
		kfree(action);
	return err;
}

void irq_free(unsigned int irq, void *arg)
{
	struct irq_desc *desc = irq_desc(irq);
	struct irq_action **link, *action;
	unsigned long flags;

	if (!desc)
		return;
	flags = spin_lock_irqsave(&desc->lock);
	for (link = &desc->actions; *link && (*link)->arg != arg; link = &(*link)->next)
		;
	action = *link;
	if (action)
		*link = action->next;
	if (!desc->actions && !desc->is_masked) {
		desc->is_masked = true;
		desc->chip->ops->mask(desc->chip, irq_input(desc, irq));
	}
	spin_unlock_irqrestore(&desc->lock, flags);
	kfree(action);
}

void irq_handle(unsigned int irq, struct trapframe *frame)
{
	struct irq_desc *desc = irq_desc(irq);
	bool is_handled = false;

	arch_this_cpu()->irq_count++;
	random_add_interrupt(irq);
	if (unlikely(!desc))
		return;
	spin_lock(&desc->lock);
	desc->count++;
	for (struct irq_action *action = desc->actions; action; action = action->next)
		is_handled |= action->handler(action->arg);
	if (unlikely(!is_handled) && ++desc->unhandled == 100000 && desc->unhandled == desc->count) {
		/* A line that nobody answers for would keep the CPU busy for good. */
		desc->is_masked = true;
		desc->chip->ops->mask(desc->chip, irq_input(desc, irq));
		pr_err("irq %u: nobody cared, disabled", irq);
	}
	if (desc->chip->ops->eoi)
		desc->chip->ops->eoi(desc->chip, irq_input(desc, irq));
	spin_unlock(&desc->lock);
}

void irq_set_domain_ops(const struct irq_domain_ops *ops)
{
	domain_ops = ops;
}

void msi_register_controller(struct msi_controller *msi)
{
	unsigned long flags = spin_lock_irqsave(&irq_lock);

	list_add_tail(&msi->list, &msi_controllers);
	spin_unlock_irqrestore(&irq_lock, flags);
}

struct msi_controller *msi_find_controller(int node)
{
	struct msi_controller *msi;

	list_for_each_entry(msi, &msi_controllers, list)
		if (msi->node == node)
			return msi;
	return NULL;
}

int msi_alloc(struct msi_controller *msi, uint32_t requester, unsigned int nr, struct msi_irq *irqs)
{
	int err = -ENOENT;

	for (unsigned int i = 0; i < nr; i++)
		if (!irqs[i].target)
			irqs[i].target = cpu_get(0);
	if (msi)
		err = msi->ops->alloc(msi, requester, nr, irqs);
	for (unsigned int i = 0; !err && i < nr; i++)
		descs[irqs[i].irq]->target = irqs[i].target;
	return err;
}

void msi_free(struct msi_controller *msi, uint32_t requester, unsigned int nr, const struct msi_irq *irqs)
{
	msi->ops->free(msi, requester, nr, irqs);
}

int irq_from_isa(unsigned int line, unsigned int *irq, enum irq_trigger *trigger)
{
	return domain_ops && domain_ops->from_isa ? domain_ops->from_isa(line, irq, trigger) : -ENOENT;
}

int irq_from_gsi(unsigned int gsi, unsigned int *irq)
{
	return domain_ops && domain_ops->from_gsi ? domain_ops->from_gsi(gsi, irq) : -ENOENT;
}

void irq_shutdown(void)
{
	struct irq_chip *chip;

	list_for_each_entry_reverse(chip, &chips, node) {
		for (unsigned int i = 0; i < chip->nr_irqs; i++)
			if (!descs[chip->first_irq + i]->is_masked)
				chip->ops->mask(chip, i);
		if (chip->ops->shutdown)
			chip->ops->shutdown(chip);
	}
}

static int interrupts_show(struct seq *seq, void *ctx)
{
	seq_puts(seq, "           ");
	for (unsigned int id = 0; id < cpu_count(); id++)
		seq_printf(seq, "CPU%-8u", id);
	seq_puts(seq, "\n");
	for (unsigned int irq = 0; irq < nr_irqs; irq++) {
		struct irq_desc *desc = descs[irq];
		const char *separator = "  ";

		if (!desc->actions)
			continue;
		seq_printf(seq, "%4u: ", irq);
		for (unsigned int id = 0; id < cpu_count(); id++)
			seq_printf(seq, "%10lu ", id == (desc->target ? desc->target->id : 0) ?
				(unsigned long)desc->count : 0);
		seq_printf(seq, " %s %4u", desc->chip->ops->name, irq_input(desc, irq));
		for (struct irq_action *action = desc->actions; action; action = action->next) {
			seq_printf(seq, "%s%s", separator, action->name);
			separator = ", ";
		}
		seq_puts(seq, "\n");
	}
	return 0;
}
PROC_FILE("interrupts", 0444, { .show = interrupts_show });
