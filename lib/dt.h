/* SPDX-License-Identifier: MIT */
/*
 * Reading a flattened device tree (Devicetree Specification 0.4) that nobody vouches for.
 *
 * A tree is one block of memory. dt_check() walks all of it once; after that every function here is
 * safe on it, whatever it says, and ends. A node is libfdt's offset, valid while the tree does not
 * change. Context: any; nothing is allocated, no state is kept, pointers returned lie in the tree.
 */
#pragma once

#include <lib/compiler.h>

#define DT_MAX_IRQ_CELLS 4

/* Whether the block at dt, with room_bytes readable bytes, is a sound tree. 0 or -EINVAL. */
__must_check int dt_check(const void *dt, size_t room_bytes);

/* Whether the header alone (40 bytes) is sound: what Linux looks at in a tree that it hands on. 0 or -EINVAL. */
__must_check int dt_check_header(const void *header);

/* Its size by its header (of a tree that was checked, or -EINVAL where there is no magic). */
int64_t dt_bytes(const void *dt);

/* The next node behind `after` (-1: from the start) that is compatible and not disabled; -ENOENT. */
int dt_next_compatible(const void *dt, int after, const char *compatible);
#define DT_FOREACH_COMPATIBLE(dt, node, compatible) \
	for (int node = -1; (node = dt_next_compatible(dt, node, compatible)) >= 0;)

/* The same for device_type = "memory", "cpu" ... */
int dt_next_type(const void *dt, int after, const char *type);
#define DT_FOREACH_TYPE(dt, node, type) for (int node = -1; (node = dt_next_type(dt, node, type)) >= 0;)

/* By path or alias ("/chosen", "serial0"), by phandle; the parent. -ENOENT. */
int dt_find(const void *dt, const char *path);
int dt_find_phandle(const void *dt, uint32_t phandle);
int dt_parent(const void *dt, int node);

/* Children: -ENOENT after the last. */
int dt_first_child(const void *dt, int node);
int dt_next_child(const void *dt, int child);
#define DT_FOREACH_CHILD(dt, child, node) \
	for (int child = dt_first_child(dt, node); child >= 0; child = dt_next_child(dt, child))

bool dt_is_compatible(const void *dt, int node, const char *compatible);
bool dt_is_enabled(const void *dt, int node);	/* status absent, "okay" or "ok" */

/* A property's bytes, or NULL; *len is set (0 then). Big-endian cells, aligned to 4. */
const void *dt_property(const void *dt, int node, const char *name, unsigned int *len);
bool dt_has(const void *dt, int node, const char *name);
const char *dt_string(const void *dt, int node, const char *name);	/* NUL-terminated, or NULL */

/* Properties of a node, one after the other (-ENOENT after the last); name and value of one. */
int dt_first_property(const void *dt, int node);
int dt_next_property(const void *dt, int property);
const void *dt_property_at(const void *dt, int property, const char **name, unsigned int *len);
const char *dt_node_name(const void *dt, int node);	/* with its @address */

/* Cell `index` of a property: 0 or -ENOENT. The u64 form takes a property of one or two cells. */
int dt_u32(const void *dt, int node, const char *name, unsigned int index, uint32_t *out);
int dt_u64(const void *dt, int node, const char *name, uint64_t *out);

/* Entry `index` of "reg", translated through the buses' "ranges" to an address of the CPU (for a
 * child of /cpus: the plain number, size 0). 0, -ENOENT: no such entry or no way to it; -EINVAL. */
int dt_reg(const void *dt, int node, unsigned int index, paddr_t *start, uint64_t *size_bytes);

/* The same of a node whose parent is known, which is slow to find: for lists of nodes. */
int dt_reg_below(const void *dt, int parent, int node, unsigned int index, paddr_t *start, uint64_t *size_bytes);
/* Takes an address as bus' children have it to the CPU's. 0, -ENOENT: no way; -EINVAL. */
int dt_translate(const void *dt, int bus, uint64_t *addr);

/* One big-endian cell of a property's bytes. */
static inline uint32_t dt_cell(const void *cells, unsigned int index)
{
	uint32_t cell;

	__builtin_memcpy(&cell, (const char *)cells + 4 * index, 4);
	return __builtin_bswap32(cell);
}

/* The index of `name` in reg-names, interrupt-names ...; -ENOENT. */
int dt_name_index(const void *dt, int node, const char *names, const char *name);

/* Interrupt `index` (interrupts-extended, or interrupts with the next interrupt-parent upwards). */
struct dt_irq {
	int controller;				/* node */
	unsigned int nr_cells;
	uint32_t cells[DT_MAX_IRQ_CELLS];
};
int dt_irq(const void *dt, int node, unsigned int index, struct dt_irq *out);

/* Memory reservation `index` of the block's header: false after the last. */
bool dt_mem_reserve(const void *dt, unsigned int index, paddr_t *start, uint64_t *size_bytes);

/* The console that /chosen names (stdout-path, linux,stdout-path); *options, when not NULL, is what
 * stands behind ':' or NULL. Node or -ENOENT. */
int dt_stdout(const void *dt, const char **options);
