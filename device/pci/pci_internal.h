/* SPDX-License-Identifier: MIT */
/* Between the parts of the PCI core: host bridges, buses, the steps of finding and placing functions. */
#pragma once

#include <device/pci/pci.h>

#define PCI_MAX_DEPTH 16	/* of bridges behind bridges */
#define PCI_MAX_FUNCTIONS 1024

/* The address spaces a BAR may be placed in. */
enum pci_space { PCI_SPACE_IO, PCI_SPACE_MEM32, PCI_SPACE_MEM64, PCI_NR_SPACES };

struct pci_window {
	uint64_t start, size;		/* on the bus; size 0: none */
	paddr_t cpu;			/* where the CPU sees start */
	uint64_t next;			/* pci_assign(): free from here */
};

struct pci_bus {
	struct pci_host *host;
	struct pci_device *bridge;	/* NULL: the root bus */
	uint8_t number;
	unsigned int depth;
	volatile char *ecam;		/* its 1 MiB of config space, or NULL */
};

struct pci_host_ops {
	/* Sets up bus->ecam or what else the accesses need. 0 or -errno. */
	int (*add_bus)(struct pci_bus *bus);
	/* bytes: 1, 2, 4; offset < pci_config_bytes(), aligned. */
	uint32_t (*read)(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes);
	void (*write)(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes, uint32_t value);
	/* The line of a function on the root bus, by its slot and pin (already swizzled). 0 or -ENOENT. */
	int (*line)(const struct pci_host *host, const struct pci_device *pci, uint8_t devfn, uint8_t pin,
		unsigned int *irq, enum irq_trigger *trigger);
	/* Who takes a function's messages, and its number there. NULL: nobody. */
	struct msi_controller *(*msi)(const struct pci_host *host, uint16_t requester, uint32_t *id);
};

struct pci_host {
	struct device dev;
	const struct pci_host_ops *ops;
	uint16_t segment;
	uint8_t first_bus, last_bus;
	bool has_extended_config;	/* 4096 bytes a function */
	bool assigns;			/* nobody did: bus numbers and BARs are ours to give */
	bool io_is_memory;		/* windows[PCI_SPACE_IO].cpu is an address, not a port */
	int node;			/* in the device tree, or -1 */
	paddr_t ecam;			/* of first_bus */
	struct pci_window windows[PCI_NR_SPACES];
	struct pci_bus *root;
	struct list_head functions;	/* a bus' before those behind its bridges */
	struct list_head list;

	/* While scanning. */
	unsigned int nr_functions;
	uint8_t last_used_bus;
	uint64_t buses_seen[4];
};

extern struct list_head pci_hosts;

/* Config space by memory, a page for each function (PCI Express base specification 7.2.2). */
int pci_ecam_add_bus(struct pci_bus *bus);
uint32_t pci_ecam_read(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes);
void pci_ecam_write(const struct pci_bus *bus, uint8_t devfn, unsigned int offset, unsigned int bytes, uint32_t value);

/*
 * The steps, by the host's part, in this order. pci_scan() finds what is there (bus numbers are given where the
 * host assigns); pci_assign() gives BARs and bridges places in the windows; pci_host_add() makes it known:
 * pci_hosts, sysfs. Neither trusts what config space says. scan: 0, -ENOMEM.
 */
__must_check int pci_scan(struct pci_host *host);
void pci_assign(struct pci_host *host);
__must_check int pci_host_add(struct pci_host *host);

#define PCI_FOREACH(host, pci) list_for_each_entry(pci, &(host)->functions, node)

/* Bridge window: 0 I/O, 1 memory, 2 prefetchable. flags 0: closed. */
struct pci_bar pci_bridge_window(const struct pci_device *pci, unsigned int which);

/* kexec: messages off, in config space only. */
void pci_irqs_shutdown(struct pci_device *pci);

int pci_sysfs_add(struct pci_device *pci);
