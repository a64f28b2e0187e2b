// SPDX-License-Identifier: MIT
/* NETLINK_ROUTE (man 7 rtnetlink): links and addresses; routes come with the IP stack. */
#include <net/netdev.h>

#include <device/device.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/linker_set.h>
#include <lib/string.h>
#include <net/abi.h>
#include <net/netlink.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

/* --- links ------------------------------------------------------------------------------------ */

static uint8_t operstate(const struct netdev *dev)
{
	if (dev->flags & IFF_LOOPBACK)
		return IF_OPER_UNKNOWN;
	return dev->flags & IFF_RUNNING ? IF_OPER_UP : IF_OPER_DOWN;
}

static void add_link(struct netlink_reply *reply, const struct netdev *dev, uint16_t flags)
{
	static const struct rtnl_link_stats64 no_stats;
	struct ifinfomsg *info;
	uint8_t byte;

	netlink_begin(reply, RTM_NEWLINK, flags);
	info = netlink_append(reply, sizeof(*info));
	if (!info)
		return;
	info->ifi_type = (unsigned short)dev->type;
	info->ifi_index = dev->index;
	info->ifi_flags = dev->flags;
	netlink_attr_string(reply, IFLA_IFNAME, dev->name);
	netlink_attr_u32(reply, IFLA_TXQLEN, dev->tx_queue_len);
	byte = operstate(dev);
	netlink_attr(reply, IFLA_OPERSTATE, &byte, 1);
	byte = 0;
	netlink_attr(reply, IFLA_LINKMODE, &byte, 1);
	netlink_attr_u32(reply, IFLA_MTU, dev->mtu);
	netlink_attr_u32(reply, IFLA_GROUP, 0);
	netlink_attr_u32(reply, IFLA_PROMISCUITY, dev->flags & IFF_PROMISC ? 1 : 0);
	netlink_attr(reply, IFLA_ADDRESS, dev->hw_addr, sizeof(dev->hw_addr));
	netlink_attr(reply, IFLA_BROADCAST, dev->hw_broadcast, sizeof(dev->hw_broadcast));
	byte = dev->flags & IFF_RUNNING ? 1 : 0;
	netlink_attr(reply, IFLA_CARRIER, &byte, 1);
	netlink_attr_string(reply, IFLA_QDISC, "noqueue");
	netlink_attr(reply, IFLA_STATS64, &no_stats, sizeof(no_stats));
	netlink_end(reply);
}

/* The device that a message means: by index, or by IFLA_IFNAME. */
static struct netdev *find_link(const struct nlmsghdr *message, const struct ifinfomsg *info, int *err)
{
	char name[NETDEV_NAME_LEN] = { 0 };
	const void *attr;
	size_t len;
	struct netdev *dev;

	*err = -ENODEV;
	if (info->ifi_index > 0)
		return netdev_by_index_locked(info->ifi_index);
	attr = netlink_find_attr(message, sizeof(*info), IFLA_IFNAME, &len);
	if (!attr || !len) {
		*err = -EINVAL;
		return NULL;
	}
	memcpy(name, attr, min(len, sizeof(name) - 1));
	dev = netdev_by_name_locked(name);
	return dev;
}

static int get_link(const struct nlmsghdr *message, const struct ifinfomsg *info, struct netlink_reply *reply)
{
	struct netdev *dev;
	int err = 0;

	if ((message->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) {
		list_for_each_entry(dev, &netdev_list, node)
			add_link(reply, dev, NLM_F_MULTI);
		return 0;
	}
	dev = find_link(message, info, &err);
	if (!dev)
		return err;
	add_link(reply, dev, 0);
	return 0;
}

static int set_link(const struct nlmsghdr *message, const struct ifinfomsg *info)
{
	const void *attr;
	size_t len;
	uint32_t mtu;
	int err;
	struct netdev *dev = find_link(message, info, &err);

	if (!dev)
		return message->nlmsg_type == RTM_NEWLINK && message->nlmsg_flags & NLM_F_CREATE ? -EOPNOTSUPP : err;
	attr = netlink_find_attr(message, sizeof(*info), IFLA_MTU, &len);
	if (attr && len == sizeof(mtu)) {
		memcpy(&mtu, attr, sizeof(mtu));
		if (mtu < 68)
			return -EINVAL;
		dev->mtu = mtu;
	}
	return netdev_set_flags_locked(dev, info->ifi_flags, info->ifi_change ? info->ifi_change : info->ifi_flags);
}

static int link_request(const struct nlmsghdr *message, struct netlink_reply *reply)
{
	struct ifinfomsg info = { 0 };

	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(info)) {
		/* A dump may come with the one-byte general head. */
		if (message->nlmsg_type != RTM_GETLINK || message->nlmsg_len < NLMSG_HDRLEN + sizeof(struct rtgenmsg))
			return -EINVAL;
	} else {
		memcpy(&info, NLMSG_DATA(message), sizeof(info));
	}
	switch (message->nlmsg_type) {
	case RTM_GETLINK:
		return get_link(message, &info, reply);
	case RTM_NEWLINK:
	case RTM_SETLINK:
		return set_link(message, &info);
	}
	return -EOPNOTSUPP;
}

