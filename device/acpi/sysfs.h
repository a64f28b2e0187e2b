/* SPDX-License-Identifier: MIT */
/* ACPI's part of /sys. */
#pragma once

/* Makes /sys/firmware/acpi/tables, if there is ACPI. Once. */
void acpi_sysfs_add(void);
