// SPDX-License-Identifier: MIT
/* The host's random numbers (virtio 1.2, 5.4): one buffer at start, for the kernel's generator. */
#include <device/virtio/virtio.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/random.h>
#include <lib/alloc.h>
#include <lib/compiler.h>

#define SEED_BYTES 64

struct rng {
	struct virtio_device *virtio;
	struct virtqueue *vq;
	uint8_t seed[SEED_BYTES];
};

static void seed_came(struct virtqueue *vq)
{
	struct rng *rng = vq->data;
	uint32_t bytes;

	if (!virtqueue_get(vq, &bytes) || !bytes || bytes > SEED_BYTES)
		return;
	random_add_entropy(rng->seed, bytes, bytes * 8);
	pr_info("random: %u bytes from %s\n", bytes, rng->virtio->dev.name);
}

static int probe(struct device *dev)
{
	struct virtio_device *virtio = to_virtio(dev);
	struct rng *rng = kzalloc(sizeof(*rng));
	int err;

	if (!rng)
		return -ENOMEM;
	rng->virtio = virtio;
	err = virtio_negotiate(virtio, 0);
	if (!err)
		err = virtio_add_queue(virtio, seed_came, "virtio-rng", rng, &rng->vq);
	if (!err)
		err = virtqueue_add(rng->vq, &(struct virtio_buffer){ rng->seed, SEED_BYTES, true }, 1, rng);
	if (err) {
		virtio_reset(virtio);
		virtio_free_queues(virtio);
		kfree(rng);
		return err;
	}
	dev->driver_data = rng;
	virtio_start(virtio);
	virtqueue_kick(rng->vq);
	return 0;
}

static void remove(struct device *dev)
{
	virtio_reset(to_virtio(dev));
	virtio_free_queues(to_virtio(dev));
	kfree(dev->driver_data);
}

static void shutdown(struct device *dev)
{
	virtio_reset(to_virtio(dev));
}

static const struct virtio_driver virtio_rng = { { "virtio_rng", probe, remove, shutdown }, VIRTIO_ID_RNG };
VIRTIO_DRIVER(virtio_rng);
