// SPDX-License-Identifier: MIT
/* /sys/firmware/fdt, and the tree as directories and files (Linux: ABI/testing/sysfs-firmware-ofw). */
#include <device/fdt/sysfs.h>

#include <device/fdt/fdt.h>
#include <fs/pseudo.h>
#include <kernel/errno.h>
#include <lib/dt.h>
#include <lib/string.h>
#include <mm/uio.h>

#define MAX_DEPTH 64 /* Linux's */

static ssize_t read_bytes(const void *from, uint64_t size, struct uio *uio, uint64_t pos)
{
	size_t n;

	if (pos >= size || !uio->left)
		return 0;
	n = uio_copy_to(uio, (const char *)from + pos, min(size - pos, (uint64_t)uio->left));
	return n ? (ssize_t)n : -EFAULT;
}

static ssize_t tree_read(void *ctx, struct uio *uio, uint64_t pos)
{
	return read_bytes(ctx, (uint64_t)dt_bytes(ctx), uio, pos);
}

static uint64_t tree_size(void *ctx)
{
	return (uint64_t)dt_bytes(ctx);
}

/* The context of a property's file is its offset in the tree. */
static ssize_t property_read(void *ctx, struct uio *uio, uint64_t pos)
{
	const char *name;
	unsigned int len;
	const void *value = dt_property_at(fdt_tree(), (int)(intptr_t)ctx, &name, &len);

	return read_bytes(value, len, uio, pos);
}

static uint64_t property_size(void *ctx)
{
	const char *name;
	unsigned int len;

	dt_property_at(fdt_tree(), (int)(intptr_t)ctx, &name, &len);
	return len;
}

static void add_node(struct pseudo_node *dir, int node, unsigned int depth)
{
	static const struct pseudo_ops ops = { .read_at = property_read, .size = property_size };
	const void *dt = fdt_tree();

	for (int at = dt_first_property(dt, node); at >= 0; at = dt_next_property(dt, at)) {
		const char *name = NULL;
		unsigned int len;

		dt_property_at(dt, at, &name, &len);
		if (name && *name && !strchr(name, '/'))
			pseudo_put(pseudo_add_file(dir, name, 0444, &ops, (void *)(intptr_t)at));
	}
	if (depth == MAX_DEPTH)
		return;
	DT_FOREACH_CHILD(dt, child, node) {
		const char *name = dt_node_name(dt, child);
		struct pseudo_node *sub = *name && !strchr(name, '/') ? pseudo_mkdir(dir, name) : NULL;

		if (sub)
			add_node(sub, child, depth + 1);
		pseudo_put(sub);
	}
}

void fdt_sysfs_add(void)
{
	static const struct pseudo_ops tree_ops = { .read_at = tree_read, .size = tree_size };
	struct pseudo_node *firmware = pseudo_mkdir_path(sysfs_root(), "firmware");
	struct pseudo_node *base = pseudo_mkdir_path(sysfs_root(), "firmware/devicetree/base");

	if (firmware)
		pseudo_put(pseudo_add_file(firmware, "fdt", 0400, &tree_ops, (void *)fdt_tree()));
	if (base)
		add_node(base, 0, 0);
	pseudo_put(base);
	pseudo_put(firmware);
	pseudo_put(pseudo_add_link(proc_root(), "device-tree", "/sys/firmware/devicetree/base"));
}
