// SPDX-License-Identifier: MIT
/*
 * Config space of any content, of which some bits can be written: finding and placing ends, and what was
 * placed lies in the host's windows, aligned to its size. The rest of the input as a device tree.
 */
#include <device/pci/tree_fdt.h>
#include <kernel/printk.h>
#include <lib/alloc.h>
#include <lib/dt.h>
#include <stdlib.h>
#include <string.h>

#define BYTES 0x4000
#define EMPTY 8 /* of so many functions one is there */

static uint8_t space[BYTES], writable[BYTES];

void printk(enum log_level level, const char *fmt, ...)
{
}

static unsigned int place(const struct pci_bus *bus, uint8_t devfn, unsigned int offset)
{
	return ((bus->number * 7u + devfn * 3u) * 64 + offset) % (BYTES - 4);
}

static uint32_t fake_read(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes)
{
	uint32_t value = 0;

	if (offset + bytes > PCI_CFG_SPACE_EXP_SIZE || offset % bytes)
		abort();
	if ((devfn * 5u + bus->number) % EMPTY)
		return ~0u;
	memcpy(&value, space + place(bus, devfn, offset), bytes);
	return value;
}

static void fake_write(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes, uint32_t value)
{
	unsigned int at = place(bus, devfn, offset);

	for (unsigned int i = 0; i < bytes; i++, at++, value >>= 8)
		space[at] = (uint8_t)((space[at] & ~writable[at]) | ((uint8_t)value & writable[at]));
}

static const struct pci_host_ops ops = { .read = fake_read, .write = fake_write };

static void check(const struct pci_host *host, const struct pci_device *pci)
{
	for (unsigned int i = 0; i < PCI_NR_BARS; i++) {
		const struct pci_bar *bar = &pci->bars[i];
		bool is_inside = false;

		if (!bar->size || bar->flags & PCI_BAR_UNSET)
			continue;
		for (unsigned int w = 0; w < PCI_NR_SPACES; w++)
			is_inside |= bar->start >= host->windows[w].start && bar->size <= host->windows[w].size &&
				bar->start - host->windows[w].start <= host->windows[w].size - bar->size;
		if (!is_inside || bar->start % bar->size)
			abort();
	}
	for (unsigned int at = 0, n = 0; (at = pci_find_capability(pci, at, 9)); n++)
		if (at < 0x40 || at > 0xfc || n > 256)
			break;
	for (unsigned int i = 0; i < 3; i++)
		pci_bridge_window(pci, i);
}

static void free_all(struct pci_host *host)
{
	struct pci_device *pci, *next;

	list_for_each_entry_safe(pci, next, &host->functions, node)
		kfree(pci->child);
	kfree(host->root);
	list_for_each_entry_safe(pci, next, &host->functions, node)
		kfree(pci);
}

static void read_tree(const void *dt, size_t size)
{
	struct pci_window windows[PCI_NR_SPACES];
	uint8_t first, last;
	uint32_t id;
	struct dt_irq irq;

	if (dt_check(dt, size))
		return;
	for (int node = dt_first_child(dt, 0); node >= 0; node = dt_next_child(dt, node)) {
		int controller;

		pci_dt_windows(dt, node, windows);
		for (unsigned int i = 0; i < PCI_NR_SPACES; i++)
			if (windows[i].size && windows[i].start + windows[i].size < windows[i].start)
				abort();
		if (!pci_dt_buses(dt, node, &first, &last) && first > last)
			abort();
		if (!pci_dt_line(dt, node, 0, 8, 1, &irq) && irq.nr_cells > DT_MAX_IRQ_CELLS)
			abort();
		(void)!pci_dt_msi(dt, node, 0x108, &controller, &id);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pci_host host = { .ops = &ops, .last_bus = 255 };
	struct pci_device *pci;
	void *tree = aligned_alloc(8, ALIGN_UP(size + 8, 8ul));

	memcpy(tree, data, size);
	read_tree(tree, size);
	free(tree);
	if (size < 2)
		return 0;
	host.assigns = data[0] & 1;
	for (unsigned int i = 0; i < BYTES; i++) {
		space[i] = data[1 + i % (size - 1)];
		writable[i] = data[1 + (i * 3 + 1) % (size - 1)];
	}
	host.windows[PCI_SPACE_IO] = (struct pci_window){ .start = 0, .size = 0x10000 };
	host.windows[PCI_SPACE_MEM32] = (struct pci_window){ .start = 0x40000000, .size = 0x40000000 };
	host.windows[PCI_SPACE_MEM64] = (struct pci_window){ .start = 1ull << 34, .size = 1ull << 34 };
	if (pci_scan(&host))
		abort();
	if (host.assigns) {
		pci_assign(&host);
		PCI_FOREACH(&host, pci)
			check(&host, pci);
	}
	free_all(&host);
	return 0;
}
