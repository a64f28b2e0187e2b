/* SPDX-License-Identifier: MIT */
/*
 * Interrupts. An irq is a number from one flat space that irq chips carve up: a chip registers a range
 * of inputs; drivers request an irq by the number that firmware's tables (or the MSI allocator) gave.
 */
#pragma once

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct cpu;
struct irq_chip;

enum irq_trigger { IRQ_TRIGGER_EDGE, IRQ_TRIGGER_LEVEL_HIGH, IRQ_TRIGGER_LEVEL_LOW };

struct irq_chip_ops {
	const char *name;
	void (*mask)(struct irq_chip *chip, unsigned int input);
	void (*unmask)(struct irq_chip *chip, unsigned int input);
	void (*eoi)(struct irq_chip *chip, unsigned int input);	/* NULL: none needed */
	int (*configure)(struct irq_chip *chip, unsigned int input, enum irq_trigger trigger, struct cpu *target);
	void (*shutdown)(struct irq_chip *chip); /* kexec: as firmware left it */
};

struct irq_chip {
	const struct irq_chip_ops *ops;
	unsigned int first_irq, nr_irqs;
	void *data;
	struct list_head node;
};

/* Interrupt context, interrupts off; true: it was ours. */
typedef bool (*irq_handler)(void *arg);

/* Gives chip the next free range of nr numbers: chip->first_irq. -ENOMEM. */
__must_check int irq_register_chip(struct irq_chip *chip);

/* Installs a handler (shared lines: several) and unmasks. -EINVAL, -ENOMEM, -EBUSY. May sleep. */
__must_check int irq_request(unsigned int irq, enum irq_trigger trigger, irq_handler handler, const char *name, void *arg);
void irq_free(unsigned int irq, void *arg);

/*
 * Message-signalled interrupts: a device writes `data` to `addr`, a controller makes an irq of it, which is
 * requested like any other (IRQ_TRIGGER_EDGE). Whether a message is sent is said in the device: chip->mask
 * may do nothing, and a message without a handler is counted and dropped.
 */
struct msi_message {
	uint64_t addr;
	uint32_t data;
};
struct msi_irq {
	struct cpu *target;		/* in; NULL: the boot CPU. msi_alloc() fills the rest */
	unsigned int irq;
	struct msi_message message;
};

struct msi_controller;
struct msi_ops {
	/* All messages of one device at once: irqs of the controller's chip (each an input of its own, any
	 * trigger but edge is refused by configure) bound to irqs[i].target, which is not NULL here.
	 * requester is the number by which the device's writes are known at the controller (the bus, slot
	 * and function, after the host bridge's msi-map); a controller that has no use for it ignores it.
	 * 0, or -ENOSPC, -ENOMEM, -EBUSY: nothing is allocated then. May sleep. */
	int (*alloc)(struct msi_controller *msi, uint32_t requester, unsigned int nr, struct msi_irq *irqs);
	/* The same ones, after irq_free() of each. */
	void (*free)(struct msi_controller *msi, uint32_t requester, unsigned int nr, const struct msi_irq *irqs);
};
struct msi_controller {
	const struct msi_ops *ops;
	int node;			/* that msi-map and msi-parent point to; -1: there is no device tree */
	void *data;
	struct list_head list;		/* the core's */
};

/* From an interrupt controller's start; for ever. */
void msi_register_controller(struct msi_controller *msi);
/* The controller of that node (-1: the machine's), or NULL. */
struct msi_controller *msi_find_controller(int node);

/* As the operations. alloc: -ENOENT where msi is NULL. */
__must_check int msi_alloc(struct msi_controller *msi, uint32_t requester, unsigned int nr, struct msi_irq *irqs);
void msi_free(struct msi_controller *msi, uint32_t requester, unsigned int nr, const struct msi_irq *irqs);

/* Translate a legacy ISA line (0-15) or an ACPI global system interrupt; -ENOENT. */
int irq_from_isa(unsigned int line, unsigned int *irq, enum irq_trigger *trigger);
int irq_from_gsi(unsigned int gsi, unsigned int *irq);

/* The port's translators (set by its interrupt-controller driver). */
struct irq_domain_ops {
	int (*from_isa)(unsigned int line, unsigned int *irq, enum irq_trigger *trigger);
	int (*from_gsi)(unsigned int gsi, unsigned int *irq);
};
void irq_set_domain_ops(const struct irq_domain_ops *ops);

/* kexec: masks everything, then each chip's shutdown, last registered first. Interrupts off. */
void irq_shutdown(void);
void irq_init(void);
