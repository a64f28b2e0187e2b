// SPDX-License-Identifier: MIT
/* Virtio over PCI (1.2, 4.1): the structures that vendor capabilities point to; one message for each queue. */
#include <device/virtio/virtio.h>

#include <arch/cpu.h>
#include <arch/io.h>
#include <device/pci/pci.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <mm/page.h>
#include <mm/vmap.h>

#include <linux/virtio_pci.h>

#define VENDOR 0x1af4
#define FIRST_DEVICE 0x1000	/* transitional ones: the id is the subsystem's */
#define FIRST_MODERN 0x1040
#define LAST_DEVICE 0x107f
#define MAX_CAPABILITIES 48	/* the list may go round */
#define RESET_TURNS 1000000

struct virtio_pci {
	struct virtio_device virtio;
	struct pci_device *pci;
	volatile char *common, *isr, *config, *notify;
	uint32_t config_bytes, notify_bytes, notify_multiplier;
};

static volatile char *common_of(struct virtio_device *virtio)
{
	return container_of(virtio, struct virtio_pci, virtio)->common;
}

static uint64_t features(struct virtio_device *virtio)
{
	volatile char *common = common_of(virtio);
	uint64_t low;

	writel(0, common + VIRTIO_PCI_COMMON_DFSELECT);
	low = readl(common + VIRTIO_PCI_COMMON_DF);
	writel(1, common + VIRTIO_PCI_COMMON_DFSELECT);
	return low | (uint64_t)readl(common + VIRTIO_PCI_COMMON_DF) << 32;
}

static void set_features(struct virtio_device *virtio, uint64_t bits)
{
	volatile char *common = common_of(virtio);

	for (unsigned int i = 0; i < 2; i++) {
		writel(i, common + VIRTIO_PCI_COMMON_GFSELECT);
		writel((uint32_t)(bits >> 32 * i), common + VIRTIO_PCI_COMMON_GF);
	}
}

static uint8_t status(struct virtio_device *virtio)
{
	return readb(common_of(virtio) + VIRTIO_PCI_COMMON_STATUS);
}

static void set_status(struct virtio_device *virtio, uint8_t value)
{
	volatile char *at = common_of(virtio) + VIRTIO_PCI_COMMON_STATUS;

	writeb(value, at);
	for (unsigned int i = 0; !value && readb(at) && i < RESET_TURNS; i++)
		arch_cpu_relax();
}

static uint8_t config(struct virtio_device *virtio, unsigned int offset)
{
	struct virtio_pci *vp = container_of(virtio, struct virtio_pci, virtio);

	return offset < vp->config_bytes ? readb(vp->config + offset) : 0;
}

static unsigned int queue_size(struct virtio_device *virtio, unsigned int index)
{
	volatile char *common = common_of(virtio);

	if (index >= readw(common + VIRTIO_PCI_COMMON_NUMQ))
		return 0;
	writew((uint16_t)index, common + VIRTIO_PCI_COMMON_Q_SELECT);
	return readw(common + VIRTIO_PCI_COMMON_Q_SIZE);
}

static bool interrupt(void *arg)
{
	struct virtio_pci *vp = arg;

	/* Reading takes the line down. */
	if (vp->pci->irq_mode == PCI_IRQ_LINE && !(readb(vp->isr) & 1))
		return false;
	virtio_interrupt(&vp->virtio);
	return true;
}

static bool queue_interrupt(void *arg)
{
	struct virtqueue *vq = arg;

	if (vq->callback)
		vq->callback(vq);
	return true;
}

static bool has_vector_each(const struct virtio_pci *vp)
{
	return vp->pci->irq_mode == PCI_IRQ_MSIX && vp->pci->nr_irqs > 1;
}

/* The interrupts at the first queue: as many as there may be queues, or one for all of them. */
static int queue_irq(struct virtio_pci *vp, struct virtqueue *vq)
{
	volatile char *common = vp->common;

	if (!vp->pci->nr_irqs) {
		int nr = pci_alloc_irqs(vp->pci, min((unsigned int)readw(common + VIRTIO_PCI_COMMON_NUMQ),
			(unsigned int)VIRTIO_MAX_QUEUES));

		if (nr < 0)
			return nr;
	}
	if (has_vector_each(vp) && vq->index < vp->pci->nr_irqs) {
		int err = pci_request_irq(vp->pci, vq->index, queue_interrupt, vq->name, vq);

		if (err)
			return err;
	} else if (!vq->index || (has_vector_each(vp) && vq->index == vp->pci->nr_irqs)) {
		int err = pci_request_irq(vp->pci, 0, interrupt, vq->name, vp);

		if (err)
			return err;
	}
	if (vp->pci->irq_mode != PCI_IRQ_MSIX)
		return 0;
	writew(vq->index < vp->pci->nr_irqs ? (uint16_t)vq->index : 0, common + VIRTIO_PCI_COMMON_Q_MSIX);
	return readw(common + VIRTIO_PCI_COMMON_Q_MSIX) == VIRTIO_MSI_NO_VECTOR ? -EBUSY : 0;
}

static void write_address(volatile char *at, const void *addr)
{
	paddr_t paddr = virt_to_phys(addr);

	writel((uint32_t)paddr, at);
	writel((uint32_t)(paddr >> 32), at + 4);
}

