// SPDX-License-Identifier: MIT
/*
 * The PC's old ways to restart: the keyboard controller's reset line and the chipset's reset control
 * register. Both are looked for, so on machines without them nothing is registered.
 */
#include <arch/io.h>
#include <device/device.h>
#include <kernel/power.h>

#define I8042_STATUS		0x64	/* and command */
#define I8042_INPUT_FULL	(1 << 1)
#define I8042_PULSE_RESET	0xfe
#define RESET_CONTROL		0xcf9
#define RESET_SYSTEM		(1 << 1)	/* hard, not INIT */
#define RESET_CPU		(1 << 2)	/* the edge that does it */
#define NO_PORT			0xff
#define MAX_POLLS		0x10000

static void wait_polls(void)
{
	for (unsigned int i = 0; i < MAX_POLLS; i++)
		inb(0x80);
}

static void i8042_reset(void)
{
	for (unsigned int i = 0; i < MAX_POLLS && inb(I8042_STATUS) & I8042_INPUT_FULL; i++)
		;
	outb(I8042_PULSE_RESET, I8042_STATUS);
	wait_polls();
}

static void chipset_reset(void)
{
	uint8_t value = inb(RESET_CONTROL) & ~(RESET_SYSTEM | RESET_CPU);

	outb(value | RESET_SYSTEM, RESET_CONTROL);
	outb(value | RESET_SYSTEM | RESET_CPU, RESET_CONTROL);
	wait_polls();
}

static struct power_handler i8042_handler = {
	.name = "keyboard controller",
	.priority = POWER_PRIORITY_CHIPSET + 1,
	.act = i8042_reset,
};

static struct power_handler chipset_handler = {
	.name = "reset control register",
	.priority = POWER_PRIORITY_CHIPSET,
	.act = chipset_reset,
};

static int pc_reset_init(void)
{
	if (inb(I8042_STATUS) != NO_PORT)
		power_restart_register(&i8042_handler);
	if (inb(RESET_CONTROL) != NO_PORT)
		power_restart_register(&chipset_handler);
	return 0;
}

static const struct machine_driver pc_reset_driver = {
	.name = "pc_reset",
	.init = pc_reset_init,
};
MACHINE_DRIVER(pc_reset_driver);
