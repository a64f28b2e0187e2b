/* SPDX-License-Identifier: MIT */
/*
 * PCI and PCI Express: functions found behind host bridges, and their drivers.
 *
 *	static const struct pci_id nvme_ids[] = { { PCI_ANY, PCI_ANY, 0x010802, 0xffffff }, {} };
 *	static const struct pci_driver nvme_driver = { { "nvme", nvme_probe, nvme_remove, nvme_shutdown }, nvme_ids };
 *	PCI_DRIVER(nvme_driver);
 *
 * Life cycle: the machine's part (host_acpi.c, host_fdt.c) finds the host bridges at start, in the first
 * thread; functions, BARs and bridges do not change after that, so they are read without locks. When all
 * drivers of the machine itself had their turn, each function is offered to the drivers whose ids fit.
 * probe() gets a struct device (to_pci), and typically does: pci_enable, pci_map, pci_alloc_irqs,
 * pci_request_irq, and says to the device what to do; remove undoes it. shutdown() only makes the
 * device stop what it does: after all of them bus mastering and messages are switched off for
 * every function there is, as no DMA and no interrupt may come in the next kernel's time.
 *
 * DMA: a device's address is the CPU's physical one, and caches are coherent (no IOMMU, no dma-ranges).
 */
#pragma once

#include <device/device.h>
#include <kernel/irq.h>

#include <linux/pci_regs.h>

struct pci_bus;
struct pci_host;

#define PCI_NR_BARS 7			/* the last is the expansion ROM */
#define PCI_ROM_BAR 6
#define PCI_ANY 0xffff

/* pci_bar.flags: the BAR's own low bits, and as Linux shows them in sysfs' "resource". */
enum pci_bar_flags {
	PCI_BAR_IO = 0x100,
	PCI_BAR_MEM = 0x200,
	PCI_BAR_PREFETCH = 0x2000,
	PCI_BAR_READONLY = 0x4000,
	PCI_BAR_SIZEALIGN = 0x40000,
	PCI_BAR_64 = 0x100000,
	PCI_BAR_UNSET = 0x20000000,	/* has a size, and no address */
};

struct pci_bar {
	uint64_t start;			/* address or port on the bus */
	uint64_t size;			/* 0: there is none */
	uint32_t flags;
};

struct pci_device {
	struct device dev;
	struct pci_bus *bus;
	struct list_head node;		/* of the host's functions */
	uint8_t devfn;			/* slot << 3 | function */

	/* As config space says. */
	uint16_t vendor, device, subsystem_vendor, subsystem_device;
	uint32_t class;			/* class << 16 | subclass << 8 | interface */
	uint8_t revision, header_type;
	uint8_t pin;			/* INTA is 1; 0: none */
	uint8_t pcie, msi, msix;	/* offsets of capabilities, 0: has none */
	struct pci_bar bars[PCI_NR_BARS];
	struct pci_bus *child;		/* bridges: what is behind, or NULL */

	unsigned int enabled;		/* pci_enable() count */
	bool uses_bus_master;
	/* Its interrupts; see pci_alloc_irqs(). */
	uint8_t irq_mode;		/* enum pci_irq_mode */
	unsigned int nr_irqs;
	struct msi_irq *irqs;
	volatile char *msix_table;
};

static inline struct pci_device *to_pci(struct device *dev)
{
	return container_of(dev, struct pci_device, dev);
}

/* --- drivers ---------------------------------------------------------------------------------- */

struct pci_id {
	uint16_t vendor, device;	/* PCI_ANY; vendor 0 ends the list */
	uint32_t class, class_mask;	/* (function's class & mask) == class */
};

struct pci_driver {
	struct driver driver;
	const struct pci_id *ids;
};
#define PCI_DRIVER(object) LINKER_SET_ADD(pci_drivers, object)

/* --- config space ----------------------------------------------------------------------------- */

/* Any context. offset is aligned to the access; beyond what the host reaches all bits are ones. */
uint8_t pci_read8(const struct pci_device *pci, unsigned int offset);
uint16_t pci_read16(const struct pci_device *pci, unsigned int offset);
uint32_t pci_read32(const struct pci_device *pci, unsigned int offset);
void pci_write8(const struct pci_device *pci, unsigned int offset, uint8_t value);
void pci_write16(const struct pci_device *pci, unsigned int offset, uint16_t value);
void pci_write32(const struct pci_device *pci, unsigned int offset, uint32_t value);
/* 256 or 4096. */
unsigned int pci_config_bytes(const struct pci_device *pci);

/* The next capability PCI_CAP_ID_* behind the one at `after` (0: from the start); 0: no more. The list may
 * be damaged: what is returned lies in the first 256 bytes, aligned to 4, and the walk ends. */
unsigned int pci_find_capability(const struct pci_device *pci, unsigned int after, uint8_t id);

/* --- resources -------------------------------------------------------------------------------- */

/* Lets it answer at its BARs. 0, -ENODEV: one of memory has no address. disable: after as many calls. */
__must_check int pci_enable(struct pci_device *pci);
void pci_disable(struct pci_device *pci);
/* Lets it do DMA and send messages. */
void pci_set_master(struct pci_device *pci);

/* Maps [offset, offset + size) of a memory BAR, or of an I/O BAR where I/O is memory; size 0: to its end.
 * NULL: not there, too short, no memory; or ports: pci_io_port(). iounmap() ends it. May sleep. */
void *pci_map(struct pci_device *pci, unsigned int bar, uint64_t offset, uint64_t size);
/* The first port of an I/O BAR for inb() ..., or -ENODEV. */
int pci_io_port(const struct pci_device *pci, unsigned int bar);

/* --- interrupts ------------------------------------------------------------------------------- */

enum pci_irq_mode { PCI_IRQ_NONE, PCI_IRQ_LINE, PCI_IRQ_MSI, PCI_IRQ_MSIX };

/* MSI-X with at most max of them, else MSI with one, else the line; pci->irq_mode tells. The number there
 * are (>= 1) or -errno; the device sends once the driver requests them. May sleep. */
__must_check int pci_alloc_irqs(struct pci_device *pci, unsigned int max);
void pci_free_irqs(struct pci_device *pci);
/* irq_request() and irq_free() of its interrupt `index`. A line is shared: the handler looks whether its
 * device asked. name is kept. */
__must_check int pci_request_irq(struct pci_device *pci, unsigned int index, irq_handler handler, const char *name,
	void *arg);
void pci_release_irq(struct pci_device *pci, unsigned int index, void *arg);
/* For who asks irq_request() itself: the irq of its INTx line. 0 or -ENOENT. */
int pci_line(const struct pci_device *pci, unsigned int *irq, enum irq_trigger *trigger);
