// SPDX-License-Identifier: MIT
/*
 * Giving BARs and bridges their places where no firmware did: from the host's windows upwards, a bridge's
 * window around what is behind it. Not linked where firmware always does it.
 */
#include <device/pci/pci_internal.h>

#include <kernel/printk.h>

#define BRIDGE_ALIGN(space) ((space) == PCI_SPACE_IO ? 0x1000u : 0x100000u)

/* Where the bar may stand: 64-bit space if it can be reached there. */
static enum pci_space space_of(const struct pci_device *pci, const struct pci_bar *bar, bool has_mem64)
{
	if (bar->flags & PCI_BAR_IO)
		return PCI_SPACE_IO;
	/* Behind a bridge only the prefetchable window has 64 bits. */
	return has_mem64 && (bar->flags & PCI_BAR_64) && (!pci->bus->bridge || bar->flags & PCI_BAR_PREFETCH) ?
		PCI_SPACE_MEM64 : PCI_SPACE_MEM32;
}

static bool take(struct pci_window *window, uint64_t size, uint64_t align, uint64_t *start)
{
	uint64_t at = ALIGN_UP(window->next, align);

	if (!window->size || at < window->next || at - window->start > window->size ||
		size > window->size - (at - window->start))
		return false;
	window->next = at + size;
	*start = at;
	return true;
}

static void place_bar(struct pci_device *pci, unsigned int index, bool has_mem64)
{
	struct pci_bar *bar = &pci->bars[index];
	unsigned int offset = index < PCI_ROM_BAR ? PCI_BASE_ADDRESS_0 + 4 * index :
		pci->header_type == PCI_HEADER_TYPE_BRIDGE ? PCI_ROM_ADDRESS1 : PCI_ROM_ADDRESS;
	struct pci_window *windows = pci->bus->host->windows;
	enum pci_space space = space_of(pci, bar, has_mem64);

	bar->flags |= PCI_BAR_UNSET;
	bar->start = 0;
	if (!take(&windows[space], bar->size, bar->size, &bar->start) &&
		(space != PCI_SPACE_MEM64 || !take(&windows[PCI_SPACE_MEM32], bar->size, bar->size, &bar->start))) {
		if (index != PCI_ROM_BAR)
			pr_warn("pci: no room for BAR %u of %02x:%02x.%u (%#llx bytes)\n", index, pci->bus->number,
				pci->devfn >> 3, pci->devfn & 7, (unsigned long long)bar->size);
		return;
	}
	bar->flags &= ~(uint32_t)PCI_BAR_UNSET;
	pci_write32(pci, offset, (uint32_t)bar->start);
	if (bar->flags & PCI_BAR_64)
		pci_write32(pci, offset + 4, (uint32_t)(bar->start >> 32));
}

/* Big ones first, so that nothing is lost between them. */
static void place_bars(struct pci_device *pci, bool has_mem64)
{
	uint64_t below = UINT64_MAX, size;

	do {
		size = 0;
		for (unsigned int i = 0; i < PCI_NR_BARS; i++)
			if (pci->bars[i].size < below && pci->bars[i].size > size)
				size = pci->bars[i].size;
		for (unsigned int i = 0; size && i < PCI_NR_BARS; i++)
			if (pci->bars[i].size == size)
				place_bar(pci, i, has_mem64);
		below = size;
	} while (size);
}

/* [start, end) as the bridge's window; start == end closes it. */
static void set_window(struct pci_device *pci, enum pci_space space, uint64_t start, uint64_t end)
{
	uint64_t base = start, limit = end - 1;

	if (start == end) {
		base = ~0ull;
		limit = 0;
	}
	switch (space) {
	case PCI_SPACE_IO:
		pci_write16(pci, PCI_IO_BASE, (uint16_t)((base >> 8 & 0xf0) | (limit & 0xf000)));
		pci_write32(pci, PCI_IO_BASE_UPPER16, (uint32_t)((base >> 16 & 0xffff) | (limit & 0xffff0000)));
		break;
	case PCI_SPACE_MEM32:
		pci_write32(pci, PCI_MEMORY_BASE, (uint32_t)((base >> 16 & 0xfff0) | (limit & 0xfff00000)));
		break;
	default:
		pci_write32(pci, PCI_PREF_MEMORY_BASE, (uint32_t)((base >> 16 & 0xfff0) | (limit & 0xfff00000)));
		pci_write32(pci, PCI_PREF_BASE_UPPER32, (uint32_t)(base >> 32));
		pci_write32(pci, PCI_PREF_LIMIT_UPPER32, (uint32_t)(limit >> 32));
	}
}

static void assign_bus(struct pci_bus *bus, bool has_mem64);

static void assign_bridge(struct pci_device *pci, bool has_mem64)
{
	struct pci_window *windows = pci->bus->host->windows;
	uint64_t starts[PCI_NR_SPACES];

	has_mem64 &= (pci_read16(pci, PCI_PREF_MEMORY_BASE) & PCI_PREF_RANGE_TYPE_MASK) == PCI_PREF_RANGE_TYPE_64;
	for (unsigned int i = 0; i < PCI_NR_SPACES; i++) {
		windows[i].next = ALIGN_UP(windows[i].next, (uint64_t)BRIDGE_ALIGN(i));
		starts[i] = windows[i].next;
	}
	if (pci->child)
		assign_bus(pci->child, has_mem64);
	for (unsigned int i = 0; i < PCI_NR_SPACES; i++) {
		windows[i].next = ALIGN_UP(windows[i].next, (uint64_t)BRIDGE_ALIGN(i));
		set_window(pci, i, starts[i], windows[i].next);
	}
}

static void assign_bus(struct pci_bus *bus, bool has_mem64)
{
	struct pci_device *pci;

	PCI_FOREACH(bus->host, pci)
		if (pci->bus == bus)
			place_bars(pci, has_mem64);
	PCI_FOREACH(bus->host, pci)
		if (pci->bus == bus && pci->header_type == PCI_HEADER_TYPE_BRIDGE)
			assign_bridge(pci, has_mem64);
}

void pci_assign(struct pci_host *host)
{
	/* 0 means "no address" to many. */
	for (unsigned int i = 0; i < PCI_NR_SPACES; i++)
		host->windows[i].next = host->windows[i].start ?: BRIDGE_ALIGN(i);
	assign_bus(host->root, host->windows[PCI_SPACE_MEM64].size != 0);
}
