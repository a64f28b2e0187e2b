// SPDX-License-Identifier: MIT
/*
 * Device trees. libfdt's fdt_check_full() walks a tree once; what it has found sound is then read here without
 * its checks, which took a third of all instructions up to /init.
 */
#include <lib/dt.h>

#include <asm/errno.h>
#include <lib/string.h>
#include <libfdt.h>

#define MAX_DEPTH 16	/* of buses between a device and the root */
#define MAX_CELLS 2	/* of an address or size: more is no address of the CPU */
#define OLDEST_VERSION 16 /* before it, long values were aligned to 8 */

int dt_check(const void *dt, size_t room_bytes)
{
	if (!IS_ALIGNED((uintptr_t)dt, 8) || room_bytes < sizeof(struct fdt_header) ||
		fdt_check_header(dt) || fdt_totalsize(dt) > room_bytes || fdt_version(dt) < OLDEST_VERSION ||
		!IS_ALIGNED(fdt_off_dt_struct(dt), FDT_TAGSIZE))
		return -EINVAL;
	return fdt_check_full(dt, room_bytes) ? -EINVAL : 0;
}

int dt_check_header(const void *header)
{
	return fdt_check_header(header) ? -EINVAL : 0;
}

int64_t dt_bytes(const void *dt)
{
	return fdt_magic(dt) == FDT_MAGIC ? (int64_t)fdt_totalsize(dt) : -EINVAL;
}

/* --- walking ----------------------------------------------------------------------------------- */

static uint32_t load(const fdt32_t *cell)
{
	return __builtin_bswap32(*cell);
}

/* The structure block: offsets of nodes and properties count from here. */
static const char *structure(const void *dt)
{
	return (const char *)dt + load(&((const struct fdt_header *)dt)->off_dt_struct);
}

static uint32_t tag_at(const char *tree, int offset)
{
	return load((const fdt32_t *)(tree + offset));
}

/* What follows the tag at offset. */
static int after_tag(const char *tree, int offset)
{
	const struct fdt_property *property = (const void *)(tree + offset);

	switch (load(&property->tag)) {
	case FDT_BEGIN_NODE:
		return (int)ALIGN_UP((size_t)offset + FDT_TAGSIZE + strlen(tree + offset + FDT_TAGSIZE) + 1, FDT_TAGSIZE);
	case FDT_PROP:
		return (int)ALIGN_UP((size_t)offset + sizeof(*property) + load(&property->len), FDT_TAGSIZE);
	default:
		return offset + FDT_TAGSIZE;
	}
}

/* The first node from offset on, in the order of the tree; *depth, when not NULL, counts what begins and ends. */
static int node_from(const char *tree, int offset, int *depth)
{
	for (;; offset = after_tag(tree, offset)) {
		uint32_t tag = tag_at(tree, offset);

		if (tag == FDT_END)
			return -ENOENT;
		if (depth)
			*depth += (tag == FDT_BEGIN_NODE) - (tag == FDT_END_NODE);
		if (tag == FDT_BEGIN_NODE)
			return offset;
		if (depth && *depth < 0)
			return -ENOENT;
	}
}

static int next_node(const char *tree, int node, int *depth)
{
	return node_from(tree, node < 0 ? 0 : after_tag(tree, node), depth);
}

