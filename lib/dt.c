// SPDX-License-Identifier: MIT
/* Device trees by libfdt, which trusts a tree once fdt_check_full() has walked it. */
#include <lib/dt.h>

#include <asm/errno.h>
#include <lib/string.h>
#include <libfdt.h>

#define MAX_DEPTH 16	/* of buses between a device and the root */
#define MAX_CELLS 2	/* of an address or size: more is no address of the CPU */

int dt_check(const void *dt, size_t room_bytes)
{
	if (!IS_ALIGNED((uintptr_t)dt, 8) || room_bytes < sizeof(struct fdt_header) ||
		fdt_check_header(dt) || fdt_totalsize(dt) > room_bytes)
		return -EINVAL;
	return fdt_check_full(dt, room_bytes) ? -EINVAL : 0;
}

int64_t dt_bytes(const void *dt)
{
	return fdt_magic(dt) == FDT_MAGIC ? (int64_t)fdt_totalsize(dt) : -EINVAL;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static int node_or_error(int node)
{
	return node < 0 ? -ENOENT : node;
}

int dt_next_compatible(const void *dt, int after, const char *compatible)
{
	do
		after = fdt_node_offset_by_compatible(dt, after, compatible);
	while (after >= 0 && !dt_is_enabled(dt, after));
	return node_or_error(after);
}

int dt_next_type(const void *dt, int after, const char *type)
{
	do
		after = fdt_node_offset_by_prop_value(dt, after, "device_type", type, strlen(type) + 1);
	while (after >= 0 && !dt_is_enabled(dt, after));
	return node_or_error(after);
}

int dt_find(const void *dt, const char *path)
{
	return node_or_error(fdt_path_offset(dt, path));
}

int dt_find_phandle(const void *dt, uint32_t phandle)
{
	return node_or_error(fdt_node_offset_by_phandle(dt, phandle));
}

int dt_parent(const void *dt, int node)
{
	return node_or_error(fdt_parent_offset(dt, node));
}

int dt_first_child(const void *dt, int node)
{
	return node_or_error(fdt_first_subnode(dt, node));
}

int dt_next_child(const void *dt, int child)
{
	return node_or_error(fdt_next_subnode(dt, child));
}

bool dt_is_compatible(const void *dt, int node, const char *compatible)
{
	return !fdt_node_check_compatible(dt, node, compatible);
}

bool dt_is_enabled(const void *dt, int node)
{
	const char *status = dt_string(dt, node, "status");

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* --- properties ------------------------------------------------------------------------------- */

const void *dt_property(const void *dt, int node, const char *name, unsigned int *len)
{
	int length = 0;
	const void *value = fdt_getprop(dt, node, name, &length);

	*len = value ? length : 0;
	return value;
}

int dt_first_property(const void *dt, int node)
{
	return node_or_error(fdt_first_property_offset(dt, node));
}

int dt_next_property(const void *dt, int property)
{
	return node_or_error(fdt_next_property_offset(dt, property));
}

const void *dt_property_at(const void *dt, int property, const char **name, unsigned int *len)
{
	int length = 0;
	const void *value = fdt_getprop_by_offset(dt, property, name, &length);

	*len = value ? length : 0;
	return value;
}

const char *dt_node_name(const void *dt, int node)
{
	return fdt_get_name(dt, node, NULL) ?: "";
}

bool dt_has(const void *dt, int node, const char *name)
{
	unsigned int len;

	return dt_property(dt, node, name, &len);
}

const char *dt_string(const void *dt, int node, const char *name)
{
	unsigned int len;
	const char *s = dt_property(dt, node, name, &len);

	return s && len && !s[len - 1] ? s : NULL;
}

int dt_u32(const void *dt, int node, const char *name, unsigned int index, uint32_t *out)
{
	unsigned int len;
	const fdt32_t *cells = dt_property(dt, node, name, &len);

	if (index >= len / sizeof(*cells))
		return -ENOENT;
	*out = fdt32_ld(&cells[index]);
	return 0;
}

static uint64_t read_cells(const fdt32_t *cells, unsigned int n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 32 | fdt32_ld(cells++);
	return value;
}

int dt_u64(const void *dt, int node, const char *name, uint64_t *out)
{
	unsigned int len;
	const fdt32_t *cells = dt_property(dt, node, name, &len);

	if (len != 4 && len != 8)
		return -ENOENT;
	*out = read_cells(cells, len / 4);
	return 0;
}

int dt_name_index(const void *dt, int node, const char *names, const char *name)
{
	return node_or_error(fdt_stringlist_search(dt, node, names, name));
}

/* --- addresses -------------------------------------------------------------------------------- */

struct cells {
	unsigned int address, size;
};

/* What a bus says of its children's addresses; the defaults are the specification's. */
static struct cells bus_cells(const void *dt, int bus)
{
	uint32_t address = 2, size = 1;

	dt_u32(dt, bus, "#address-cells", 0, &address);
	dt_u32(dt, bus, "#size-cells", 0, &size);
	return (struct cells){ address, size };
}

/* Takes *addr from the bus' address space to its parent's. */
static int translate(const void *dt, int bus, int parent, struct cells inner, uint64_t *addr)
{
	struct cells outer = bus_cells(dt, parent);
	unsigned int len, stride = inner.address + outer.address + inner.size;
	const fdt32_t *ranges = dt_property(dt, bus, "ranges", &len);

	if (!ranges)
		return -ENOENT;
	if (!len)
		return 0;
	if (outer.address > MAX_CELLS || inner.address > MAX_CELLS || inner.size > MAX_CELLS)
		return -EINVAL;
	for (len /= 4; len >= stride; len -= stride, ranges += stride) {
		uint64_t from = read_cells(ranges, inner.address);
		uint64_t to = read_cells(ranges + inner.address, outer.address);
		uint64_t size = read_cells(ranges + inner.address + outer.address, inner.size);

		if (*addr >= from && *addr - from < size) {
			*addr = *addr - from + to;
			return 0;
		}
	}
	return -ENOENT;
}

int dt_reg(const void *dt, int node, unsigned int index, paddr_t *start, uint64_t *size_bytes)
{
	return dt_reg_below(dt, dt_parent(dt, node), node, index, start, size_bytes);
}

int dt_reg_below(const void *dt, int bus, int node, unsigned int index, paddr_t *start, uint64_t *size_bytes)
{
	unsigned int len, stride;
	struct cells cells;
	const fdt32_t *reg = dt_property(dt, node, "reg", &len);

	if (bus < 0 || !reg)
		return -ENOENT;
	cells = bus_cells(dt, bus);
	if (!cells.address || cells.address > MAX_CELLS || cells.size > MAX_CELLS)
		return -EINVAL;
	stride = cells.address + cells.size;
	if (index >= len / 4 / stride)
		return -ENOENT;
	reg += index * stride;
	*start = read_cells(reg, cells.address);
	*size_bytes = read_cells(reg + cells.address, cells.size);
	if (!cells.size)
		return 0;
	for (unsigned int depth = 0; bus > 0; depth++) {
		int parent = dt_parent(dt, bus);
		int err = parent < 0 || depth == MAX_DEPTH ? -EINVAL : translate(dt, bus, parent, cells, start);

		if (err)
			return err;
		bus = parent;
		cells = bus_cells(dt, bus);
	}
	return 0;
}

/* --- interrupts ------------------------------------------------------------------------------- */

static int fill_irq(const void *dt, int controller, const fdt32_t *cells, unsigned int room, struct dt_irq *out)
{
	uint32_t nr;

	if (controller < 0 || dt_u32(dt, controller, "#interrupt-cells", 0, &nr))
		return -ENOENT;
	if (!nr || nr > DT_MAX_IRQ_CELLS || nr > room)
		return -EINVAL;
	out->controller = controller;
	out->nr_cells = nr;
	for (unsigned int i = 0; i < nr; i++)
		out->cells[i] = fdt32_ld(&cells[i]);
	return 0;
}

static int irq_extended(const void *dt, const fdt32_t *cells, unsigned int left, unsigned int index,
	struct dt_irq *out)
{
	while (left) {
		int controller = dt_find_phandle(dt, fdt32_ld(cells));
		uint32_t nr = 0;

		/* A phandle of 0 is an entry without interrupt: no cells follow. */
		if (controller >= 0 && dt_u32(dt, controller, "#interrupt-cells", 0, &nr))
			return -EINVAL;
		if (!index--)
			return fill_irq(dt, controller, cells + 1, left - 1, out);
		if (nr + 1 > left || nr > DT_MAX_IRQ_CELLS)
			return -EINVAL;
		cells += nr + 1;
		left -= nr + 1;
	}
	return -ENOENT;
}

static int irq_parent(const void *dt, int node)
{
	uint32_t phandle;

	for (unsigned int depth = 0; node >= 0 && depth < MAX_DEPTH; depth++) {
		if (!dt_u32(dt, node, "interrupt-parent", 0, &phandle))
			return dt_find_phandle(dt, phandle);
		node = dt_parent(dt, node);
	}
	return -ENOENT;
}

int dt_irq(const void *dt, int node, unsigned int index, struct dt_irq *out)
{
	unsigned int len;
	const fdt32_t *cells = dt_property(dt, node, "interrupts-extended", &len);
	int controller;
	uint32_t nr;

	if (cells)
		return irq_extended(dt, cells, len / 4, index, out);
	cells = dt_property(dt, node, "interrupts", &len);
	controller = cells ? irq_parent(dt, node) : -ENOENT;
	if (controller < 0 || dt_u32(dt, controller, "#interrupt-cells", 0, &nr))
		return -ENOENT;
	len /= 4;
	if (!nr || nr > DT_MAX_IRQ_CELLS || index >= len / nr)
		return -ENOENT;
	return fill_irq(dt, controller, cells + index * nr, nr, out);
}

/* --- the rest --------------------------------------------------------------------------------- */

bool dt_mem_reserve(const void *dt, unsigned int index, paddr_t *start, uint64_t *size_bytes)
{
	/* The list ends with an empty one, which dt_check() saw. */
	return !fdt_get_mem_rsv(dt, (int)index, start, size_bytes) && *size_bytes;
}

int dt_stdout(const void *dt, const char **options)
{
	int chosen = dt_find(dt, "/chosen");
	const char *path = NULL, *end;

	if (chosen >= 0)
		path = dt_string(dt, chosen, "stdout-path") ?: dt_string(dt, chosen, "linux,stdout-path");
	if (!path)
		return -ENOENT;
	end = strchrnul(path, ':');
	if (options)
		*options = *end ? end + 1 : NULL;
	return node_or_error(fdt_path_offset_namelen(dt, path, end - path));
}
