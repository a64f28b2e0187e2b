/* SPDX-License-Identifier: MIT */
/*
 * Virtio devices (OASIS virtio 1.2) and their drivers, over PCI or memory-mapped registers.
 *
 * A driver's probe: virtio_negotiate() with the features it knows, virtio_add_queue() for each queue in
 * order, virtio_start(); then the device works. remove and shutdown: virtio_reset(), after which the device
 * touches no memory and asks for nothing; remove also virtio_free_queues().
 *
 * Queues are split rings. A queue has no lock: its user calls one function of a queue at a time. The callback
 * is called in interrupt context when buffers may have been used. What the device writes is not believed:
 * virtqueue_get() gives only tokens that were added, once.
 */
#pragma once

#include <device/device.h>

#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

struct virtio_device;
struct virtqueue;

#define VIRTIO_MAX_QUEUES 16
#define VIRTIO_QUEUE_BUFFERS 128	/* a queue is not made longer */

typedef void (*virtqueue_callback)(struct virtqueue *vq);

struct virtio_transport {
	uint64_t (*features)(struct virtio_device *virtio);
	void (*set_features)(struct virtio_device *virtio, uint64_t features);
	uint8_t (*status)(struct virtio_device *virtio);
	void (*set_status)(struct virtio_device *virtio, uint8_t status); /* 0: waits until it is reset */
	uint8_t (*config)(struct virtio_device *virtio, unsigned int offset);
	/* Selects queue: its largest size, 0: there is none. */
	unsigned int (*queue_size)(struct virtio_device *virtio, unsigned int index);
	/* Of the queue selected: its interrupt, its memory. 0 or -errno. */
	int (*set_queue)(struct virtio_device *virtio, struct virtqueue *vq);
	void (*free_irqs)(struct virtio_device *virtio);
};

struct virtio_device {
	struct device dev;
	const struct virtio_transport *transport;
	uint32_t id, vendor;		/* VIRTIO_ID_* */
	bool is_legacy;			/* before 1.0: no VIRTIO_F_VERSION_1, rings by page number */
	uint64_t features;		/* that both sides have */
	unsigned int nr_queues;
	struct virtqueue *queues[VIRTIO_MAX_QUEUES];
};

struct virtqueue {
	struct virtio_device *virtio;
	unsigned int index, size;
	virtqueue_callback callback;
	const char *name;		/* of its interrupt */
	void *data;			/* the driver's */
	struct vring_desc *desc;	/* the ring: descriptors, available, on the next page used */
	struct vring_avail *avail;
	struct vring_used *used;
	unsigned int order;
	volatile char *notify_at;
	bool notify_is_32bit;

	uint16_t free_head, last_used;
	unsigned int nr_free;
	struct { void *token; uint16_t next, length; } slots[];
};

struct virtio_driver {
	struct driver driver;
	uint32_t id;
};
#define VIRTIO_DRIVER(object) LINKER_SET_ADD(virtio_drivers, object)

static inline struct virtio_device *to_virtio(struct device *dev)
{
	return container_of(dev, struct virtio_device, dev);
}

/* --- drivers ---------------------------------------------------------------------------------- */

/* Resets the device and takes the features of `wanted` that it has. 0, -EIO: it refuses. May sleep. */
__must_check int virtio_negotiate(struct virtio_device *virtio, uint64_t wanted);
static inline bool virtio_has(const struct virtio_device *virtio, unsigned int feature)
{
	return virtio->features >> feature & 1;
}
/* The next queue. -ENOENT: the device has no such; -ENOMEM ... vq may be NULL. May sleep. */
__must_check int virtio_add_queue(struct virtio_device *virtio, virtqueue_callback callback, const char *name, void *data,
	struct virtqueue **vq);
void virtio_start(struct virtio_device *virtio);
/* Any context. */
void virtio_reset(struct virtio_device *virtio);
void virtio_free_queues(struct virtio_device *virtio);
/* Bytes of the device's configuration. */
void virtio_config_read(struct virtio_device *virtio, unsigned int offset, void *to, unsigned int bytes);

/* --- queues ----------------------------------------------------------------------------------- */

/* Memory of the direct map; those the device reads stand before those it writes. */
struct virtio_buffer {
	void *addr;
	uint32_t bytes;
	bool is_written;
};
/* token: not NULL. 0, -ENOSPC. Any context. */
__must_check int virtqueue_add(struct virtqueue *vq, const struct virtio_buffer *buffers, unsigned int nr, void *token);
/* Tells the device, if it wants to be told. */
void virtqueue_kick(struct virtqueue *vq);
/* The next token whose buffers the device is done with and how much it wrote; NULL: none. */
void *virtqueue_get(struct virtqueue *vq, uint32_t *bytes);

/* --- transports ------------------------------------------------------------------------------- */

/* Makes it known and finds its driver. dev.parent, transport, id are set; dev.name is given. 0 or -errno. */
__must_check int virtio_register(struct virtio_device *virtio);
/* From an interrupt: all queues' callbacks, or one's. */
void virtio_interrupt(struct virtio_device *virtio);
