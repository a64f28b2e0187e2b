/* SPDX-License-Identifier: MIT */
/*
 * The device model: devices that firmware describes, drivers that match them. Every driver has probe, remove
 * and shutdown; shutdown leaves the device quiet (no DMA, no interrupt) and is what kexec calls.
 */
#pragma once

#include <fs/pseudo.h>
#include <lib/compiler.h>
#include <lib/linker_set.h>
#include <lib/list.h>
#include <lib/types.h>

struct device;

struct bus_type {
	const char *name; /* /sys/bus/NAME */
	struct list_head devices;
	struct pseudo_node *dir, *devices_dir; /* kept */
};

struct driver {
	const char *name;
	int (*probe)(struct device *dev); /* 0; -ENODEV: not mine */
	void (*remove)(struct device *dev);
	void (*shutdown)(struct device *dev); /* by polling, interrupts may be off; called in reverse probe order */
};

struct device {
	const char *name; /* owned copy; last part of its /sys path */
	struct device *parent;
	struct bus_type *bus;
	const struct driver *driver;
	void *driver_data;
	struct pseudo_node *node; /* its /sys/devices directory */
	struct list_head bus_node, probed_node;
};

/* Adds it below /sys/devices (parent's directory) and to its bus. -ENOMEM. */
__must_check int device_register(struct device *dev);
void device_unregister(struct device *dev);

/* Calls driver->probe and notes the order. */
__must_check int device_bind(struct device *dev, const struct driver *driver);

/* /sys/class/CLASS/NAME -> device directory/CLASS/NAME with "dev" (major:minor) and "uevent"; /dev node by
 * devtmpfs_add. parent may be NULL (/sys/devices/virtual). Returns the class directory node or NULL. */
struct pseudo_node *device_class_add(const char *class_name, const char *name, struct device *parent, mode_t node_mode, uint32_t dev_number);

/* Devices of the machine that no bus lists (ISA serial port, RTC): a driver's one call at start. */
struct machine_driver {
	const char *name;
	int (*init)(void);	 /* probes; 0 also when there is none. NULL: nothing */
	void (*probe_buses)(void); /* after all init()s: drivers for what was found on a bus. NULL: nothing */
	void (*shutdown)(void);	 /* NULL: nothing */
};
#define MACHINE_DRIVER(object) LINKER_SET_ADD(machine_drivers, object)

/* Probes everything: machine drivers, then buses. First thread. */
void device_init(void);

/* kexec, power-off: shutdown of every bound driver in reverse probe order, console last. */
void device_shutdown_all(void);
