/* SPDX-License-Identifier: MIT */
/*
 * Turning the machine off and restarting it: drivers offer ways, the one with the highest priority is
 * tried first, and one that returns has failed. Callers of power_off() and power_restart() have shut
 * devices down and stopped the other CPUs as far as that was possible.
 */
#pragma once

#include <lib/compiler.h>
#include <lib/list.h>

enum power_priority {
	POWER_PRIORITY_LAST = 0,
	POWER_PRIORITY_CHIPSET = 64,	/* keyboard controller, port 0xcf9 */
	POWER_PRIORITY_FIRMWARE = 128,	/* ACPI, PSCI, SBI */
	POWER_PRIORITY_BOARD = 192,	/* what is known for this very machine */
};

/* Static objects: they are never unregistered. */
struct power_handler {
	const char *name;
	unsigned int priority;
	void (*act)(void);		/* interrupts off, one CPU; returns when it did not work */
	struct list_head node;
};

/* During start-up, one CPU or first thread. */
void power_off_register(struct power_handler *handler);
void power_restart_register(struct power_handler *handler);

/* Any context, also panic. What is printed last says which way was tried. power_off() without a way
 * ends in a halted CPU. */
[[noreturn]] void power_off(void);
[[noreturn]] void power_restart(void);

/* Whether there is a way to turn off: Linux halts otherwise (reboot(2), LINUX_REBOOT_CMD_POWER_OFF). */
bool power_can_turn_off(void);
