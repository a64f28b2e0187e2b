/* SPDX-License-Identifier: MIT */
/* The device tree's part of /sys and /proc. */
#pragma once

/* Makes /sys/firmware/fdt, /sys/firmware/devicetree/base and /proc/device-tree. Once. */
void fdt_sysfs_add(void);
