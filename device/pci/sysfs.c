// SPDX-License-Identifier: MIT
/* /sys/bus/pci/devices/DDDD:BB:DD.F (Linux: Documentation/ABI/testing/sysfs-bus-pci) and /proc/bus/pci. */
#include <device/pci/pci_internal.h>

#include <fs/pseudo.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <lib/printf.h>
#include <mm/uio.h>

#include <linux/capability.h>

#define UNPRIVILEGED_BYTES 64
/* Linux's: seven, six of virtual functions, a bridge's windows. */
#define FIRST_WINDOW 13
#define RESOURCES_OF_BRIDGE 17

/* --- one value in one file -------------------------------------------------------------------- */

#define SHOW(name, ...)                                                                            \
	static int name##_show(struct seq *seq, void *ctx)                                         \
	{                                                                                          \
		const struct pci_device *pci = ctx;                                                \
                                                                                                   \
		seq_printf(seq, __VA_ARGS__);                                                      \
		return 0;                                                                          \
	}

SHOW(vendor, "0x%04x\n", pci->vendor)
SHOW(device, "0x%04x\n", pci->device)
SHOW(subsystem_vendor, "0x%04x\n", pci->subsystem_vendor)
SHOW(subsystem_device, "0x%04x\n", pci->subsystem_device)
SHOW(revision, "0x%02x\n", pci->revision)
SHOW(class, "0x%06x\n", pci->class)
SHOW(enable, "%u\n", pci->enabled)

static unsigned int shown_irq(const struct pci_device *pci)
{
	enum irq_trigger trigger;
	unsigned int irq;

	if (pci->nr_irqs && pci->irq_mode != PCI_IRQ_MSIX)
		return pci->irqs[0].irq;
	return pci_line(pci, &irq, &trigger) ? 0 : irq;
}

SHOW(irq, "%u\n", shown_irq(pci))

static int numa_node_show(struct seq *seq, void *ctx)
{
	seq_puts(seq, "-1\n");
	return 0;
}

static void print_modalias(struct seq *seq, const struct pci_device *pci)
{
	seq_printf(seq, "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X\n", pci->vendor, pci->device, pci->subsystem_vendor,
		pci->subsystem_device, pci->class >> 16, pci->class >> 8 & 0xff, pci->class & 0xff);
}

static int modalias_show(struct seq *seq, void *ctx)
{
	print_modalias(seq, ctx);
	return 0;
}

static int uevent_show(struct seq *seq, void *ctx)
{
	const struct pci_device *pci = ctx;

	if (pci->dev.driver)
		seq_printf(seq, "DRIVER=%s\n", pci->dev.driver->name);
	seq_printf(seq, "PCI_CLASS=%04X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\nPCI_SLOT_NAME=%s\nMODALIAS=",
		pci->class, pci->vendor, pci->device, pci->subsystem_vendor, pci->subsystem_device, pci->dev.name);
	print_modalias(seq, pci);
	return 0;
}

static ssize_t enable_store(void *ctx, const char *buf, size_t size)
{
	struct pci_device *pci = ctx;
	int err = 0;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (buf[0] == '1')
		err = pci_enable(pci);
	else if (buf[0] == '0' && pci->enabled)
		pci_disable(pci);
	else
		err = buf[0] == '0' ? -EIO : -EINVAL;
	return err ?: (ssize_t)size;
}

/* --- resources -------------------------------------------------------------------------------- */

/* As Linux counts them: BARs, ROM, and behind a gap a bridge's windows. */
static struct pci_bar resource(const struct pci_device *pci, unsigned int index)
{
	if (index < PCI_NR_BARS)
		return pci->bars[index];
	return index >= FIRST_WINDOW && index < FIRST_WINDOW + 3 ? pci_bridge_window(pci, index - FIRST_WINDOW) :
		(struct pci_bar){ .flags = 0 };
}

static int resource_show(struct seq *seq, void *ctx)
{
	const struct pci_device *pci = ctx;
	unsigned int nr = pci->child ? RESOURCES_OF_BRIDGE : FIRST_WINDOW;

	for (unsigned int i = 0; i < nr; i++) {
		struct pci_bar bar = resource(pci, i);

		seq_printf(seq, "0x%016llx 0x%016llx 0x%016llx\n", (unsigned long long)bar.start,
			(unsigned long long)(bar.size ? bar.start + bar.size - 1 : 0), (unsigned long long)bar.flags);
	}
	return 0;
}

