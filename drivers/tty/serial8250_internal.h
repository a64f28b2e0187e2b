/* SPDX-License-Identifier: MIT */
/* The 16550 driver's own: how a part of it that finds ports (ISA, device tree) hands one over. */
#pragma once

#include <kernel/irq.h>
#include <lib/compiler.h>

struct serial8250_port {
	volatile char *registers;	/* from ioremap(); NULL: at io_port */
	paddr_t paddr;			/* of the registers, for the log */
	uint16_t io_port;
	unsigned int shift;		/* distance of the registers: 1 << shift bytes */
	bool is_32bit;			/* registers are only accessed as words */
	unsigned int base_baud;		/* clock / 16; 0: 115200 */
	int irq_error;			/* not 0: there is no interrupt, the port is polled */
	unsigned int irq;
	enum irq_trigger trigger;
};

/* Makes ttySn of a port, n wanted_index (-1: any) if that is free. First thread. 0, -ENODEV: nothing
 * answers there; -ENOMEM. */
__must_check int serial8250_add(const struct serial8250_port *at, int wanted_index);
