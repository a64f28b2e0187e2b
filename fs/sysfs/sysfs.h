/* SPDX-License-Identifier: MIT */
/* Parts of /sys that are made when it is first mounted. Each is called once. */
#pragma once

void sysfs_add_memmap(void);	  /* firmware/memmap */
void sysfs_add_boot_params(void); /* kernel/boot_params */
void sysfs_add_cpus(void);	  /* devices/system/cpu/cpuN */
