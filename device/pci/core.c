// SPDX-License-Identifier: MIT
/* PCI: what drivers ask for, who drives what, and the end of it all at kexec. */
#include <device/pci/pci_internal.h>

#include <arch/io.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <mm/iomem.h>
#include <mm/vmap.h>

LINKER_SET_DECLARE(pci_drivers, const struct pci_driver);

struct list_head pci_hosts = LIST_HEAD_INIT(pci_hosts);
static struct bus_type pci_bus_type = { .name = "pci", .devices = LIST_HEAD_INIT(pci_bus_type.devices) };

/* --- config space in memory ------------------------------------------------------------------- */

int pci_ecam_add_bus(struct pci_bus *bus)
{
	paddr_t at = bus->host->ecam + ((paddr_t)(bus->number - bus->host->first_bus) << 20);

	if (iomem_is_ram(at, at)) /* finding a BAR's size writes */
		return -EINVAL;
	bus->ecam = ioremap(at, 1 << 20);
	return bus->ecam ? 0 : -ENOMEM;
}

uint32_t pci_ecam_read(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes)
{
	const volatile char *at = bus->ecam + ((unsigned int)devfn << 12) + offset;

	return bytes == 1 ? readb(at) : bytes == 2 ? readw(at) : readl(at);
}

void pci_ecam_write(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes, uint32_t value)
{
	volatile char *at = bus->ecam + ((unsigned int)devfn << 12) + offset;

	if (bytes == 1)
		writeb((uint8_t)value, at);
	else if (bytes == 2)
		writew((uint16_t)value, at);
	else
		writel(value, at);
}

unsigned int pci_config_bytes(const struct pci_device *pci)
{
	return pci->bus->host->has_extended_config && pci->pcie ? PCI_CFG_SPACE_EXP_SIZE : PCI_CFG_SPACE_SIZE;
}

/* --- resources -------------------------------------------------------------------------------- */

static void set_command(struct pci_device *pci, uint16_t bits)
{
	uint16_t command = pci_read16(pci, PCI_COMMAND);

	if ((command & bits) != bits)
		pci_write16(pci, PCI_COMMAND, command | bits);
}