/* --- config ----------------------------------------------------------------------------------- */

static unsigned int step_of(uint64_t pos, size_t left)
{
	return pos % 2 || left < 2 ? 1 : pos % 4 || left < 4 ? 2 : 4;
}

static ssize_t config_read(void *ctx, struct uio *uio, uint64_t pos)
{
	const struct pci_device *pci = ctx;
	uint64_t end = capable(CAP_SYS_ADMIN) ? pci_config_bytes(pci) : UNPRIVILEGED_BYTES;
	ssize_t done = 0;

	while (pos < end && uio->left) {
		unsigned int bytes = step_of(pos, min(uio->left, (size_t)(end - pos)));
		uint32_t value = pci->bus->host->ops->read(pci->bus, pci->devfn, (unsigned int)pos, bytes);

		if (uio_copy_to(uio, &value, bytes) != bytes)
			return done ?: -EFAULT;
		pos += bytes;
		done += bytes;
	}
	return done;
}

static ssize_t config_write(void *ctx, struct uio *uio, uint64_t pos)
{
	const struct pci_device *pci = ctx;
	uint64_t end = pci_config_bytes(pci);
	ssize_t done = 0;

	while (pos < end && uio->left) {
		unsigned int bytes = step_of(pos, min(uio->left, (size_t)(end - pos)));
		uint32_t value = 0;

		if (uio_copy_from(uio, &value, bytes) != bytes)
			return done ?: -EFAULT;
		pci->bus->host->ops->write(pci->bus, pci->devfn, (unsigned int)pos, bytes, value);
		pos += bytes;
		done += bytes;
	}
	return done;
}

static uint64_t config_size(void *ctx)
{
	return pci_config_bytes(ctx);
}

/* --- the directory ---------------------------------------------------------------------------- */

static const struct pci_file {
	const char *name;
	mode_t mode;
	struct pseudo_ops ops;
} files[] = {
	{ "vendor", 0444, { .show = vendor_show } },
	{ "device", 0444, { .show = device_show } },
	{ "subsystem_vendor", 0444, { .show = subsystem_vendor_show } },
	{ "subsystem_device", 0444, { .show = subsystem_device_show } },
	{ "revision", 0444, { .show = revision_show } },
	{ "class", 0444, { .show = class_show } },
	{ "irq", 0444, { .show = irq_show } },
	{ "numa_node", 0644, { .show = numa_node_show } },
	{ "modalias", 0444, { .show = modalias_show } },
	{ "uevent", 0644, { .show = uevent_show } },
	{ "resource", 0444, { .show = resource_show } },
	{ "enable", 0644, { .show = enable_show, .store = enable_store } },
	{ "config", 0644, { .read_at = config_read, .write_at = config_write, .size = config_size } },
};

int pci_sysfs_add(struct pci_device *pci)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++) {
		struct pseudo_node *node = pseudo_add_file(pci->dev.node, files[i].name, files[i].mode, &files[i].ops, pci);

		if (!node)
			return -ENOMEM;
		pseudo_put(node);
	}
	return 0;
}

/* --- /proc/bus/pci/devices -------------------------------------------------------------------- */

static void print_device(struct seq *seq, const struct pci_device *pci)
{
	seq_printf(seq, "%02x%02x\t%04x%04x\t%x", pci->bus->number, pci->devfn, pci->vendor, pci->device, shown_irq(pci));
	for (unsigned int i = 0; i < PCI_NR_BARS; i++)
		seq_printf(seq, "\t%16llx", (unsigned long long)(pci->bars[i].start | (pci->bars[i].flags & 0xf)));
	for (unsigned int i = 0; i < PCI_NR_BARS; i++)
		seq_printf(seq, "\t%16llx", (unsigned long long)pci->bars[i].size);
	seq_printf(seq, "\t%s\n", pci->dev.driver ? pci->dev.driver->name : "");
}

static int devices_show(struct seq *seq, void *ctx)
{
	struct pci_host *host;
	struct pci_device *pci;

	list_for_each_entry(host, &pci_hosts, list)
		PCI_FOREACH(host, pci)
			print_device(seq, pci);
	return 0;
}
PROC_FILE("bus/pci/devices", 0444, { .show = devices_show });
