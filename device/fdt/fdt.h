/* SPDX-License-Identifier: MIT */
/*
 * The machine's device tree: devices that it describes find their drivers, interrupts find their chips.
 *
 * lib/dt.h reads the tree; a node is its offset there. The tree does not change while we run.
 */
#pragma once

#include <kernel/irq.h>
#include <lib/compiler.h>
#include <lib/linker_set.h>

struct boot_info;
struct dt_irq;

/* Once, by arch_init(): takes the loader's tree (boot_fdt_parse() checked it). */
void fdt_init(const struct boot_info *info);

/* The checked tree, or NULL where there is none. Any context. */
const void *fdt_tree(void);

/*
 * Interrupt controllers. init() returns 0, -EAGAIN when the controller above it is not there yet (it
 * is called again after others), or another error. All are called by arch_init(), interrupts off.
 * A node that takes messages calls msi_register_controller() with itself as .node (kernel/irq.h).
 */
struct fdt_irqchip {
	const char *compatible;
	int (*init)(int node);
};
#define FDT_IRQCHIP(object) LINKER_SET_ADD(fdt_irqchips, object)
void fdt_irqchips_init(void);

/* From a controller's init(): node's interrupts are chip's inputs (registered by irq_register_chip());
 * translate gives input and trigger of an interrupt specifier: 0 or -EINVAL. */
typedef int (*fdt_translate_fn)(const struct dt_irq *irq, unsigned int *input, enum irq_trigger *trigger);
__must_check int fdt_irqchip_register(int node, struct irq_chip *chip, fdt_translate_fn translate);

/* The number, for irq_request(), of a device's interrupt `index`. 0, -ENOENT: none, or its controller
 * has no driver; -EINVAL. */
int fdt_irq(int node, unsigned int index, unsigned int *irq, enum irq_trigger *trigger);

/* The same of a specifier that stands elsewhere (interrupt-map). */
int fdt_irq_of(const struct dt_irq *spec, unsigned int *irq, enum irq_trigger *trigger);

/* The usual specifier: cells[0] the input, cells[1] (where there is one) the trigger as in Linux's
 * dt-bindings/interrupt-controller/irq.h. */
enum irq_trigger fdt_trigger(uint32_t flags);

/* Devices: probe() is called for each enabled node that is compatible, in the first thread. */
struct fdt_driver {
	const char *compatible;
	int (*probe)(int node);		/* 0; -ENODEV: not there after all; other errors are logged */
};
#define FDT_DRIVER(object) LINKER_SET_ADD(fdt_drivers, object)

/* Before a serial port registers as console NAMEindex: tells kernel/console.h when /chosen names the node. */
void fdt_suggest_console(int node, const char *name, int index);

/* n of the alias PREFIXn that names the node, or -ENOENT. */
int fdt_alias_index(int node, const char *prefix);

/* syscon-poweroff and syscon-reboot (Linux's dt-bindings/power/reset): a write to a register that does it. */
struct fdt_syscon {
	paddr_t paddr;		/* 0: none */
	uint32_t value, mask;	/* of 4 bytes, the bits of mask; else the whole of it */
	uint32_t width;		/* 1, 2 or 4 bytes */
};

/* What such a node names: 0, -ENODEV: nothing; -EINVAL. */
__must_check int fdt_syscon_find(int node, struct fdt_syscon *out);
