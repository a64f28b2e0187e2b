// SPDX-License-Identifier: MIT
/* The machine's tree, and who probes what in it. */
#include <device/fdt/fdt.h>

#include <boot/boot_info.h>
#include <device/device.h>
#include <kernel/console.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <lib/dt.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <mm/vmap.h>

#include <device/fdt/sysfs.h>

LINKER_SET_DECLARE(fdt_irqchips, const struct fdt_irqchip);
LINKER_SET_DECLARE(fdt_drivers, const struct fdt_driver);

#define MAX_CONTROLLERS 32
#define MAX_DEVICES 128	 /* with drivers */
#define MAX_ALIASES 1024 /* that are looked up */
#define IRQCHIP_PASSES 4 /* controllers stand behind each other so deep */

static const void *tree;

static struct controller {
	int node;
	struct irq_chip *chip;
	fdt_translate_fn translate;
} controllers[MAX_CONTROLLERS];
static unsigned int nr_controllers;

void fdt_init(const struct boot_info *info)
{
	const void *dt = info->fdt ? memremap(info->fdt, info->fdt_bytes) : NULL;

	tree = dt; /* boot_fdt_parse() walked all of it */
}

const void *fdt_tree(void)
{
	return tree;
}

/* --- interrupts ------------------------------------------------------------------------------- */

static const struct controller *find_controller(int node)
{
	for (unsigned int i = 0; i < nr_controllers; i++)
		if (controllers[i].node == node)
			return &controllers[i];
	return NULL;
}

int fdt_irqchip_register(int node, struct irq_chip *chip, fdt_translate_fn translate)
{
	if (nr_controllers == MAX_CONTROLLERS)
		return -ENOSPC;
	controllers[nr_controllers++] = (struct controller){ node, chip, translate };
	return 0;
}

/* Whether another one has started. */
static bool irqchips_pass(bool is_last)
{
	bool has_started = false;

	LINKER_SET_FOREACH(fdt_irqchips, const struct fdt_irqchip, chip) {
		DT_FOREACH_COMPATIBLE(tree, node, chip->compatible) {
			int err = find_controller(node) || msi_find_controller(node) ? -ENODEV : chip->init(node);

			has_started |= !err;
			if (err && err != -ENODEV && (is_last || err != -EAGAIN))
				pr_err("fdt: interrupt controller %s: error %d\n", dt_node_name(tree, node), -err);
		}
	}
	return has_started;
}

void fdt_irqchips_init(void)
{
	for (unsigned int i = 1; tree && irqchips_pass(i == IRQCHIP_PASSES) && i < IRQCHIP_PASSES; i++)
		;
}

int fdt_irq_of(const struct dt_irq *spec, unsigned int *irq, enum irq_trigger *trigger)
{
	const struct controller *controller = find_controller(spec->controller);
	unsigned int input;

	if (!controller)
		return -ENOENT;
	if (controller->translate(spec, &input, trigger) || input >= controller->chip->nr_irqs)
		return -EINVAL;
	*irq = controller->chip->first_irq + input;
	return 0;
}

int fdt_irq(int node, unsigned int index, unsigned int *irq, enum irq_trigger *trigger)
{
	struct dt_irq spec;
	int err = dt_irq(tree, node, index, &spec);

	return err ?: fdt_irq_of(&spec, irq, trigger);
}

enum irq_trigger fdt_trigger(uint32_t flags)
{
	switch (flags & 0xf) {
	case 1:
	case 2:
	case 3:
		return IRQ_TRIGGER_EDGE;
	case 8:
		return IRQ_TRIGGER_LEVEL_LOW;
	default:
		return IRQ_TRIGGER_LEVEL_HIGH;
	}
}

/* --- devices ---------------------------------------------------------------------------------- */

int fdt_alias_index(int node, const char *prefix)
{
	int aliases = dt_find(tree, "/aliases");
	size_t len = strlen(prefix);
	unsigned int left = MAX_ALIASES;

	if (aliases < 0)
		return -ENOENT;
	for (int at = dt_first_property(tree, aliases); at >= 0 && left--; at = dt_next_property(tree, at)) {
		const char *name = "", *path;
		unsigned int bytes;
		uint32_t index;

		path = dt_property_at(tree, at, &name, &bytes);
		if (path && bytes && !path[bytes - 1] && !strncmp(name, prefix, len) &&
			!parse_u32(name + len, 10, &index) && index < 256 && dt_find(tree, path) == node)
			return (int)index;
	}
	return -ENOENT;
}

void fdt_suggest_console(int node, const char *name, int index)
{
	const char *options = NULL;

	if (dt_stdout(tree, &options) == node)
		console_suggest(name, index, options);
}

static void probe_one(const struct fdt_driver *driver, int node)
{
	int err = driver->probe(node);

	if (err && err != -ENODEV)
		pr_err("fdt: %s: error %d\n", dt_node_name(tree, node), -err);
}

/* Whether a driver looks at the node now: a node that suits several drivers is the first one's. */
static bool is_new_device(int node)
{
	static int done[MAX_DEVICES];
	static unsigned int nr_done;

	for (unsigned int i = 0; i < nr_done; i++)
		if (done[i] == node)
			return false;
	if (nr_done == MAX_DEVICES)
		return false;
	done[nr_done++] = node;
	if (nr_done == MAX_DEVICES)
		pr_warn("fdt: no device behind %s is looked at, there are too many\n", dt_node_name(tree, node));
	return true;
}

static int fdt_probe(void)
{

	if (!tree)
		return 0;
	fdt_sysfs_add();
	LINKER_SET_FOREACH(fdt_drivers, const struct fdt_driver, driver) {
		DT_FOREACH_COMPATIBLE(tree, node, driver->compatible) {
			if (is_new_device(node))
				probe_one(driver, node);
		}
	}
	return 0;
}

static const struct machine_driver fdt_machine = {
	.name = "fdt",
	.init = fdt_probe,
};
MACHINE_DRIVER(fdt_machine);
