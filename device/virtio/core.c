// SPDX-License-Identifier: MIT
/* Virtio: the bus, how a device is started (1.2, 3.1), and split rings (2.7). */
#include <device/virtio/virtio.h>

#include <arch/barrier.h>
#include <arch/io.h>
#include <fs/pseudo.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <mm/page.h>

#include <linux/virtio_ring.h>

LINKER_SET_DECLARE(virtio_drivers, const struct virtio_driver);

static struct bus_type virtio_bus = { .name = "virtio", .devices = LIST_HEAD_INIT(virtio_bus.devices) };

/* --- start ------------------------------------------------------------------------------------ */

static void add_status(struct virtio_device *virtio, uint8_t bits)
{
	virtio->transport->set_status(virtio, virtio->transport->status(virtio) | bits);
}

int virtio_negotiate(struct virtio_device *virtio, uint64_t wanted)
{
	virtio_reset(virtio);
	add_status(virtio, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	add_status(virtio, VIRTIO_CONFIG_S_DRIVER);
	wanted |= 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_ACCESS_PLATFORM;
	virtio->features = virtio->transport->features(virtio) & wanted;
	if (!virtio->is_legacy && !virtio_has(virtio, VIRTIO_F_VERSION_1))
		return -EIO;
	virtio->transport->set_features(virtio, virtio->features);
	if (virtio->is_legacy)
		return 0;
	add_status(virtio, VIRTIO_CONFIG_S_FEATURES_OK);
	return virtio->transport->status(virtio) & VIRTIO_CONFIG_S_FEATURES_OK ? 0 : -EIO;
}

void virtio_start(struct virtio_device *virtio)
{
	add_status(virtio, VIRTIO_CONFIG_S_DRIVER_OK);
}

void virtio_reset(struct virtio_device *virtio)
{
	virtio->transport->set_status(virtio, 0);
}

void virtio_config_read(struct virtio_device *virtio, unsigned int offset, void *to, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		((uint8_t *)to)[i] = virtio->transport->config(virtio, offset + i);
}

/* --- queues ----------------------------------------------------------------------------------- */

/* The layout of old devices, which suits new ones as well: used stands on a page of 4096 of its own. */
static size_t used_offset(unsigned int size)
{
	return ALIGN_UP(size * sizeof(struct vring_desc) + 6 + 2 * size, 4096ul);
}

static int make_ring(struct virtqueue *vq)
{
	size_t bytes = used_offset(vq->size) + 6 + sizeof(struct vring_used_elem) * vq->size;
	struct page *pages;

	while ((PAGE_SIZE << vq->order) < bytes)
		vq->order++;
	pages = page_alloc_order(vq->order, ALLOC_ZERO);
	if (!pages)
		return -ENOMEM;
	vq->desc = page_address(pages);
	vq->avail = (void *)(vq->desc + vq->size);
	vq->used = (void *)((char *)vq->desc + used_offset(vq->size));
	for (unsigned int i = 0; i < vq->size; i++)
		vq->slots[i].next = (uint16_t)(i + 1);
	vq->nr_free = vq->size;
	return 0;
}

static void free_queue(struct virtqueue *vq)
{
	if (vq->desc)
		page_free_order(page_from_virt(vq->desc), vq->order);
	kfree(vq);
}

int virtio_add_queue(struct virtio_device *virtio, virtqueue_callback callback, const char *name, void *data,
	struct virtqueue **out)
{
	unsigned int index = virtio->nr_queues, size;
	struct virtqueue *vq;
	int err;

	if (index == VIRTIO_MAX_QUEUES)
		return -ENOENT;
	size = virtio->transport->queue_size(virtio, index);
	if (!size || !is_power_of_2(size))
		return -ENOENT;
	/* An old device says how long its queues are. */
	if (!virtio->is_legacy)
		size = min(size, (unsigned int)VIRTIO_QUEUE_BUFFERS);
	else if (size > 1024)
		return -ENOENT;
	vq = kzalloc(sizeof(*vq) + size * sizeof(vq->slots[0]));
	if (!vq)
		return -ENOMEM;
	vq->virtio = virtio;
	vq->index = index;
	vq->size = size;
	vq->callback = callback;
	vq->name = name;
	vq->data = data;
	err = make_ring(vq);
	if (!err) {
		virtio->queues[index] = vq;
		virtio->nr_queues++;
		err = virtio->transport->set_queue(virtio, vq);
	}
	if (err) {
		virtio->queues[index] = NULL;
		virtio->nr_queues = index;
		free_queue(vq);
		return err;
	}
	if (out)
		*out = vq;
	return 0;
}

void virtio_free_queues(struct virtio_device *virtio)
{
	virtio->transport->free_irqs(virtio);
	while (virtio->nr_queues)
		free_queue(virtio->queues[--virtio->nr_queues]);
}

int virtqueue_add(struct virtqueue *vq, const struct virtio_buffer *buffers, unsigned int nr, void *token)
{
	uint16_t head = vq->free_head, at = head, last = head;

	if (!nr || nr > vq->nr_free)
		return -ENOSPC;
	for (unsigned int i = 0; i < nr; i++) {
		vq->desc[at] = (struct vring_desc){
			.addr = virt_to_phys(buffers[i].addr),
			.len = buffers[i].bytes,
			.flags = (buffers[i].is_written ? VRING_DESC_F_WRITE : 0) | (i + 1 < nr ? VRING_DESC_F_NEXT : 0),
			.next = vq->slots[at].next,
		};
		last = at;
		at = vq->slots[at].next;
	}
	vq->slots[head].token = token;
	vq->slots[head].length = (uint16_t)nr;
	vq->free_head = vq->slots[last].next;
	vq->nr_free -= nr;
	vq->avail->ring[vq->avail->idx % vq->size] = head;
	dma_wmb();
	WRITE_ONCE(vq->avail->idx, (uint16_t)(vq->avail->idx + 1));
	return 0;
}

void virtqueue_kick(struct virtqueue *vq)
{
	mb();
	if (READ_ONCE(vq->used->flags) & VRING_USED_F_NO_NOTIFY)
		return;
	if (vq->notify_is_32bit)
		writel(vq->index, vq->notify_at);
	else
		writew((uint16_t)vq->index, vq->notify_at);
}

static void free_chain(struct virtqueue *vq, uint16_t head)
{
	uint16_t last = head;

	for (unsigned int i = 1; i < vq->slots[head].length; i++)
		last = vq->slots[last].next;
	vq->slots[last].next = vq->free_head;
	vq->free_head = head;
	vq->nr_free += vq->slots[head].length;
	vq->slots[head].token = NULL;
}

void *virtqueue_get(struct virtqueue *vq, uint32_t *bytes)
{
	const volatile struct vring_used_elem *used;
	uint32_t id;
	void *token;

	if (vq->last_used == READ_ONCE(vq->used->idx))
		return NULL;
	dma_rmb();
	used = &vq->used->ring[vq->last_used++ % vq->size];
	id = used->id;
	*bytes = used->len;
	token = id < vq->size ? vq->slots[id].token : NULL;
	/* Never added, or twice: the device is mad, and the queue gets no further with each interrupt. */
	if (token)
		free_chain(vq, (uint16_t)id);
	return token;
}

void virtio_interrupt(struct virtio_device *virtio)
{
	for (unsigned int i = 0; i < virtio->nr_queues; i++)
		if (virtio->queues[i]->callback)
			virtio->queues[i]->callback(virtio->queues[i]);
}

/* --- bus -------------------------------------------------------------------------------------- */

static int device_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "0x%04x\n", ((struct virtio_device *)ctx)->id);
	return 0;
}

static int vendor_show(struct seq *seq, void *ctx)
{
	seq_printf(seq, "0x%04x\n", ((struct virtio_device *)ctx)->vendor);
	return 0;
}

int virtio_register(struct virtio_device *virtio)
{
	static const struct pseudo_ops device_ops = { .show = device_show }, vendor_ops = { .show = vendor_show };
	static unsigned int nr;
	int err;

	virtio->dev.name = kasprintf("virtio%u", nr++);
	virtio->dev.bus = &virtio_bus;
	err = virtio->dev.name ? device_register(&virtio->dev) : -ENOMEM;
	if (err)
		return err;
	pseudo_put(pseudo_add_file(virtio->dev.node, "device", 0444, &device_ops, virtio));
	pseudo_put(pseudo_add_file(virtio->dev.node, "vendor", 0444, &vendor_ops, virtio));
	LINKER_SET_FOREACH(virtio_drivers, const struct virtio_driver, driver) {
		err = driver->id == virtio->id ? device_bind(&virtio->dev, &driver->driver) : -ENODEV;
		if (!err)
			break;
		if (err != -ENODEV)
			pr_err("%s %s: error %d at start\n", driver->driver.name, virtio->dev.name, -err);
	}
	return 0;
}
