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

/* Message-signalled interrupts: a number plus the address and data that a device writes. */
struct msi_message {
	uint64_t addr;
	uint32_t data;
};
__must_check int irq_alloc_msi(unsigned int *irq, struct msi_message *message);
void irq_free_msi(unsigned int irq);

/* Translate a legacy ISA line (0-15) or an ACPI global system interrupt; -ENOENT. */
int irq_from_isa(unsigned int line, unsigned int *irq, enum irq_trigger *trigger);
int irq_from_gsi(unsigned int gsi, unsigned int *irq);

/* The port's translators (set by its interrupt-controller driver). */
struct irq_domain_ops {
	int (*from_isa)(unsigned int line, unsigned int *irq, enum irq_trigger *trigger);
	int (*from_gsi)(unsigned int gsi, unsigned int *irq);
	int (*alloc_msi)(unsigned int *irq, struct msi_message *message);
	void (*free_msi)(unsigned int irq);
};
void irq_set_domain_ops(const struct irq_domain_ops *ops);

/* kexec: masks everything, then each chip's shutdown, last registered first. Interrupts off. */
void irq_shutdown(void);
void irq_init(void);
