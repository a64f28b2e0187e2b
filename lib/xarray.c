// SPDX-License-Identifier: MIT
/*
 * A radix tree of bare 512-byte nodes. Height is kept once, in the root, so nodes need no header;
 * whether a node is empty is found by looking, which only erase does.
 *
 *	levels 0: root is the entry of index 0
 *	levels n: root is a node whose slots each cover 64^(n-1) indices
 */
#include <lib/xarray.h>

#include <asm/errno.h>
#include <lib/alloc.h>

#define XA_MAX_LEVELS	DIV_ROUND_UP(64, XA_SHIFT)

struct xa_node {
	void *slots[XA_SLOTS];
};

static bool fits(unsigned int levels, uint64_t index)
{
	return levels * XA_SHIFT >= 64 || !(index >> (levels * XA_SHIFT));
}

static unsigned int slot_of(uint64_t index, unsigned int level)
{
	return index >> ((level - 1) * XA_SHIFT) & (XA_SLOTS - 1);
}

void *xa_load(const struct xarray *xa, uint64_t index)
{
	void *entry = xa->root;

	if (!fits(xa->levels, index))
		return NULL;
	for (unsigned int level = xa->levels; level && entry; level--)
		entry = ((struct xa_node *)entry)->slots[slot_of(index, level)];
	return entry;
}

/* Adds levels on top until index fits. An empty root needs no node for that. */
static int heighten(struct xarray *xa, uint64_t index)
{
	while (!fits(xa->levels, index)) {
		if (xa->root) {
			struct xa_node *node = kzalloc(sizeof(*node));

			if (!node)
				return -ENOMEM;
			node->slots[0] = xa->root;
			xa->root = node;
		}
		xa->levels++;
	}
	return 0;
}

/* The slot of index, with all nodes above it made. NULL: no memory. */
static void **make_slot(struct xarray *xa, uint64_t index)
{
	void **slot = &xa->root;

	if (heighten(xa, index))
		return NULL;
	for (unsigned int level = xa->levels; level; level--) {
		if (!*slot)
			*slot = kzalloc(sizeof(struct xa_node));
		if (!*slot)
			return NULL;
		slot = &((struct xa_node *)*slot)->slots[slot_of(index, level)];
	}
	return slot;
}

static bool node_is_empty(const struct xa_node *node, unsigned int start)
{
	/* Beginning behind the slot just erased finds a neighbour at once when erasing in order. */
	for (unsigned int i = 1; i <= XA_SLOTS; i++)
		if (node->slots[(start + i) % XA_SLOTS])
			return false;
	return true;
}

/* Frees the nodes on index's path that hold nothing, lowest first, then levels not needed. */
static void prune(struct xarray *xa, uint64_t index)
{
	void **path[XA_MAX_LEVELS + 1];
	void **slot = &xa->root;
	unsigned int level;

	for (level = xa->levels; level && *slot; level--) {
		path[level] = slot;
		slot = &((struct xa_node *)*slot)->slots[slot_of(index, level)];
	}
	for (level++; level <= xa->levels; level++) {
		struct xa_node *node = *path[level];

		if (!node_is_empty(node, slot_of(index, level)))
			break;
		kfree(node);
		*path[level] = NULL;
	}
	if (!xa->root)
		xa->levels = 0;
}

int xa_store(struct xarray *xa, uint64_t index, void *entry)
{
	void **slot = make_slot(xa, index);

	if (!slot) {
		prune(xa, index);
		return -ENOMEM;
	}
	*slot = entry;
	return 0;
}

int xa_insert(struct xarray *xa, uint64_t index, void *entry)
{
	void **slot = make_slot(xa, index);

	if (!slot) {
		prune(xa, index);
		return -ENOMEM;
	}
	if (*slot)
		return -EEXIST;
	*slot = entry;
	return 0;
}

void *xa_erase(struct xarray *xa, uint64_t index)
{
	void **slot = &xa->root;
	void *entry;

	if (!fits(xa->levels, index))
		return NULL;
	for (unsigned int level = xa->levels; level && *slot; level--)
		slot = &((struct xa_node *)*slot)->slots[slot_of(index, level)];
	entry = *slot;
	if (entry) {
		*slot = NULL;
		prune(xa, index);
	}
	return entry;
}

/* The first entry at or after *index below node, which is `level` levels high. */
static void *next_below(const struct xa_node *node, unsigned int level, uint64_t *index)
{
	uint64_t step = 1ULL << ((level - 1) * XA_SHIFT);
	unsigned int slot = slot_of(*index, level);

	for (;;) {
		void *entry = node->slots[slot];

		if (entry && level > 1)
			entry = next_below(entry, level - 1, index);
		if (entry)
			return entry;
		if (++slot == XA_SLOTS)
			return NULL;
		/* The start of the next slot's range. */
		*index = (*index & ~(step - 1)) + step;
		if (!*index)
			return NULL;
	}
}

void *xa_next(const struct xarray *xa, uint64_t *index, uint64_t last)
{
	uint64_t found = *index;
	void *entry = NULL;

	if (!xa->root || !fits(xa->levels, found))
		return NULL;
	if (!xa->levels)
		entry = xa->root;
	else
		entry = next_below(xa->root, xa->levels, &found);
	if (!entry || found > last)
		return NULL;
	*index = found;
	return entry;
}

int xa_alloc(struct xarray *xa, uint64_t min, uint64_t max, void *entry, uint64_t *out)
{
	for (uint64_t index = min; index <= max; index++) {
		if (!xa_load(xa, index)) {
			*out = index;
			return xa_store(xa, index, entry);
		}
		if (index == UINT64_MAX)
			break;
	}
	return -EBUSY;
}

static void free_below(struct xa_node *node, unsigned int level)
{
	for (unsigned int i = 0; level > 1 && i < XA_SLOTS; i++)
		if (node->slots[i])
			free_below(node->slots[i], level - 1);
	kfree(node);
}

void xa_destroy(struct xarray *xa)
{
	if (xa->levels && xa->root)
		free_below(xa->root, xa->levels);
	*xa = (struct xarray)XARRAY_INIT;
}
