// SPDX-License-Identifier: MIT
/*
 * Finding functions (PCI Local Bus specification 3.0, chapter 6; PCI-to-PCI bridges 1.2, 3.2.5). Only slots
 * whose function 0 answers are asked for more, and only buses behind bridges are looked at. Whatever config
 * space says, the walk ends: a bus is scanned once, bridges stand so deep and functions are so many.
 */
#include <device/pci/pci_internal.h>

#include <kernel/errno.h>
#include <kernel/printk.h>
#include <lib/alloc.h>

#define COMMAND_DECODE (PCI_COMMAND_IO | PCI_COMMAND_MEMORY)
#define MAX_CAPABILITIES 48 /* of 4 bytes at least in 192 */

static uint32_t config_read(const struct pci_device *pci, unsigned int offset, unsigned int bytes)
{
	return pci->bus->host->ops->read(pci->bus, pci->devfn, offset, bytes);
}

uint8_t pci_read8(const struct pci_device *pci, unsigned int offset)
{
	return (uint8_t)config_read(pci, offset, 1);
}

uint16_t pci_read16(const struct pci_device *pci, unsigned int offset)
{
	return (uint16_t)config_read(pci, offset, 2);
}

uint32_t pci_read32(const struct pci_device *pci, unsigned int offset)
{
	return config_read(pci, offset, 4);
}

void pci_write8(const struct pci_device *pci, unsigned int offset, uint8_t value)
{
	pci->bus->host->ops->write(pci->bus, pci->devfn, offset, 1, value);
}

void pci_write16(const struct pci_device *pci, unsigned int offset, uint16_t value)
{
	pci->bus->host->ops->write(pci->bus, pci->devfn, offset, 2, value);
}

void pci_write32(const struct pci_device *pci, unsigned int offset, uint32_t value)
{
	pci->bus->host->ops->write(pci->bus, pci->devfn, offset, 4, value);
}

unsigned int pci_find_capability(const struct pci_device *pci, unsigned int after, uint8_t id)
{
	unsigned int at;

	if (!after && !(pci_read16(pci, PCI_STATUS) & PCI_STATUS_CAP_LIST))
		return 0;
	at = after ? after + PCI_CAP_LIST_NEXT : pci->header_type == PCI_HEADER_TYPE_CARDBUS ?
		PCI_CB_CAPABILITY_LIST : PCI_CAPABILITY_LIST;
	for (unsigned int i = 0; i < MAX_CAPABILITIES; i++) {
		uint16_t head;

		at = pci_read8(pci, at) & ~3u;
		if (at < PCI_STD_HEADER_SIZEOF)
			return 0;
		head = pci_read16(pci, at);
		if (head == 0xffff)
			return 0;
		if ((uint8_t)head == id)
			return at;
		at += PCI_CAP_LIST_NEXT;
	}
	return 0;
}

/* --- BARs ------------------------------------------------------------------------------------- */

/* What was there, and which bits can be written. */
static uint32_t probe_bits(const struct pci_device *pci, unsigned int offset, uint32_t ones, uint32_t *found)
{
	uint32_t bits;

	*found = pci_read32(pci, offset);
	pci_write32(pci, offset, ones);
	bits = pci_read32(pci, offset);
	pci_write32(pci, offset, *found);
	return bits;
}

static void read_rom(struct pci_device *pci, unsigned int offset)
{
	struct pci_bar *bar = &pci->bars[PCI_ROM_BAR];
	uint32_t found, bits = probe_bits(pci, offset, (uint32_t)PCI_ROM_ADDRESS_MASK, &found);

	bits &= (uint32_t)PCI_ROM_ADDRESS_MASK;
	if (!bits || bits == (uint32_t)PCI_ROM_ADDRESS_MASK)
		return;
	bar->size = bits & -bits;
	bar->start = found & PCI_ROM_ADDRESS_MASK;
	bar->flags = PCI_BAR_MEM | PCI_BAR_PREFETCH | PCI_BAR_READONLY | PCI_BAR_SIZEALIGN |
		(found & PCI_ROM_ADDRESS_ENABLE) | (bar->start ? 0 : PCI_BAR_UNSET);
}