static int property_from(const char *tree, int offset)
{
	while (tag_at(tree, offset) == FDT_NOP)
		offset += FDT_TAGSIZE;
	return tag_at(tree, offset) == FDT_PROP ? offset : -ENOENT;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static int node_or_error(int node)
{
	return node < 0 ? -ENOENT : node;
}

int dt_next_compatible(const void *dt, int after, const char *compatible)
{
	do
		after = next_node(structure(dt), after, NULL);
	while (after >= 0 && !(dt_is_compatible(dt, after, compatible) && dt_is_enabled(dt, after)));
	return after;
}

int dt_next_type(const void *dt, int after, const char *type)
{
	const char *is;

	do {
		after = next_node(structure(dt), after, NULL);
		is = after < 0 ? NULL : dt_string(dt, after, "device_type");
	} while (after >= 0 && !(is && !strcmp(is, type) && dt_is_enabled(dt, after)));
	return after;
}

int dt_find(const void *dt, const char *path)
{
	return node_or_error(fdt_path_offset(dt, path));
}

int dt_find_phandle(const void *dt, uint32_t phandle)
{
	uint32_t value;
	int node = -1;

	if (!phandle || phandle > FDT_MAX_PHANDLE)
		return -ENOENT;
	do
		node = next_node(structure(dt), node, NULL);
	while (node >= 0 && ((dt_u32(dt, node, "phandle", 0, &value) && dt_u32(dt, node, "linux,phandle", 0, &value)) ||
			     value != phandle));
	return node;
}

/* The last node before this one that is one level above it: a level's number needs a walk of its own. */
int dt_parent(const void *dt, int node)
{
	const char *tree = structure(dt);
	int level = 0, depth = 0, parent = -ENOENT, at;

	for (at = next_node(tree, -1, &level); at >= 0 && at < node;)
		at = next_node(tree, at, &level);
	for (at = next_node(tree, -1, &depth); at >= 0 && at < node; at = next_node(tree, at, &depth))
		if (depth == level - 1)
			parent = at;
	return parent;
}

int dt_first_child(const void *dt, int node)
{
	int depth = 0;
	int child = next_node(structure(dt), node, &depth);

	return depth == 1 ? child : -ENOENT;
}

int dt_next_child(const void *dt, int child)
{
	int depth = 1;

	do
		child = next_node(structure(dt), child, &depth);
	while (child >= 0 && depth > 1);
	return depth == 1 ? child : -ENOENT;
}

bool dt_is_compatible(const void *dt, int node, const char *compatible)
{
	unsigned int left;
	const char *list = dt_property(dt, node, "compatible", &left), *end;

	for (; list && (end = memchr(list, 0, left)); left -= (unsigned int)(end + 1 - list), list = end + 1)
		if (!strcmp(list, compatible))
			return true;
	return false;
}

bool dt_is_enabled(const void *dt, int node)
{
	const char *status = dt_string(dt, node, "status");

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* --- properties ------------------------------------------------------------------------------- */

const void *dt_property(const void *dt, int node, const char *name, unsigned int *len)
{
	const char *is;
	const void *value;

	for (int property = dt_first_property(dt, node); property >= 0; property = dt_next_property(dt, property)) {
		value = dt_property_at(dt, property, &is, len);
		if (!strcmp(is, name))
			return value;
	}
	*len = 0;
	return NULL;
}

int dt_first_property(const void *dt, int node)
{
	const char *tree = structure(dt);

	return property_from(tree, after_tag(tree, node));
}

int dt_next_property(const void *dt, int property)
{
	const char *tree = structure(dt);

	return property_from(tree, after_tag(tree, property));
}

const void *dt_property_at(const void *dt, int property, const char **name, unsigned int *len)
{
	const struct fdt_property *p = (const void *)(structure(dt) + property);

	*name = (const char *)dt + load(&((const struct fdt_header *)dt)->off_dt_strings) + load(&p->nameoff);
	*len = load(&p->len);
	return p->data;
}

const char *dt_node_name(const void *dt, int node)
{
	return structure(dt) + node + FDT_TAGSIZE;
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
	*out = load(&cells[index]);
	return 0;
}

static uint64_t read_cells(const fdt32_t *cells, unsigned int n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 32 | load(cells++);
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

int dt_translate(const void *dt, int bus, uint64_t *addr)
{
	for (unsigned int depth = 0; bus > 0; depth++) {
		int parent = dt_parent(dt, bus);
		int err = parent < 0 || depth == MAX_DEPTH ? -EINVAL :
			translate(dt, bus, parent, bus_cells(dt, bus), addr);

		if (err)
			return err;
		bus = parent;
	}
	return 0;
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
	return cells.size ? dt_translate(dt, bus, start) : 0;
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
		out->cells[i] = load(&cells[i]);
	return 0;
}

static int irq_extended(const void *dt, const fdt32_t *cells, unsigned int left, unsigned int index,
	struct dt_irq *out)
{
	while (left) {
		int controller = dt_find_phandle(dt, load(cells));
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
