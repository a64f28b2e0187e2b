// SPDX-License-Identifier: MIT
/* Turning off and restarting by the firmware (PSCI, 5.10 and 5.11). */
#include <device/device.h>
#include <kernel/power.h>
#include <port/psci.h>

static void turn_off(void)
{
	psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
}

static void restart(void)
{
	psci_call(PSCI_SYSTEM_RESET, 0, 0, 0);
}

static struct power_handler off_handler = { .name = "PSCI", .priority = POWER_PRIORITY_FIRMWARE, .act = turn_off };
static struct power_handler restart_handler = { .name = "PSCI", .priority = POWER_PRIORITY_FIRMWARE, .act = restart };

static int psci_power_init(void)
{
	if (!psci_is_there())
		return 0;
	power_off_register(&off_handler);
	power_restart_register(&restart_handler);
	return 0;
}

static const struct machine_driver psci_power = {
	.name = "psci_power",
	.init = psci_power_init,
};
MACHINE_DRIVER(psci_power);
