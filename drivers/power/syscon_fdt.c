// SPDX-License-Identifier: MIT
/* Turning off and restarting by a write to a register that the device tree names (syscon-poweroff, syscon-reboot). */
#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <kernel/power.h>
#include <kernel/time.h>
#include <lib/dt.h>
#include <mm/vmap.h>

struct action {
	volatile char *at;	/* NULL: not there */
	uint32_t value, mask;
	uint32_t width;
};

static struct action off, restart;

/* The machine may take its time. */
#define PATIENCE_US 100000

static void act(const struct action *action)
{
	switch (action->width) {
	case 1:
		writeb((uint8_t)action->value, action->at);
		break;
	case 2:
		writew((uint16_t)action->value, action->at);
		break;
	default:
		writel((readl(action->at) & ~action->mask) | (action->value & action->mask), action->at);
		break;
	}
	delay_us(PATIENCE_US);
}

static void turn_off(void)
{
	act(&off);
}

static void start_again(void)
{
	act(&restart);
}

static struct power_handler off_handler = { .name = "syscon", .priority = POWER_PRIORITY_FIRMWARE, .act = turn_off };
static struct power_handler restart_handler = { .name = "syscon", .priority = POWER_PRIORITY_FIRMWARE, .act = start_again };

/* regmap names the registers, or the parent is them. */
static int find(int node, struct action *action)
{
	const void *dt = fdt_tree();
	uint32_t phandle, offset = 0;
	int regs = dt_u32(dt, node, "regmap", 0, &phandle) ? dt_parent(dt, node) : dt_find_phandle(dt, phandle);
	paddr_t paddr;
	uint64_t size;

	if (action->at || regs < 0 || dt_reg(dt, regs, 0, &paddr, &size))
		return -ENODEV;
	action->width = 4;
	action->mask = ~0u;
	dt_u32(dt, regs, "reg-io-width", 0, &action->width);
	dt_u32(dt, node, "offset", 0, &offset);
	dt_u32(dt, node, "mask", 0, &action->mask);
	if (dt_u32(dt, node, "value", 0, &action->value)) {
		action->value = action->mask;
		action->mask = ~0u;
	}
	if (offset >= size || size - offset < action->width)
		return -EINVAL;
	action->at = ioremap(paddr + offset, action->width);
	return action->at ? 0 : -ENOMEM;
}

static int probe_off(int node)
{
	int err = find(node, &off);

	if (!err)
		power_off_register(&off_handler);
	return err;
}

static int probe_restart(int node)
{
	int err = find(node, &restart);

	if (!err)
		power_restart_register(&restart_handler);
	return err;
}

static const struct fdt_driver syscon_poweroff = { "syscon-poweroff", probe_off };
static const struct fdt_driver syscon_reboot = { "syscon-reboot", probe_restart };
FDT_DRIVER(syscon_poweroff);
FDT_DRIVER(syscon_reboot);