static void tell_link_changed(struct netdev *dev)
{
	struct netlink_reply reply = { 0 };

	add_link(&reply, dev, 0);
	netlink_multicast(NETLINK_ROUTE, RTNLGRP_LINK, &reply);
	kfree(reply.buf);
}

/* --- addresses -------------------------------------------------------------------------------- */

static void add_addr(struct netlink_reply *reply, const struct netdev *dev, const struct netdev_addr *addr)
{
	struct ifaddrmsg *info;

	netlink_begin(reply, RTM_NEWADDR, NLM_F_MULTI);
	info = netlink_append(reply, sizeof(*info));
	if (!info)
		return;
	info->ifa_family = addr->family;
	info->ifa_prefixlen = addr->prefix_len;
	info->ifa_flags = IFA_F_PERMANENT;
	info->ifa_scope = addr->scope;
	info->ifa_index = (uint32_t)dev->index;
	netlink_attr(reply, IFA_ADDRESS, addr->addr, addr->addr_len);
	if (addr->family == AF_INET) {
		netlink_attr(reply, IFA_LOCAL, addr->addr, addr->addr_len);
		netlink_attr_string(reply, IFA_LABEL, dev->name);
	}
	netlink_attr_u32(reply, IFA_FLAGS, IFA_F_PERMANENT);
	netlink_end(reply);
}

static void dump_addrs(struct netlink_reply *reply, uint8_t family)
{
	struct netdev *dev;
	struct netdev_addr *addr;

	list_for_each_entry(dev, &netdev_list, node) {
		list_for_each_entry(addr, &dev->addrs, node) {
			if (family == AF_UNSPEC || family == addr->family)
				add_addr(reply, dev, addr);
		}
	}
}

static int change_addr(const struct nlmsghdr *message, const struct ifaddrmsg *info)
{
	struct netdev_addr addr = { .family = info->ifa_family, .prefix_len = info->ifa_prefixlen,
		.scope = info->ifa_scope };
	struct netdev *dev = netdev_by_index_locked((int)info->ifa_index);
	const void *attr;
	int err;

	if (addr.family != AF_INET && addr.family != AF_INET6)
		return -EOPNOTSUPP;
	if (!dev)
		return -ENODEV;
	attr = netlink_find_attr(message, sizeof(*info), IFA_LOCAL, &addr.addr_len);
	if (!attr)
		attr = netlink_find_attr(message, sizeof(*info), IFA_ADDRESS, &addr.addr_len);
	if (!attr || addr.addr_len != (addr.family == AF_INET ? 4 : 16) || addr.prefix_len > addr.addr_len * 8)
		return -EINVAL;
	memcpy(addr.addr, attr, addr.addr_len);
	if (message->nlmsg_type == RTM_DELADDR)
		return netdev_remove_addr_locked(dev, &addr);
	err = netdev_add_addr_locked(dev, &addr);
	return err == -EEXIST && message->nlmsg_flags & NLM_F_REPLACE ? 0 : err;
}

static int addr_request(const struct nlmsghdr *message, struct netlink_reply *reply)
{
	struct ifaddrmsg info = { 0 };

	if (message->nlmsg_type == RTM_GETADDR) {
		uint8_t family = message->nlmsg_len > NLMSG_HDRLEN ? *(const uint8_t *)NLMSG_DATA(message) : 0;

		if ((message->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
			return -EOPNOTSUPP;
		dump_addrs(reply, family);
		return 0;
	}
	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(info))
		return -EINVAL;
	memcpy(&info, NLMSG_DATA(message), sizeof(info));
	return change_addr(message, &info);
}

/* --- requests --------------------------------------------------------------------------------- */

static bool is_get(uint16_t type)
{
	return ((type - RTM_BASE) & 3) == 2;
}

static int route_request(const struct nlmsghdr *message, struct netlink_reply *reply)
{
	int err = -EOPNOTSUPP;

	if (!is_get(message->nlmsg_type) && !capable(CAP_NET_ADMIN))
		return -EPERM;
	mutex_lock(&netdev_lock);
	switch (message->nlmsg_type) {
	case RTM_GETLINK: case RTM_NEWLINK: case RTM_SETLINK: case RTM_DELLINK:
		err = link_request(message, reply);
		break;
	case RTM_GETADDR: case RTM_NEWADDR: case RTM_DELADDR:
		err = addr_request(message, reply);
		break;
	case RTM_GETROUTE: case RTM_GETNEIGH: case RTM_GETRULE:
		err = (message->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP ? 0 : -ENETUNREACH;
		break;
	}
	mutex_unlock(&netdev_lock);
	return err;
}

static const struct netlink_protocol route_protocol = {
	.protocol = NETLINK_ROUTE,
	.request = route_request,
};
NETLINK_PROTOCOL(route_protocol);

static int rtnetlink_init(void)
{
	netdev_set_notifier(tell_link_changed);
	return 0;
}

static const struct machine_driver rtnetlink_driver = {
	.name = "rtnetlink",
	.init = rtnetlink_init,
};
MACHINE_DRIVER(rtnetlink_driver);
