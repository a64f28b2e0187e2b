// SPDX-License-Identifier: MIT
/* Reading syscon-poweroff and syscon-reboot. */
#include <device/fdt/fdt.h>

#include <kernel/errno.h>
#include <lib/dt.h>

int fdt_syscon_find(int node, struct fdt_syscon *out)
{
	const void *dt = fdt_tree();
	struct fdt_syscon found = { .mask = ~0u, .width = 4 };
	uint32_t phandle, offset = 0;
	/* regmap names the registers, or the parent is them. */
	int regs = dt_u32(dt, node, "regmap", 0, &phandle) ? dt_parent(dt, node) : dt_find_phandle(dt, phandle);
	uint64_t size;

	if (regs < 0 || dt_reg(dt, regs, 0, &found.paddr, &size))
		return -ENODEV;
	dt_u32(dt, regs, "reg-io-width", 0, &found.width);
	dt_u32(dt, node, "offset", 0, &offset);
	dt_u32(dt, node, "mask", 0, &found.mask);
	if (dt_u32(dt, node, "value", 0, &found.value)) {
		found.value = found.mask;
		found.mask = ~0u;
	}
	if (offset >= size || size - offset < found.width)
		return -EINVAL;
	found.paddr += offset;
	*out = found;
	return 0;
}