int pci_enable(struct pci_device *pci)
{
	uint16_t bits = 0, unset = 0;

	if (pci->enabled++)
		return 0;
	for (unsigned int i = 0; i < PCI_ROM_BAR; i++) {
		uint16_t bit = pci->bars[i].flags & PCI_BAR_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY;

		if (pci->bars[i].size)
			bits |= bit;
		if (pci->bars[i].flags & PCI_BAR_UNSET)
			unset |= bit;
	}
	if (unset & PCI_COMMAND_MEMORY) {
		pci->enabled--;
		return -ENODEV;
	}
	set_command(pci, bits & ~unset);
	for (struct pci_device *bridge = pci->bus->bridge; bridge; bridge = bridge->bus->bridge)
		set_command(bridge, PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	return 0;
}

void pci_disable(struct pci_device *pci)
{
	if (!pci->enabled || --pci->enabled)
		return;
	pci_write16(pci, PCI_COMMAND, pci_read16(pci, PCI_COMMAND) & ~PCI_COMMAND_MASTER);
}

void pci_set_master(struct pci_device *pci)
{
	for (; pci; pci = pci->bus->bridge)
		set_command(pci, PCI_COMMAND_MASTER);
}

/* The window that the BAR lies in, or NULL. */
static const struct pci_window *window_of(const struct pci_host *host, const struct pci_bar *bar)
{
	for (unsigned int i = 0; i < PCI_NR_SPACES; i++) {
		const struct pci_window *window = &host->windows[i];

		if ((i == PCI_SPACE_IO) == !!(bar->flags & PCI_BAR_IO) && bar->start >= window->start &&
			bar->start - window->start < window->size &&
			bar->size <= window->size - (bar->start - window->start))
			return window;
	}
	return NULL;
}

void *pci_map(struct pci_device *pci, unsigned int index, uint64_t offset, uint64_t size)
{
	const struct pci_host *host = pci->bus->host;
	const struct pci_bar *bar = &pci->bars[index];
	const struct pci_window *window;

	if (index >= PCI_NR_BARS || !bar->size || offset >= bar->size || size > bar->size - offset ||
		bar->flags & PCI_BAR_UNSET || (bar->flags & PCI_BAR_IO && !host->io_is_memory))
		return NULL;
	window = window_of(host, bar);
	return window ? ioremap(bar->start - window->start + window->cpu + offset, size ?: bar->size - offset) : NULL;
}

int pci_io_port(const struct pci_device *pci, unsigned int index)
{
	const struct pci_bar *bar = &pci->bars[index];

	return !(bar->flags & PCI_BAR_IO) || bar->flags & PCI_BAR_UNSET || bar->start + bar->size > 0x10000 ||
		pci->bus->host->io_is_memory ? -ENODEV : (int)bar->start;
}

/* --- drivers ---------------------------------------------------------------------------------- */

static bool is_for(const struct pci_driver *driver, const struct pci_device *pci)
{
	for (const struct pci_id *id = driver->ids; id->vendor; id++)
		if ((id->vendor == PCI_ANY || id->vendor == pci->vendor) &&
			(id->device == PCI_ANY || id->device == pci->device) &&
			(pci->class & id->class_mask) == id->class)
			return true;
	return false;
}

static void find_driver(struct pci_device *pci)
{
	LINKER_SET_FOREACH(pci_drivers, const struct pci_driver, driver) {
		int err = is_for(driver, pci) ? device_bind(&pci->dev, &driver->driver) : -ENODEV;

		if (!err)
			return;
		if (err != -ENODEV)
			pr_err("%s %s: error %d at start\n", driver->driver.name, pci->dev.name, -err);
	}
}

/* When the machine's own devices have their names (a serial port on PCI is not ttyS0). */
static void pci_probe(void)
{
	struct pci_host *host;
	struct pci_device *pci;

	list_for_each_entry(host, &pci_hosts, list)
		PCI_FOREACH(host, pci)
			if (pci->dev.node)
				find_driver(pci);
}

int pci_host_add(struct pci_host *host)
{
	struct pci_device *pci;
	int err;

	host->dev.name = kasprintf("pci%04x:%02x", host->segment, host->first_bus);
	err = host->dev.name ? device_register(&host->dev) : -ENOMEM;
	if (err)
		return err;
	list_add_tail(&host->list, &pci_hosts);
	PCI_FOREACH(host, pci) {
		pci->dev.name = kasprintf("%04x:%02x:%02x.%u", host->segment, pci->bus->number, pci->devfn >> 3,
			pci->devfn & 7);
		pci->dev.parent = pci->bus->bridge ? &pci->bus->bridge->dev : &host->dev;
		pci->dev.bus = &pci_bus_type;
		err = pci->dev.name ? device_register(&pci->dev) : -ENOMEM;
		if (!err)
			err = pci_sysfs_add(pci);
		if (err)
			return err;
	}
	return 0;
}

/* Behind the drivers' own: whatever they, or firmware, left running ends here. */
static void pci_shutdown(void)
{
	struct pci_host *host;
	struct pci_device *pci;

	list_for_each_entry(host, &pci_hosts, list)
		PCI_FOREACH(host, pci) {
			uint16_t command = pci_read16(pci, PCI_COMMAND);

			pci_irqs_shutdown(pci);
			if (command & (PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE))
				pci_write16(pci, PCI_COMMAND,
					command & ~(PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE));
		}
}

static const struct machine_driver pci_machine = {
	.name = "pci",
	.probe_buses = pci_probe,
	.shutdown = pci_shutdown,
};
MACHINE_DRIVER(pci_machine);