static int set_queue(struct virtio_device *virtio, struct virtqueue *vq)
{
	struct virtio_pci *vp = container_of(virtio, struct virtio_pci, virtio);
	volatile char *common = vp->common;
	uint64_t offset = (uint64_t)readw(common + VIRTIO_PCI_COMMON_Q_NOFF) * vp->notify_multiplier;
	int err = offset + 2 <= vp->notify_bytes && offset % 2 == 0 ? queue_irq(vp, vq) : -EINVAL;

	if (err)
		return err;
	vq->notify_at = vp->notify + offset;
	writew((uint16_t)vq->size, common + VIRTIO_PCI_COMMON_Q_SIZE);
	write_address(common + VIRTIO_PCI_COMMON_Q_DESCLO, vq->desc);
	write_address(common + VIRTIO_PCI_COMMON_Q_AVAILLO, vq->avail);
	write_address(common + VIRTIO_PCI_COMMON_Q_USEDLO, vq->used);
	writew(1, common + VIRTIO_PCI_COMMON_Q_ENABLE);
	return 0;
}

static void free_irqs(struct virtio_device *virtio)
{
	struct virtio_pci *vp = container_of(virtio, struct virtio_pci, virtio);

	for (unsigned int i = 0; i < virtio->nr_queues; i++)
		pci_release_irq(vp->pci, i, virtio->queues[i]);
	pci_release_irq(vp->pci, 0, vp);
	if (vp->pci->nr_irqs)
		pci_free_irqs(vp->pci);
}

static const struct virtio_transport transport = {
	.features = features, .set_features = set_features, .status = status, .set_status = set_status, .config = config,
	.queue_size = queue_size, .set_queue = set_queue, .free_irqs = free_irqs,
};

/* --- finding the structures ------------------------------------------------------------------- */

/* The first structure of that type, mapped; NULL: none, too short, or not aligned as it is accessed. */
static volatile char *map_structure(struct pci_device *pci, uint8_t type, uint32_t least, uint32_t *bytes, uint32_t *extra)
{
	unsigned int at = 0;

	for (unsigned int i = 0; i < MAX_CAPABILITIES && (at = pci_find_capability(pci, at, PCI_CAP_ID_VNDR)); i++) {
		uint32_t length, offset;

		if (at + VIRTIO_PCI_CAP_LENGTH + 8 > PCI_CFG_SPACE_SIZE ||
			pci_read8(pci, at + VIRTIO_PCI_CAP_CFG_TYPE) != type)
			continue;
		length = pci_read32(pci, at + VIRTIO_PCI_CAP_LENGTH);
		offset = pci_read32(pci, at + VIRTIO_PCI_CAP_OFFSET);
		if (length < least || offset % min(least, 4u))
			continue;
		*bytes = length;
		*extra = pci_read32(pci, at + VIRTIO_PCI_CAP_LENGTH + 4);
		return pci_map(pci, pci_read8(pci, at + VIRTIO_PCI_CAP_BAR), offset, length);
	}
	return NULL;
}

static void unmap(struct virtio_pci *vp)
{
	volatile char *const maps[] = { vp->common, vp->isr, vp->config, vp->notify };

	for (unsigned int i = 0; i < ARRAY_SIZE(maps); i++)
		if (maps[i])
			iounmap((void *)maps[i]);
}

static int probe(struct device *dev)
{
	struct pci_device *pci = to_pci(dev);
	struct virtio_pci *vp;
	uint32_t bytes, unused;
	int err;

	if (pci->device < FIRST_DEVICE || pci->device > LAST_DEVICE)
		return -ENODEV;
	vp = kzalloc(sizeof(*vp));
	if (!vp)
		return -ENOMEM;
	err = pci_enable(pci);
	if (err)
		goto err_free;
	vp->pci = pci;
	vp->common = map_structure(pci, VIRTIO_PCI_CAP_COMMON_CFG, VIRTIO_PCI_COMMON_Q_USEDHI + 4, &bytes, &unused);
	vp->isr = map_structure(pci, VIRTIO_PCI_CAP_ISR_CFG, 1, &bytes, &unused);
	vp->notify = map_structure(pci, VIRTIO_PCI_CAP_NOTIFY_CFG, 2, &vp->notify_bytes, &vp->notify_multiplier);
	vp->config = map_structure(pci, VIRTIO_PCI_CAP_DEVICE_CFG, 1, &vp->config_bytes, &unused);
	if (!vp->config)
		vp->config_bytes = 0;
	err = -ENODEV; /* an old device without them */
	if (!vp->common || !vp->isr || !vp->notify)
		goto err_unmap;
	pci_set_master(pci);
	vp->virtio.transport = &transport;
	vp->virtio.id = pci->device < FIRST_MODERN ? pci->subsystem_device : pci->device - FIRST_MODERN;
	vp->virtio.vendor = pci->subsystem_vendor;
	vp->virtio.dev.parent = dev;
	dev->driver_data = vp;
	err = virtio_register(&vp->virtio);
	if (!err)
		return 0;
err_unmap:
	unmap(vp);
	pci_disable(pci);
err_free:
	kfree(vp);
	return err;
}

static void remove(struct device *dev)
{
	struct virtio_pci *vp = dev->driver_data;

	device_unregister(&vp->virtio.dev);
	unmap(vp);
	pci_disable(vp->pci);
	kfree(vp);
}

/* The virtio driver's own came before. */
static void shutdown(struct device *dev)
{
	struct virtio_pci *vp = dev->driver_data;

	virtio_reset(&vp->virtio);
}

static const struct pci_id ids[] = { { VENDOR, PCI_ANY, 0, 0 }, {} };
static const struct pci_driver virtio_pci = { { "virtio-pci", probe, remove, shutdown }, ids };
PCI_DRIVER(virtio_pci);
