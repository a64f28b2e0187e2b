/* SPDX-License-Identifier: MIT */
/* What GICv2 and GICv3 have in common: the distributor's registers and the numbers of interrupts. */
#pragma once

#include <kernel/irq.h>
#include <lib/types.h>

struct cpu;
struct dt_irq;

#define GICD_CTLR 0x000
#define GICD_TYPER 0x004
#define GIC_IGROUPR(n) (0x080 + 4 * (n))
#define GIC_ISENABLER(n) (0x100 + 4 * (n))
#define GIC_ICENABLER(n) (0x180 + 4 * (n))
#define GIC_ICPENDR(n) (0x280 + 4 * (n))
#define GIC_ICACTIVER(n) (0x380 + 4 * (n))
#define GIC_IPRIORITYR 0x400
#define GIC_ICFGR 0xc00

#define GIC_FIRST_SPI 32
#define GIC_SPURIOUS 1020 /* and above: no interrupt */
#define GIC_FIRST_LPI 8192
#define GIC_PRIORITIES 0xa0a0a0a0u

/* The one controller; there is no other that takes a CPU's interrupts. */
struct gic {
	volatile char *distributor;
	struct irq_chip chip;	/* input = INTID */
};
extern struct gic gic;

/* Maps entry `index` of node's "reg". NULL: it has none, or no memory. */
volatile char *gic_map(int node, unsigned int index);

/* From a node's init(): all of the distributor's interrupts off, level, of one priority; then the chip is
 * registered with ops. The caller enables the distributor. 0, -ENOMEM. */
int gic_add(int node, const struct irq_chip_ops *ops);

/* Parts of irq_chip_ops; SPIs only. */
void gic_mask(struct irq_chip *chip, unsigned int input);
void gic_unmask(struct irq_chip *chip, unsigned int input);
int gic_set_trigger(unsigned int input, enum irq_trigger trigger);
void gic_disable_all(void);

/* A CPU's own 32 interrupts, banked in GICv2's distributor and in GICv3's redistributor: off but the first 16. */
void gic_init_local(volatile char *registers);

/* --- GICv3 and its ITS ------------------------------------------------------------------------ */

#define GICR_CTLR 0x00
#define GICR_CTLR_ENABLE_LPIS (1u << 0)
#define GICR_CTLR_CLEARABLE (1u << 1) /* CES: EnableLPIs can be turned off again */
#define GICR_CTLR_RWP (1u << 3)
#define GICR_TYPER 0x08
#define GICR_PROPBASER 0x70
#define GICR_PENDBASER 0x78

/* LPIs are inputs of this chip, counted from 0; set before the first one can come. */
extern struct irq_chip *gic_lpi_chip;
void gic_v3_eoi(unsigned int intid);
/* A CPU's redistributor, and its physical address (0: none). */
paddr_t gic_v3_redistributor(const struct cpu *cpu, volatile char **registers);
