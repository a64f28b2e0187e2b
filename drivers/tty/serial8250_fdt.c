// SPDX-License-Identifier: MIT
/* 16550s that the device tree names (bindings serial/8250.yaml, snps-dw-apb-uart). */
#include <drivers/tty/serial8250_internal.h>

#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <lib/dt.h>
#include <mm/vmap.h>

static int probe(int node)
{
	const void *dt = fdt_tree();
	struct serial8250_port at = { 0 };
	int index = fdt_alias_index(node, "serial");
	uint32_t value, offset = 0;
	uint64_t size;

	if (dt_reg(dt, node, 0, &at.paddr, &size))
		return -ENODEV;
	dt_u32(dt, node, "reg-offset", 0, &offset);
	at.paddr += offset;
	if (!dt_u32(dt, node, "reg-shift", 0, &value) && value <= 4)
		at.shift = value;
	at.is_32bit = !dt_u32(dt, node, "reg-io-width", 0, &value) && value == 4;
	if (!dt_u32(dt, node, "clock-frequency", 0, &value))
		at.base_baud = value / 16;
	at.registers = ioremap(at.paddr, 8ul << at.shift);
	if (!at.registers)
		return -ENOMEM;
	at.irq_error = fdt_irq(node, 0, &at.irq, &at.trigger);
	fdt_suggest_console(node, "ttyS", max(index, 0));
	return serial8250_add(&at, index);
}

static const struct fdt_driver serial_ns16550a = { "ns16550a", probe };
static const struct fdt_driver serial_ns16550 = { "ns16550", probe };
static const struct fdt_driver serial_dw_apb = { "snps,dw-apb-uart", probe };
FDT_DRIVER(serial_ns16550a);
FDT_DRIVER(serial_ns16550);
FDT_DRIVER(serial_dw_apb);
