// SPDX-License-Identifier: MIT
/* Turning off and restarting by the firmware's system reset extension (SBI 2.0, 10). */
#include <device/device.h>
#include <kernel/power.h>
#include <port/sbi.h>

static void turn_off(void)
{
	sbi_call(SBI_SRST, 0, SBI_SRST_SHUTDOWN, 0, 0, 0);
}

static void restart(void)
{
	sbi_call(SBI_SRST, 0, SBI_SRST_COLD_REBOOT, 0, 0, 0);
}

static struct power_handler off_handler = { .name = "SBI", .priority = POWER_PRIORITY_FIRMWARE, .act = turn_off };
static struct power_handler restart_handler = { .name = "SBI", .priority = POWER_PRIORITY_FIRMWARE, .act = restart };

static int sbi_power_init(void)
{
	if (!sbi_has(SBI_SRST))
		return 0;
	power_off_register(&off_handler);
	power_restart_register(&restart_handler);
	return 0;
}

static const struct machine_driver sbi_power = {
	.name = "sbi_power",
	.init = sbi_power_init,
};
MACHINE_DRIVER(sbi_power);
