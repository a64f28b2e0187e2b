/* SPDX-License-Identifier: MIT */
/* Calls into the firmware for power (Arm DEN 0022, PSCI 1.1), by the conduit the device tree names. Any context. */
#pragma once

#include <lib/types.h>

#define PSCI_CPU_OFF 0x84000002
#define PSCI_CPU_ON 0xc4000003
#define PSCI_AFFINITY_INFO 0xc4000004
#define PSCI_SYSTEM_OFF 0x84000008
#define PSCI_SYSTEM_RESET 0x84000009
#define PSCI_ALREADY_ON (-4)
#define PSCI_AFFINITY_IS_OFF 1

/* Once, after fdt_init(). */
void psci_init(void);
bool psci_is_there(void);
bool psci_is_smc(void);	/* else HVC */
long psci_call(uint32_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2); /* -1: not supported */
