// SPDX-License-Identifier: MIT
/*
 * The device model: /sys/devices, /sys/bus and /sys/class, the order of probing, and the shutdown in reverse.
 */
#include <device/device.h>

#include <fs/device_node.h>
#include <kernel/errno.h>
#include <kernel/mutex.h>
#include <kernel/printk.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <lib/string.h>

#include <linux/stat.h>

LINKER_SET_DECLARE(machine_drivers, const struct machine_driver);

static struct mutex device_lock = MUTEX_INIT(device_lock);
static struct list_head probed = LIST_HEAD_INIT(probed); /* Guarded by device_lock: last probed first. */

static struct pseudo_node *sysfs_dir(const char *path)
{
	return pseudo_mkdir_path(sysfs_root(), path);
}

/* --- devices on buses ------------------------------------------------------------------------- */

static int link_into_bus(struct device *dev)
{
	struct bus_type *bus = dev->bus;
	struct pseudo_node *link;
	char path[64];

	if (!bus->devices_dir) {
		scnprintf(path, sizeof(path), "bus/%s", bus->name);
		bus->dir = sysfs_dir(path);
		bus->devices_dir = bus->dir ? pseudo_mkdir(bus->dir, "devices") : NULL;
	}
	if (!bus->devices_dir)
		return -ENOMEM;
	pseudo_put(pseudo_add_node_link(dev->node, "subsystem", bus->dir));
	link = pseudo_add_node_link(bus->devices_dir, dev->name, dev->node);
	if (!link)
		return -ENOMEM;
	pseudo_put(link);
	return 0;
}

int device_register(struct device *dev)
{
	struct pseudo_node *parent = dev->parent ? dev->parent->node : sysfs_dir("devices");
	int err;

	if (!parent)
		return -ENOMEM;
	dev->node = pseudo_mkdir(parent, dev->name);
	if (!dev->parent)
		pseudo_put(parent);
	if (!dev->node)
		return -ENOMEM;
	list_init(&dev->probed_node);
	if (!dev->bus)
		return 0;
	err = link_into_bus(dev);
	if (err) {
		pseudo_remove(dev->node);
		return err;
	}
	mutex_lock(&device_lock);
	list_add_tail(&dev->bus_node, &dev->bus->devices);
	mutex_unlock(&device_lock);
	return 0;
}

void device_unregister(struct device *dev)
{
	char path[64 + 64];

	mutex_lock(&device_lock);
	list_del_init(&dev->probed_node);
	if (dev->bus)
		list_del(&dev->bus_node);
	mutex_unlock(&device_lock);
	if (dev->driver && dev->driver->remove)
		dev->driver->remove(dev);
	dev->driver = NULL;
	if (dev->bus) {
		struct pseudo_node *link;

		scnprintf(path, sizeof(path), "bus/%s/devices/%s", dev->bus->name, dev->name);
		link = pseudo_find(sysfs_root(), path);
		if (link) {
			pseudo_remove(link);
			pseudo_put(link);
		}
	}
	pseudo_remove(dev->node);
	dev->node = NULL;
}

/* /sys/bus/BUS/drivers/NAME/DEVICE and DEVICE/driver. */
static void show_binding(struct device *dev, const struct driver *driver)
{
	char path[96];
	struct pseudo_node *dir;

	if (!dev->bus)
		return;
	scnprintf(path, sizeof(path), "bus/%s/drivers/%s", dev->bus->name, driver->name);
	dir = sysfs_dir(path);
	if (!dir)
		return;
	pseudo_put(pseudo_add_node_link(dir, dev->name, dev->node));
	pseudo_put(pseudo_add_node_link(dev->node, "driver", dir));
	pseudo_put(dir);
}

int device_bind(struct device *dev, const struct driver *driver)
{
	int err;

	dev->driver = driver;
	err = driver->probe(dev);
	if (err) {
		dev->driver = NULL;
		return err;
	}
	mutex_lock(&device_lock);
	list_add(&dev->probed_node, &probed);
	mutex_unlock(&device_lock);
	show_binding(dev, driver);
	return 0;
}

