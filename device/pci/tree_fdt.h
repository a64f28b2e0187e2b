/* SPDX-License-Identifier: MIT */
/*
 * What a device tree says of a PCI host bridge (IEEE 1275 PCI bus binding; bindings pci/host-generic-pci,
 * pci/pci-msi). Pure, on a tree that dt_check() passed; node is the bridge's.
 */
#pragma once

#include <device/pci/pci_internal.h>

struct dt_irq;

/* ranges: the largest of each space; windows[] is all set. What is not sound is left out. */
void pci_dt_windows(const void *dt, int node, struct pci_window windows[PCI_NR_SPACES]);

/* bus-range, or 0 .. 255. -EINVAL. */
int pci_dt_buses(const void *dt, int node, uint8_t *first, uint8_t *last);

/* interrupt-map: the parent's specifier for a pin of a function of bus `number`. 0, -ENOENT. */
int pci_dt_line(const void *dt, int node, uint8_t number, uint8_t devfn, uint8_t pin, struct dt_irq *out);

/* msi-map or msi-parent: the controller's node and the requester's number there. 0, -ENOENT. */
int pci_dt_msi(const void *dt, int node, uint16_t requester, int *controller, uint32_t *id);
