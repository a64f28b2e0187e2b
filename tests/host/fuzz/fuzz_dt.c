// SPDX-License-Identifier: MIT
/* Any bytes as a device tree: all of lib/dt.h on each node, and the boot protocol. */
#include <boot/boot_info.h>
#include <boot/fdt_boot.h>
#include <lib/dt.h>
#include <stdlib.h>
#include <string.h>

static void read_node(const void *dt, int node)
{
	struct dt_irq irq;
	paddr_t start;
	uint64_t size;

	for (unsigned int i = 0; i < 4; i++) {
		(void)dt_reg(dt, node, i, &start, &size);
		(void)dt_irq(dt, node, i, &irq);
	}
	for (int at = dt_first_property(dt, node); at >= 0; at = dt_next_property(dt, at)) {
		const char *name = NULL;
		unsigned int len;

		dt_property_at(dt, at, &name, &len);
		if (name)
			(void)dt_string(dt, node, name);
	}
	(void)dt_is_compatible(dt, node, "ns16550a");
	(void)dt_name_index(dt, node, "reg-names", "config");
	DT_FOREACH_CHILD(dt, child, node)
		read_node(dt, child);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_info info;
	uint8_t *copy = aligned_alloc(8, size ? (size + 7) & ~7ul : 8);

	memcpy(copy, data, size);
	if (!dt_check(copy, size)) {
		read_node(copy, 0);
		DT_FOREACH_COMPATIBLE(copy, node, "ns16550a")
			(void)dt_parent(copy, node);
		DT_FOREACH_TYPE(copy, node, "cpu")
			(void)dt_parent(copy, node);
		(void)dt_stdout(copy, NULL);
		memset(&info, 0, sizeof(info));
		(void)!boot_fdt_parse(&info, copy, 0x80000000, size);
	}
	free(copy);
	return 0;
}