/* One of nr BARs; the index behind it. */
static unsigned int read_bar(struct pci_device *pci, unsigned int index, unsigned int nr)
{
	unsigned int offset = PCI_BASE_ADDRESS_0 + 4 * index;
	struct pci_bar *bar = &pci->bars[index];
	uint32_t found, high;
	uint64_t bits = probe_bits(pci, offset, ~0u, &found), start;

	index++;
	if (!bits || bits == ~0u)
		return index;
	if (bits & PCI_BASE_ADDRESS_SPACE_IO) {
		bar->flags = PCI_BAR_IO | ((uint32_t)bits & 3);
		bits &= PCI_BASE_ADDRESS_IO_MASK & 0xffff; /* the upper half may be wired to 0 */
		start = found & PCI_BASE_ADDRESS_IO_MASK;
	} else {
		bar->flags = PCI_BAR_MEM | ((uint32_t)bits & 0xf) |
			(bits & PCI_BASE_ADDRESS_MEM_PREFETCH ? PCI_BAR_PREFETCH : 0);
		start = found & PCI_BASE_ADDRESS_MEM_MASK;
		if ((bits & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64) {
			if (index == nr)
				return index;
			bits |= (uint64_t)probe_bits(pci, offset + 4, ~0u, &high) << 32;
			start |= (uint64_t)high << 32;
			bar->flags |= PCI_BAR_64;
			index++;
		}
		bits &= ~0xfull;
	}
	if (!bits) {
		bar->flags = 0;
		return index;
	}
	bar->size = bits & -bits;
	bar->start = start;
	bar->flags |= PCI_BAR_SIZEALIGN | (start ? 0 : PCI_BAR_UNSET);
	return index;
}

static void read_bars(struct pci_device *pci)
{
	bool is_bridge = pci->header_type == PCI_HEADER_TYPE_BRIDGE;
	unsigned int nr = is_bridge ? 2 : 6;
	uint16_t command = pci_read16(pci, PCI_COMMAND);

	/* It must not answer at the addresses that sizing writes. */
	if (command & COMMAND_DECODE)
		pci_write16(pci, PCI_COMMAND, command & ~COMMAND_DECODE);
	for (unsigned int i = 0; i < nr;)
		i = read_bar(pci, i, nr);
	read_rom(pci, is_bridge ? PCI_ROM_ADDRESS1 : PCI_ROM_ADDRESS);
	if (command & COMMAND_DECODE)
		pci_write16(pci, PCI_COMMAND, command);
}

struct pci_bar pci_bridge_window(const struct pci_device *pci, unsigned int which)
{
	struct pci_bar window = { .flags = 0 };
	uint64_t base, limit;
	uint32_t word;

	if (which == 0) {
		word = pci_read16(pci, PCI_IO_BASE);
		base = (word & PCI_IO_RANGE_MASK) << 8;
		limit = (word >> 8 & PCI_IO_RANGE_MASK) << 8 | 0xfff;
		if ((word & PCI_IO_RANGE_TYPE_MASK) == PCI_IO_RANGE_TYPE_32) {
			base |= (uint64_t)pci_read16(pci, PCI_IO_BASE_UPPER16) << 16;
			limit |= (uint64_t)pci_read16(pci, PCI_IO_LIMIT_UPPER16) << 16;
		}
		window.flags = PCI_BAR_IO | (word & PCI_IO_RANGE_TYPE_MASK);
	} else {
		word = pci_read32(pci, which == 1 ? PCI_MEMORY_BASE : PCI_PREF_MEMORY_BASE);
		base = (word & 0xfff0) << 16;
		limit = (word & 0xfff00000) | 0xfffff;
		window.flags = PCI_BAR_MEM;
		if (which == 2) {
			window.flags |= PCI_BAR_PREFETCH;
			if ((word & PCI_PREF_RANGE_TYPE_MASK) == PCI_PREF_RANGE_TYPE_64) {
				base |= (uint64_t)pci_read32(pci, PCI_PREF_BASE_UPPER32) << 32;
				limit |= (uint64_t)pci_read32(pci, PCI_PREF_LIMIT_UPPER32) << 32;
				window.flags |= PCI_BAR_64 | PCI_PREF_RANGE_TYPE_64;
			}
		}
	}
	if (limit < base || !limit || (which == 0 && !word) || (which && !base))
		return (struct pci_bar){ .flags = 0 };
	window.start = base;
	window.size = limit - base + 1;
	return window;
}

/* --- functions and buses ---------------------------------------------------------------------- */

static void read_header(struct pci_device *pci)
{
	uint32_t word = pci_read32(pci, PCI_CLASS_REVISION);
	unsigned int at = PCI_SUBSYSTEM_VENDOR_ID;

	pci->revision = (uint8_t)word;
	pci->class = word >> 8;
	pci->header_type &= PCI_HEADER_TYPE_MASK;
	if (pci->header_type == PCI_HEADER_TYPE_BRIDGE) {
		at = pci_find_capability(pci, 0, PCI_CAP_ID_SSVID);
		if (at)
			at += PCI_SSVID_VENDOR_ID;
	}
	if (at) {
		word = pci_read32(pci, at);
		pci->subsystem_vendor = (uint16_t)word;
		pci->subsystem_device = (uint16_t)(word >> 16);
	}
	pci->pin = pci_read8(pci, PCI_INTERRUPT_PIN);
	if (pci->pin > 4)
		pci->pin = 0;
	pci->pcie = (uint8_t)pci_find_capability(pci, 0, PCI_CAP_ID_EXP);
	pci->msi = (uint8_t)pci_find_capability(pci, 0, PCI_CAP_ID_MSI);
	pci->msix = (uint8_t)pci_find_capability(pci, 0, PCI_CAP_ID_MSIX);
}

/* 0: scanned, whether there is one or not. */
static int scan_function(struct pci_bus *bus, uint8_t devfn, bool *is_multi)
{
	struct pci_host *host = bus->host;
	uint32_t id = host->ops->read(bus, devfn, PCI_VENDOR_ID, 4);
	struct pci_device *pci;

	if ((uint16_t)id == 0xffff || !(uint16_t)id || (id & 0xffff) == 1)
		return 0; /* 1: not ready yet */
	if (host->nr_functions == PCI_MAX_FUNCTIONS)
		return 0;
	pci = kzalloc(sizeof(*pci));
	if (!pci)
		return -ENOMEM;
	pci->bus = bus;
	pci->devfn = devfn;
	pci->vendor = (uint16_t)id;
	pci->device = (uint16_t)(id >> 16);
	pci->header_type = pci_read8(pci, PCI_HEADER_TYPE);
	*is_multi |= (pci->header_type & PCI_HEADER_TYPE_MFD) != 0;
	read_header(pci);
	if (pci->header_type <= PCI_HEADER_TYPE_BRIDGE)
		read_bars(pci);
	host->nr_functions++;
	list_add_tail(&pci->node, &host->functions);
	return 0;
}

/* A PCI Express link has one device at its end. */
static bool is_link(const struct pci_device *bridge)
{
	unsigned int type;

	if (!bridge || !bridge->pcie)
		return false;
	type = (pci_read16(bridge, bridge->pcie + PCI_EXP_FLAGS) & PCI_EXP_FLAGS_TYPE) >> 4;
	return type == PCI_EXP_TYPE_ROOT_PORT || type == PCI_EXP_TYPE_DOWNSTREAM;
}

static int scan_bridge(struct pci_device *pci);

static int scan_bus(struct pci_host *host, struct pci_device *bridge, uint8_t number)
{
	struct pci_bus *bus = kzalloc(sizeof(*bus));
	unsigned int nr_slots = is_link(bridge) ? 1 : 32;
	struct pci_device *pci;
	int err = -ENOMEM;

	if (!bus)
		return err;
	bus->host = host;
	bus->bridge = bridge;
	bus->number = number;
	bus->depth = bridge ? bridge->bus->depth + 1 : 0;
	host->buses_seen[number / 64] |= 1ull << number % 64;
	if (number > host->last_used_bus)
		host->last_used_bus = number;
	err = host->ops->add_bus ? host->ops->add_bus(bus) : 0;
	if (err) {
		kfree(bus);
		return err;
	}
	*(bridge ? &bridge->child : &host->root) = bus;
	for (unsigned int slot = 0; slot < nr_slots; slot++) {
		bool is_multi = false;

		for (unsigned int function = 0; !err && function < (is_multi ? 8 : 1); function++)
			err = scan_function(bus, (uint8_t)(slot << 3 | function), &is_multi);
	}
	PCI_FOREACH(host, pci)
		if (!err && pci->bus == bus && pci->header_type == PCI_HEADER_TYPE_BRIDGE)
			err = scan_bridge(pci);
	return err;
}

static bool may_scan(const struct pci_host *host, const struct pci_bus *from, unsigned int number)
{
	return number > from->number && number <= host->last_bus && from->depth < PCI_MAX_DEPTH &&
		!(host->buses_seen[number / 64] >> number % 64 & 1);
}

static int scan_bridge(struct pci_device *pci)
{
	struct pci_host *host = pci->bus->host;
	uint32_t numbers = pci_read32(pci, PCI_PRIMARY_BUS);
	unsigned int secondary = numbers >> 8 & 0xff;
	int err;

	if (host->assigns)
		secondary = host->last_used_bus + 1u;
	if (!may_scan(host, pci->bus, secondary)) {
		if (secondary)
			pr_warn("pci: bus %u behind %04x:%02x:%02x.%u is not scanned\n", secondary, host->segment,
				pci->bus->number, pci->devfn >> 3, pci->devfn & 7);
		return 0;
	}
	/* Latency timer, last bus (all of them while it is not known), secondary, primary. */
	numbers = (numbers & 0xff000000) | secondary << 8 | pci->bus->number;
	if (host->assigns)
		pci_write32(pci, PCI_PRIMARY_BUS, numbers | (uint32_t)host->last_bus << 16);
	err = scan_bus(host, pci, (uint8_t)secondary);
	if (host->assigns)
		pci_write32(pci, PCI_PRIMARY_BUS, numbers | (uint32_t)host->last_used_bus << 16);
	return err;
}

int pci_scan(struct pci_host *host)
{
	list_init(&host->functions);
	host->last_used_bus = host->first_bus;
	return scan_bus(host, NULL, host->first_bus);
}
