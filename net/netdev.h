/* SPDX-License-Identifier: MIT */
/*
 * Network devices (man 7 netdevice): name, index, flags, addresses, and a driver's send operation. The loopback
 * device is always there.
 *
 * netdev_lock (mutex) guards the list and every field but statistics.
 */
#pragma once

#include <kernel/mutex.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct netdev;

#define NETDEV_NAME_LEN 16 /* IFNAMSIZ, with NUL */

struct netdev_ops {
	int (*open)(struct netdev *dev);
	void (*stop)(struct netdev *dev);
	int (*send)(struct netdev *dev, const void *frame, size_t size); /* 0, -ENOBUFS */
};

/* An address as RTM_NEWADDR gives it. */
struct netdev_addr {
	struct list_head node;
	uint8_t family, prefix_len, scope, flags;
	uint8_t addr[16];
	size_t addr_len; /* 4 or 16 */
};

struct netdev {
	char name[NETDEV_NAME_LEN];
	int index;
	unsigned int type;  /* ARPHRD_* */
	unsigned int flags; /* IFF_* */
	unsigned int mtu, tx_queue_len;
	uint8_t hw_addr[6], hw_broadcast[6];
	const struct netdev_ops *ops;
	void *driver_data;
	struct list_head node;
	struct list_head addrs; /* struct netdev_addr */
};

extern struct mutex netdev_lock;
extern struct list_head netdev_list;

/* Gives the next index; name may hold "%d". 0, -EEXIST, -ENFILE. */
__must_check int netdev_register(struct netdev *dev);

/* With netdev_lock held: NULL if there is none. */
struct netdev *netdev_by_index_locked(int index);
struct netdev *netdev_by_name_locked(const char *name);

/* IFF_UP and what may be changed from outside; opens and stops the device; tells listeners. */
int netdev_set_flags_locked(struct netdev *dev, unsigned int flags, unsigned int mask);
/* 0, -EEXIST, -EADDRNOTAVAIL, -ENOMEM. */
int netdev_add_addr_locked(struct netdev *dev, const struct netdev_addr *addr);
int netdev_remove_addr_locked(struct netdev *dev, const struct netdev_addr *addr);

/* Called after a change; net/rtnetlink.c tells its groups. */
void netdev_set_notifier(void (*changed)(struct netdev *dev));
