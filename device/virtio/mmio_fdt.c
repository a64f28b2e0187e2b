// SPDX-License-Identifier: MIT
/* Virtio over memory-mapped registers that the device tree names (1.2, 4.2), the old layout (4.2.4) included. */
#include <device/virtio/virtio.h>

#include <arch/cpu.h>
#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/dt.h>
#include <mm/page.h>
#include <mm/vmap.h>

#include <linux/virtio_mmio.h>

#define MAGIC 0x74726976
#define RING_PAGE 4096
#define RESET_TURNS 1000000

struct virtio_mmio {
	struct virtio_device virtio;
	volatile char *registers;
	unsigned int irq;
	enum irq_trigger trigger;
	bool has_irq;
};

static struct virtio_mmio *to_mmio(struct virtio_device *virtio)
{
	return container_of(virtio, struct virtio_mmio, virtio);
}

static uint64_t features(struct virtio_device *virtio)
{
	volatile char *at = to_mmio(virtio)->registers;
	uint64_t low;

	writel(0, at + VIRTIO_MMIO_DEVICE_FEATURES_SEL);
	low = readl(at + VIRTIO_MMIO_DEVICE_FEATURES);
	writel(1, at + VIRTIO_MMIO_DEVICE_FEATURES_SEL);
	return low | (uint64_t)readl(at + VIRTIO_MMIO_DEVICE_FEATURES) << 32;
}

static void set_features(struct virtio_device *virtio, uint64_t bits)
{
	volatile char *at = to_mmio(virtio)->registers;

	for (unsigned int i = 0; i < 2; i++) {
		writel(i, at + VIRTIO_MMIO_DRIVER_FEATURES_SEL);
		writel((uint32_t)(bits >> 32 * i), at + VIRTIO_MMIO_DRIVER_FEATURES);
	}
	if (virtio->is_legacy)
		writel(RING_PAGE, at + VIRTIO_MMIO_GUEST_PAGE_SIZE);
}

static uint8_t status(struct virtio_device *virtio)
{
	return (uint8_t)readl(to_mmio(virtio)->registers + VIRTIO_MMIO_STATUS);
}

static void set_status(struct virtio_device *virtio, uint8_t value)
{
	volatile char *at = to_mmio(virtio)->registers + VIRTIO_MMIO_STATUS;

	writel(value, at);
	for (unsigned int i = 0; !value && readl(at) && i < RESET_TURNS; i++)
		arch_cpu_relax();
}

static uint8_t config(struct virtio_device *virtio, unsigned int offset)
{
	return offset < 0x100 ? readb(to_mmio(virtio)->registers + VIRTIO_MMIO_CONFIG + offset) : 0;
}

static unsigned int queue_size(struct virtio_device *virtio, unsigned int index)
{
	volatile char *at = to_mmio(virtio)->registers;

	writel(index, at + VIRTIO_MMIO_QUEUE_SEL);
	return readl(at + VIRTIO_MMIO_QUEUE_NUM_MAX);
}

static bool interrupt(void *arg)
{
	struct virtio_mmio *mmio = arg;
	uint32_t why = readl(mmio->registers + VIRTIO_MMIO_INTERRUPT_STATUS);

	if (!why)
		return false;
	writel(why, mmio->registers + VIRTIO_MMIO_INTERRUPT_ACK);
	virtio_interrupt(&mmio->virtio);
	return true;
}

static void write_address(volatile char *at, const void *addr)
{
	paddr_t paddr = virt_to_phys(addr);

	writel((uint32_t)paddr, at);
	writel((uint32_t)(paddr >> 32), at + 4);
}

static int set_queue(struct virtio_device *virtio, struct virtqueue *vq)
{
	struct virtio_mmio *mmio = to_mmio(virtio);
	volatile char *at = mmio->registers;
	uint64_t pfn = virt_to_phys(vq->desc) / RING_PAGE;

	if (virtio->is_legacy && pfn >> 32)
		return -ENOMEM;
	if (!mmio->has_irq) {
		int err = irq_request(mmio->irq, mmio->trigger, interrupt, vq->name, mmio);

		if (err)
			return err;
		mmio->has_irq = true;
	}
	vq->notify_at = at + VIRTIO_MMIO_QUEUE_NOTIFY;
	vq->notify_is_32bit = true;
	writel(vq->size, at + VIRTIO_MMIO_QUEUE_NUM);
	if (virtio->is_legacy) {
		writel(RING_PAGE, at + VIRTIO_MMIO_QUEUE_ALIGN);
		writel((uint32_t)pfn, at + VIRTIO_MMIO_QUEUE_PFN);
		return 0;
	}
	write_address(at + VIRTIO_MMIO_QUEUE_DESC_LOW, vq->desc);
	write_address(at + VIRTIO_MMIO_QUEUE_AVAIL_LOW, vq->avail);
	write_address(at + VIRTIO_MMIO_QUEUE_USED_LOW, vq->used);
	writel(1, at + VIRTIO_MMIO_QUEUE_READY);
	return 0;
}

static void free_irqs(struct virtio_device *virtio)
{
	struct virtio_mmio *mmio = to_mmio(virtio);

	if (mmio->has_irq)
		irq_free(mmio->irq, mmio);
	mmio->has_irq = false;
}

static const struct virtio_transport transport = {
	.features = features, .set_features = set_features, .status = status, .set_status = set_status, .config = config,
	.queue_size = queue_size, .set_queue = set_queue, .free_irqs = free_irqs,
};

static int probe(int node)
{
	struct virtio_mmio *mmio;
	volatile char *registers;
	uint32_t version;
	uint64_t size;
	paddr_t paddr;
	int err;

	if (dt_reg(fdt_tree(), node, 0, &paddr, &size) || size < 0x200)
		return -ENODEV;
	registers = ioremap(paddr, size);
	if (!registers)
		return -ENOMEM;
	version = readl(registers + VIRTIO_MMIO_VERSION);
	mmio = NULL;
	err = -ENODEV; /* id 0: a place without a device */
	if (readl(registers + VIRTIO_MMIO_MAGIC_VALUE) != MAGIC || !version || version > 2 ||
		!readl(registers + VIRTIO_MMIO_DEVICE_ID))
		goto err_unmap;
	err = -ENOMEM;
	mmio = kzalloc(sizeof(*mmio));
	if (!mmio)
		goto err_unmap;
	err = fdt_irq(node, 0, &mmio->irq, &mmio->trigger);
	if (err)
		goto err_unmap;
	mmio->registers = registers;
	mmio->virtio.transport = &transport;
	mmio->virtio.is_legacy = version == 1;
	mmio->virtio.id = readl(registers + VIRTIO_MMIO_DEVICE_ID);
	mmio->virtio.vendor = readl(registers + VIRTIO_MMIO_VENDOR_ID);
	err = virtio_register(&mmio->virtio);
	if (!err)
		return 0;
err_unmap:
	kfree(mmio);
	iounmap((void *)registers);
	return err;
}

static const struct fdt_driver virtio_mmio = { "virtio,mmio", probe };
FDT_DRIVER(virtio_mmio);
