// SPDX-License-Identifier: MIT
/*
 * Host bridges that the device tree describes (bindings pci/host-generic-pci). Nobody ran before us who
 * would have placed anything, or nobody who tells: all is placed anew, as Linux does it there. Where
 * somebody tells (/chosen: linux,pci-probe-only) it stays.
 */
#include <device/pci/pci_internal.h>

#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/dt.h>

#include <device/pci/tree_fdt.h>

static int mapped_line(const struct pci_host *host, const struct pci_device *pci, uint8_t devfn, uint8_t pin,
	unsigned int *irq, enum irq_trigger *trigger)
{
	struct dt_irq spec;
	int err = pci_dt_line(fdt_tree(), host->node, host->first_bus, devfn, pin, &spec);

	return err ?: fdt_irq_of(&spec, irq, trigger);
}

static struct msi_controller *mapped_msi(const struct pci_host *host, uint16_t requester, uint32_t *id)
{
	int node;

	return pci_dt_msi(fdt_tree(), host->node, requester, &node, id) ? NULL : msi_find_controller(node);
}

static const struct pci_host_ops ecam_ops = {
	.add_bus = pci_ecam_add_bus, .read = pci_ecam_read, .write = pci_ecam_write, .line = mapped_line, .msi = mapped_msi,
};

static int probe(int node)
{
	static uint16_t next_segment;
	struct pci_host *host = kzalloc(sizeof(*host));
	const void *dt = fdt_tree();
	uint32_t segment = next_segment, keep = 0;
	int chosen = dt_find(dt, "/chosen");
	uint64_t size;
	int err;

	if (!host)
		return -ENOMEM;
	err = dt_reg(dt, node, 0, &host->ecam, &size);
	if (!err)
		err = pci_dt_buses(dt, node, &host->first_bus, &host->last_bus);
	if (!err && size >> 20 == 0)
		err = -EINVAL;
	if (err) {
		kfree(host);
		return err;
	}
	if (size >> 20 <= (uint64_t)(host->last_bus - host->first_bus))
		host->last_bus = (uint8_t)(host->first_bus + (size >> 20) - 1);
	dt_u32(dt, node, "linux,pci-domain", 0, &segment);
	host->segment = (uint16_t)segment;
	next_segment = (uint16_t)(segment + 1);
	host->ops = &ecam_ops;
	host->node = node;
	host->has_extended_config = host->io_is_memory = true;
	if (chosen >= 0)
		dt_u32(dt, chosen, "linux,pci-probe-only", 0, &keep);
	host->assigns = !keep;
	pci_dt_windows(dt, node, host->windows);
	err = pci_scan(host);
	if (err)
		return err; /* what was found stays */
	if (host->assigns)
		pci_assign(host);
	return pci_host_add(host);
}

static const struct fdt_driver pci_ecam = { "pci-host-ecam-generic", probe };
FDT_DRIVER(pci_ecam);
