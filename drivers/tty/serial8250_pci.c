// SPDX-License-Identifier: MIT
/* 16550s on PCI: class 0700, interfaces 00 to 02, registers at the first BAR (QEMU's pci-serial). */
#include <drivers/tty/serial8250_internal.h>

#include <device/pci/pci.h>
#include <kernel/errno.h>
#include <mm/vmap.h>

#define REGISTERS 8

static int probe(struct device *dev)
{
	struct pci_device *pci = to_pci(dev);
	struct serial8250_port at = { 0 };
	int port = pci_io_port(pci, 0);
	int err = pci_enable(pci);

	if (err)
		return err;
	if (port >= 0) {
		at.io_port = (uint16_t)port;
	} else {
		at.registers = pci_map(pci, 0, 0, REGISTERS);
		at.paddr = pci->bars[0].start;
	}
	at.irq_error = pci_line(pci, &at.irq, &at.trigger);
	err = port >= 0 || at.registers ? serial8250_add(&at, -1) : -ENODEV;
	if (err) {
		if (at.registers)
			iounmap((void *)at.registers);
		pci_disable(pci);
	}
	return err;
}

static const struct pci_id ids[] = {
	{ PCI_ANY, PCI_ANY, 0x070000, 0xfffffe }, { PCI_ANY, PCI_ANY, 0x070002, 0xffffff }, {},
};
static const struct pci_driver serial_pci = { { .name = "serial", .probe = probe }, ids };
PCI_DRIVER(serial_pci);
