// SPDX-License-Identifier: MIT
/* The firmware's power calls: HVC where a hypervisor answers them, SMC where EL3 does. */
#include <port/psci.h>

#include <device/fdt/fdt.h>
#include <kernel/printk.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <lib/string.h>

static enum { CONDUIT_NONE, CONDUIT_HVC, CONDUIT_SMC } conduit;

void psci_init(void)
{
	static const char *const compatible[] = { "arm,psci-1.0", "arm,psci-0.2" };
	const void *dt = fdt_tree();
	const char *method = NULL;

	for (unsigned int i = 0; dt && !method && i < ARRAY_SIZE(compatible); i++) {
		int node = dt_next_compatible(dt, -1, compatible[i]);

		if (node >= 0)
			method = dt_string(dt, node, "method");
	}
	if (method)
		conduit = !strcmp(method, "smc") ? CONDUIT_SMC : CONDUIT_HVC;
	else
		pr_warn("no PSCI in the device tree: one CPU, no way to turn off\n");
}

bool psci_is_there(void)
{
	return conduit != CONDUIT_NONE;
}

bool psci_is_smc(void)
{
	return conduit == CONDUIT_SMC;
}

long psci_call(uint32_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = arg0;
	register uint64_t x2 __asm__("x2") = arg1;
	register uint64_t x3 __asm__("x3") = arg2;

	if (conduit == CONDUIT_NONE)
		return -1;
#define CLOBBERS "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory"
	if (conduit == CONDUIT_HVC)
		__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : CLOBBERS);
	else
		__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : CLOBBERS);
#undef CLOBBERS
	return (int32_t)x0;
}
