// SPDX-License-Identifier: MIT
/* The list of network devices and the loopback device. */
#include <net/netdev.h>

#include <device/device.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <net/abi.h>

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

struct mutex netdev_lock = MUTEX_INIT(netdev_lock);
struct list_head netdev_list = LIST_HEAD_INIT(netdev_list);

static int next_index = 1; /* Guarded by netdev_lock. */
static void (*notify_changed)(struct netdev *dev);

struct netdev *netdev_by_index_locked(int index)
{
	struct netdev *dev;

	list_for_each_entry(dev, &netdev_list, node) {
		if (dev->index == index)
			return dev;
	}
	return NULL;
}

struct netdev *netdev_by_name_locked(const char *name)
{
	struct netdev *dev;

	list_for_each_entry(dev, &netdev_list, node) {
		if (!strncmp(dev->name, name, NETDEV_NAME_LEN))
			return dev;
	}
	return NULL;
}

void netdev_set_notifier(void (*changed)(struct netdev *dev))
{
	notify_changed = changed;
}

static void changed(struct netdev *dev)
{
	if (notify_changed)
		notify_changed(dev);
}

/* --- registration and /sys/class/net ---------------------------------------------------------- */

#define NETDEV_SHOW(field, format, value)                                                          \
	static int field##_show(struct seq *seq, void *ctx)                                        \
	{                                                                                          \
		const struct netdev *dev = ctx;                                                    \
		seq_printf(seq, format "\n", value);                                               \
		return 0;                                                                          \
	}                                                                                          \
	static const struct pseudo_ops field##_ops = { .show = field##_show }

NETDEV_SHOW(flags, "0x%x", dev->flags & 0xffff);
NETDEV_SHOW(mtu, "%u", dev->mtu);
NETDEV_SHOW(ifindex, "%d", dev->index);
NETDEV_SHOW(type, "%u", dev->type);
NETDEV_SHOW(tx_queue_len, "%u", dev->tx_queue_len);
NETDEV_SHOW(operstate, "%s", dev->flags & IFF_LOOPBACK ? "unknown" : dev->flags & IFF_RUNNING ? "up" : "down");
NETDEV_SHOW(carrier, "%d", dev->flags & IFF_RUNNING ? 1 : 0);

static int address_show(struct seq *seq, void *ctx)
{
	const struct netdev *dev = ctx;

	for (unsigned int i = 0; i < sizeof(dev->hw_addr); i++)
		seq_printf(seq, "%s%02x", i ? ":" : "", dev->hw_addr[i]);
	seq_puts(seq, "\n");
	return 0;
}
static const struct pseudo_ops address_ops = { .show = address_show };

static void add_sysfs_files(struct netdev *dev, struct pseudo_node *node)
{
	static const struct { const char *name; const struct pseudo_ops *ops; } files[] = {
		{ "flags", &flags_ops }, { "mtu", &mtu_ops }, { "ifindex", &ifindex_ops }, { "type", &type_ops },
		{ "tx_queue_len", &tx_queue_len_ops }, { "operstate", &operstate_ops },
		{ "carrier", &carrier_ops }, { "address", &address_ops },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		pseudo_put(pseudo_add_file(node, files[i].name, 0444, files[i].ops, dev));
}

int netdev_register(struct netdev *dev)
{
	struct pseudo_node *node;
	char format[NETDEV_NAME_LEN];
	int err = 0;

	memcpy(format, dev->name, sizeof(format));
	mutex_lock(&netdev_lock);
	if (strstr(format, "%d")) {
		for (int n = 0; n < 1000; n++) {
			size_t stem = (size_t)(strstr(format, "%d") - format);

			scnprintf(dev->name, sizeof(dev->name), "%.*s%d", (int)stem, format, n);
			if (!netdev_by_name_locked(dev->name))
				break;
		}
	}
	if (netdev_by_name_locked(dev->name)) {
		err = -EEXIST;
	} else {
		list_init(&dev->addrs);
		dev->index = next_index++;
		list_add_tail(&dev->node, &netdev_list);
	}
	mutex_unlock(&netdev_lock);
	if (err)
		return err;
	node = device_class_add("net", dev->name, NULL, 0, 0);
	if (node)
		add_sysfs_files(dev, node);
	pseudo_put(node);
	return 0;
}

/* --- up, down, addresses ---------------------------------------------------------------------- */

/* What Linux gives the loopback device by itself when it comes up. */
static void add_loopback_addr_locked(struct netdev *dev)
{
	static const struct netdev_addr localhost = {
		.family = AF_INET, .prefix_len = 8, .scope = RT_SCOPE_HOST, .addr = { 127, 0, 0, 1 }, .addr_len = 4 };

	if (list_empty(&dev->addrs))
		netdev_add_addr_locked(dev, &localhost);
}

int netdev_set_flags_locked(struct netdev *dev, unsigned int flags, unsigned int mask)
{
	const unsigned int changeable = IFF_UP | IFF_PROMISC | IFF_ALLMULTI | IFF_NOARP | IFF_DEBUG | IFF_NOTRAILERS |
					IFF_MULTICAST | IFF_DYNAMIC;
	unsigned int wanted = (dev->flags & ~(mask & changeable)) | (flags & mask & changeable);
	int err = 0;

	if ((wanted & ~dev->flags) & IFF_UP) {
		if (dev->ops->open)
			err = dev->ops->open(dev);
		if (err)
			return err;
		wanted |= IFF_RUNNING | IFF_LOWER_UP;
		if (dev->flags & IFF_LOOPBACK)
			add_loopback_addr_locked(dev);
	} else if ((dev->flags & ~wanted) & IFF_UP) {
		if (dev->ops->stop)
			dev->ops->stop(dev);
		wanted &= ~(IFF_RUNNING | IFF_LOWER_UP);
	}
	if (wanted != dev->flags) {
		dev->flags = wanted;
		changed(dev);
	}
	return 0;
}

static struct netdev_addr *find_addr(struct netdev *dev, const struct netdev_addr *wanted)
{
	struct netdev_addr *addr;

	list_for_each_entry(addr, &dev->addrs, node) {
		if (addr->family == wanted->family && addr->prefix_len == wanted->prefix_len &&
			!memcmp(addr->addr, wanted->addr, addr->addr_len))
			return addr;
	}
	return NULL;
}

int netdev_add_addr_locked(struct netdev *dev, const struct netdev_addr *wanted)
{
	struct netdev_addr *addr;

	if (find_addr(dev, wanted))
		return -EEXIST;
	addr = kmemdup(wanted, sizeof(*wanted));
	if (!addr)
		return -ENOMEM;
	list_add_tail(&addr->node, &dev->addrs);
	return 0;
}

int netdev_remove_addr_locked(struct netdev *dev, const struct netdev_addr *wanted)
{
	struct netdev_addr *addr = find_addr(dev, wanted);

	if (!addr)
		return -EADDRNOTAVAIL;
	list_del(&addr->node);
	kfree(addr);
	return 0;
}

/* --- loopback --------------------------------------------------------------------------------- */

static const struct netdev_ops loopback_ops = { 0 };

static struct netdev loopback = {
	.name = "lo",
	.type = ARPHRD_LOOPBACK,
	.flags = IFF_LOOPBACK,
	.mtu = 65536,
	.tx_queue_len = 1000,
	.ops = &loopback_ops,
};

static int loopback_init(void)
{
	return netdev_register(&loopback);
}

static const struct machine_driver loopback_driver = {
	.name = "loopback",
	.init = loopback_init,
};
MACHINE_DRIVER(loopback_driver);
