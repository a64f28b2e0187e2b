// SPDX-License-Identifier: MIT
/* The properties of a PCI host bridge: maps from its address and interrupt spaces to others. */
#include <device/pci/tree_fdt.h>

#include <kernel/errno.h>
#include <lib/dt.h>

#define UNIT_CELLS 3		/* phys.hi phys.mid phys.lo */
#define MAP_KEY_CELLS 4		/* and the pin */
#define MARGIN (1ull << 20)	/* sums and alignments below this end do not overflow */

static uint64_t cells64(const void *cells, unsigned int at)
{
	return (uint64_t)dt_cell(cells, at) << 32 | dt_cell(cells, at + 1);
}

static void add_window(struct pci_window windows[PCI_NR_SPACES], uint32_t hi, uint64_t start, uint64_t cpu, uint64_t size)
{
	unsigned int code = hi >> 24 & 3;
	enum pci_space space = code == 1 ? PCI_SPACE_IO : start >> 32 ? PCI_SPACE_MEM64 : PCI_SPACE_MEM32;

	if (!code || !size || size > -MARGIN - start || start > -MARGIN || cpu > -MARGIN || size > -MARGIN - cpu)
		return;
	if (space == PCI_SPACE_MEM32)
		size = min(size, (1ull << 32) - start);
	if (space == PCI_SPACE_IO)
		size = start >> 16 ? 0 : min(size, (1ull << 16) - start);
	if (size > windows[space].size)
		windows[space] = (struct pci_window){ .start = start, .size = size, .cpu = cpu };
}

void pci_dt_windows(const void *dt, int node, struct pci_window windows[PCI_NR_SPACES])
{
	unsigned int len, stride;
	uint32_t outer = 2;
	int parent = dt_parent(dt, node);
	const char *ranges = dt_property(dt, node, "ranges", &len);

	for (unsigned int i = 0; i < PCI_NR_SPACES; i++)
		windows[i] = (struct pci_window){ .size = 0 };
	if (parent < 0 || !ranges)
		return;
	dt_u32(dt, parent, "#address-cells", 0, &outer);
	if (outer != 1 && outer != 2)
		return;
	stride = UNIT_CELLS + outer + 2;
	for (len /= 4; len >= stride; len -= stride, ranges += 4 * stride) {
		uint64_t cpu = outer == 2 ? cells64(ranges, UNIT_CELLS) : dt_cell(ranges, UNIT_CELLS);

		if (!dt_translate(dt, parent, &cpu))
			add_window(windows, dt_cell(ranges, 0), cells64(ranges, 1), cpu, cells64(ranges, UNIT_CELLS + outer));
	}
}

int pci_dt_buses(const void *dt, int node, uint8_t *first, uint8_t *last)
{
	uint32_t from = 0, to = 255;

	if (!dt_u32(dt, node, "bus-range", 0, &from) && dt_u32(dt, node, "bus-range", 1, &to))
		return -EINVAL;
	if (from > to || to > 255)
		return -EINVAL;
	*first = (uint8_t)from;
	*last = (uint8_t)to;
	return 0;
}

int pci_dt_line(const void *dt, int node, uint8_t number, uint8_t devfn, uint8_t pin, struct dt_irq *out)
{
	const uint32_t key[MAP_KEY_CELLS] = { (uint32_t)number << 16 | (uint32_t)devfn << 8, 0, 0, pin };
	uint32_t mask[MAP_KEY_CELLS] = { ~0u, ~0u, ~0u, ~0u };
	unsigned int len;
	const char *map = dt_property(dt, node, "interrupt-map", &len);

	for (unsigned int i = 0; i < MAP_KEY_CELLS; i++)
		dt_u32(dt, node, "interrupt-map-mask", i, &mask[i]);
	for (len /= 4; map && len > MAP_KEY_CELLS + 1;) {
		int controller = dt_find_phandle(dt, dt_cell(map, MAP_KEY_CELLS));
		uint32_t unit = 0, nr = 0;
		unsigned int entry;
		bool fits = true;

		if (controller < 0 || dt_u32(dt, controller, "#interrupt-cells", 0, &nr))
			return -ENOENT;
		dt_u32(dt, controller, "#address-cells", 0, &unit);
		if (!nr || nr > DT_MAX_IRQ_CELLS || unit > UNIT_CELLS)
			return -ENOENT;
		entry = MAP_KEY_CELLS + 1 + unit + nr;
		if (entry > len)
			return -ENOENT;
		for (unsigned int i = 0; i < MAP_KEY_CELLS; i++)
			fits &= (key[i] & mask[i]) == (dt_cell(map, i) & mask[i]);
		if (fits) {
			out->controller = controller;
			out->nr_cells = nr;
			for (unsigned int i = 0; i < nr; i++)
				out->cells[i] = dt_cell(map, entry - nr + i);
			return 0;
		}
		map += 4 * entry;
		len -= entry;
	}
	return -ENOENT;
}

int pci_dt_msi(const void *dt, int node, uint16_t requester, int *controller, uint32_t *id)
{
	uint32_t mask = 0xffff, phandle;
	unsigned int len;
	const char *map = dt_property(dt, node, "msi-map", &len);

	*id = requester;
	if (!map) {
		if (dt_u32(dt, node, "msi-parent", 0, &phandle))
			return -ENOENT;
		*controller = dt_find_phandle(dt, phandle);
		return *controller < 0 ? -ENOENT : 0;
	}
	dt_u32(dt, node, "msi-map-mask", 0, &mask);
	for (len /= 4; len >= 4; len -= 4, map += 16) {
		uint32_t first = dt_cell(map, 0), offset = (requester & mask) - first;

		if ((requester & mask) < first || offset >= dt_cell(map, 3))
			continue;
		*controller = dt_find_phandle(dt, dt_cell(map, 1));
		*id = dt_cell(map, 2) + offset;
		return *controller < 0 ? -ENOENT : 0;
	}
	return -ENOENT;
}
