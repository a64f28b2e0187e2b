// SPDX-License-Identifier: MIT
/*
 * The host bridges of an ACPI machine: those whose config space the MCFG table gives (PCI firmware
 * specification 3.2, 4.1.2), or the one behind ports 0xcf8 and 0xcfc (PCI 3.0, 3.2.2.3.2). Firmware has
 * numbered the buses and placed the BARs. Lines are in _PRT, which is AML: what firmware wrote into the
 * function's line register for the 8259s is the ISA line that the IO-APIC has as well.
 */
#include <device/pci/pci_internal.h>

#include <arch/io.h>
#include <device/acpi/acpi.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <mm/vmap.h>

#define ADDRESS_PORT 0xcf8
#define DATA_PORT 0xcfc
#define ENABLE 0x80000000u

static struct spinlock ports_lock = SPINLOCK_INIT; /* of the address register */

static uint16_t select_port(const struct pci_bus *bus, uint8_t devfn, unsigned int offset)
{
	outl(ENABLE | (uint32_t)bus->number << 16 | (uint32_t)devfn << 8 | (offset & 0xfc), ADDRESS_PORT);
	return (uint16_t)(DATA_PORT + (offset & 3));
}

static uint32_t ports_read(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes)
{
	unsigned long flags = spin_lock_irqsave(&ports_lock);
	uint16_t port = select_port(bus, devfn, offset);
	uint32_t value = bytes == 1 ? inb(port) : bytes == 2 ? inw(port) : inl(port);

	spin_unlock_irqrestore(&ports_lock, flags);
	return value;
}

static void ports_write(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes, uint32_t value)
{
	unsigned long flags = spin_lock_irqsave(&ports_lock);
	uint16_t port = select_port(bus, devfn, offset);

	if (bytes == 1)
		outb((uint8_t)value, port);
	else if (bytes == 2)
		outw((uint16_t)value, port);
	else
		outl(value, port);
	spin_unlock_irqrestore(&ports_lock, flags);
}

static int isa_line(const struct pci_host *host, const struct pci_device *pci, uint8_t devfn, uint8_t pin,
	unsigned int *irq, enum irq_trigger *trigger)
{
	uint8_t line = pci_read8(pci, PCI_INTERRUPT_LINE);
	int err = line && line < 16 ? irq_from_isa(line, irq, trigger) : -ENOENT;

	/* PCI's lines are levels, low ones unless the MADT knows better. */
	if (!err && *trigger == IRQ_TRIGGER_EDGE)
		*trigger = IRQ_TRIGGER_LEVEL_LOW;
	return err;
}

static struct msi_controller *local_apics(const struct pci_host *host, uint16_t requester, uint32_t *id)
{
	return msi_find_controller(-1);
}

static const struct pci_host_ops ports_ops = {
	.read = ports_read, .write = ports_write, .line = isa_line, .msi = local_apics,
};
static const struct pci_host_ops ecam_ops = {
	.add_bus = pci_ecam_add_bus, .read = pci_ecam_read, .write = pci_ecam_write, .line = isa_line, .msi = local_apics,
};

static int add_host(const struct pci_host_ops *ops, const struct acpi_mcfg_entry *entry)
{
	struct pci_host *host = kzalloc(sizeof(*host));
	int err;

	if (!host)
		return -ENOMEM;
	host->ops = ops;
	host->node = -1;
	host->last_bus = 255;
	host->windows[PCI_SPACE_IO].size = 0x10000;
	host->windows[PCI_SPACE_MEM32].size = 1ull << 32;
	host->windows[PCI_SPACE_MEM64] = (struct pci_window){ 1ull << 32, -(1ull << 32), 1ull << 32, 0 };
	if (entry) {
		host->segment = entry->segment;
		host->first_bus = entry->first_bus;
		host->last_bus = entry->last_bus;
		host->ecam = entry->address + ((paddr_t)entry->first_bus << 20); /* the address is that of bus 0 */
		host->has_extended_config = true;
	}
	err = pci_scan(host);
	if (!err && list_empty(&host->functions))
		err = -ENODEV;
	return err ?: pci_host_add(host);
}

static bool has_ports(void)
{
	uint32_t found = inl(ADDRESS_PORT);
	bool answers;

	outl(ENABLE, ADDRESS_PORT);
	answers = inl(ADDRESS_PORT) == ENABLE;
	outl(found, ADDRESS_PORT);
	return answers;
}

static int pci_acpi_init(void)
{
	const struct acpi_mcfg *mcfg = (const void *)acpi_find("MCFG", 0);
	unsigned int nr = mcfg ? acpi_mcfg_count(mcfg) : 0;
	int err = -ENODEV;

	for (unsigned int i = 0; i < nr; i++) {
		const struct acpi_mcfg_entry *entry = &mcfg->entries[i];

		if (entry->first_bus <= entry->last_bus && !(entry->address & 0xfffff) && entry->address >> 52 == 0)
			err = add_host(&ecam_ops, entry);
	}
	if (err == -ENODEV && has_ports())
		err = add_host(&ports_ops, NULL);
	return err == -ENODEV ? 0 : err;
}

static const struct machine_driver pci_acpi = { .name = "pci", .init = pci_acpi_init };
MACHINE_DRIVER(pci_acpi);
