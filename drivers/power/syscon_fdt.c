// SPDX-License-Identifier: MIT
/* Turning off and restarting by a write to a register that the device tree names (syscon-poweroff, syscon-reboot). */
#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <kernel/power.h>
#include <kernel/time.h>
#include <mm/vmap.h>

struct action {
	struct fdt_syscon to;
	volatile char *at;	/* NULL: not there */
};

static struct action off, restart;

/* The machine may take its time. */
#define PATIENCE_US 100000

static void act(const struct action *action)
{
	const struct fdt_syscon *to = &action->to;

	switch (to->width) {
	case 1:
		writeb((uint8_t)to->value, action->at);
		break;
	case 2:
		writew((uint16_t)to->value, action->at);
		break;
	default:
		writel((readl(action->at) & ~to->mask) | (to->value & to->mask), action->at);
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

static int find(int node, struct action *action)
{
	int err = action->at ? -ENODEV : fdt_syscon_find(node, &action->to);

	if (err)
		return err;
	action->at = ioremap(action->to.paddr, action->to.width);
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