/* --- classes ---------------------------------------------------------------------------------- */

/* What one /sys/class entry stands for; lives as long as the device number. */
struct class_entry {
	uint32_t dev_number;
	mode_t node_mode;
	char name[64];
};

static int dev_show(struct seq *seq, void *ctx)
{
	const struct class_entry *entry = ctx;

	seq_printf(seq, "%u:%u\n", DEV_MAJOR(entry->dev_number), DEV_MINOR(entry->dev_number));
	return 0;
}

static int uevent_show(struct seq *seq, void *ctx)
{
	const struct class_entry *entry = ctx;

	seq_printf(seq, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n", DEV_MAJOR(entry->dev_number),
		DEV_MINOR(entry->dev_number), entry->name);
	return 0;
}

static const struct pseudo_ops dev_ops = { .show = dev_show };
static const struct pseudo_ops uevent_ops = { .show = uevent_show };

static int fill_class_dir(struct pseudo_node *node, const char *class_name, const char *name, mode_t node_mode,
	uint32_t dev_number)
{
	struct class_entry *entry;
	struct pseudo_node *class_dir;
	char path[64];

	scnprintf(path, sizeof(path), "class/%s", class_name);
	class_dir = sysfs_dir(path);
	if (!class_dir)
		return -ENOMEM;
	pseudo_put(pseudo_add_node_link(class_dir, name, node));
	pseudo_put(pseudo_add_node_link(node, "subsystem", class_dir));
	pseudo_put(class_dir);
	if (!dev_number)
		return 0;

	entry = kzalloc(sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->dev_number = dev_number;
	entry->node_mode = node_mode;
	strscpy(entry->name, name, sizeof(entry->name));
	pseudo_put(pseudo_add_file(node, "dev", 0444, &dev_ops, entry));
	pseudo_put(pseudo_add_file(node, "uevent", 0644, &uevent_ops, entry));
	scnprintf(path, sizeof(path), "dev/%s/%u:%u", S_ISBLK(node_mode) ? "block" : "char", DEV_MAJOR(dev_number),
		DEV_MINOR(dev_number));
	pseudo_put(pseudo_add_node_link_path(sysfs_root(), path, node));
	return devtmpfs_add(name, node_mode, dev_number);
}

struct pseudo_node *device_class_add(const char *class_name, const char *name, struct device *parent, mode_t node_mode,
	uint32_t dev_number)
{
	char path[64];
	struct pseudo_node *dir, *node;

	if (parent) {
		dir = pseudo_mkdir(parent->node, class_name);
	} else {
		scnprintf(path, sizeof(path), "devices/virtual/%s", class_name);
		dir = sysfs_dir(path);
	}
	if (!dir)
		return NULL;
	node = pseudo_mkdir(dir, name);
	pseudo_put(dir);
	if (!node)
		return NULL;
	if (fill_class_dir(node, class_name, name, node_mode, dev_number)) {
		pseudo_remove(node);
		pseudo_put(node);
		return NULL;
	}
	return node;
}

/* --- start and end ---------------------------------------------------------------------------- */

void device_init(void)
{
	LINKER_SET_FOREACH(machine_drivers, const struct machine_driver, driver) {
		int err = driver->init ? driver->init() : 0;

		if (err)
			pr_err("%s: error %d at start", driver->name, -err);
	}
	LINKER_SET_FOREACH(machine_drivers, const struct machine_driver, driver) {
		if (driver->probe_buses)
			driver->probe_buses();
	}
}

void device_shutdown_all(void)
{
	struct device *dev;

	list_for_each_entry(dev, &probed, probed_node) {
		if (dev->driver && dev->driver->shutdown)
			dev->driver->shutdown(dev);
	}
	LINKER_SET_FOREACH(machine_drivers, const struct machine_driver, driver) {
		if (driver->shutdown)
			driver->shutdown();
	}
}
