// SPDX-License-Identifier: MIT
/* The network device ioctls that every socket takes (man 7 netdevice). */
#include <net/netdev.h>

#include <kernel/cred.h>
#include <kernel/errno.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <net/abi.h>
#include <net/socket.h>

#include <linux/if.h>
#include <linux/sockios.h>

static int get_flags(struct netdev *dev, struct ifreq *request)
{
	request->ifr_flags = (short)dev->flags;
	return 0;
}

static int get_addr(struct netdev *dev, struct ifreq *request)
{
	struct netdev_addr *addr;

	list_for_each_entry(addr, &dev->addrs, node) {
		if (addr->family != AF_INET)
			continue;
		memset(&request->ifr_addr, 0, sizeof(request->ifr_addr));
		request->ifr_addr.sa_family = AF_INET;
		memcpy(request->ifr_addr.sa_data + 2, addr->addr, 4);
		return 0;
	}
	return -EADDRNOTAVAIL;
}

static int get_netmask(struct netdev *dev, struct ifreq *request)
{
	struct netdev_addr *addr;

	list_for_each_entry(addr, &dev->addrs, node) {
		uint32_t mask;

		if (addr->family != AF_INET)
			continue;
		memset(&request->ifr_netmask, 0, sizeof(request->ifr_netmask));
		request->ifr_netmask.sa_family = AF_INET;
		mask = __builtin_bswap32(addr->prefix_len ? ~0u << (32 - addr->prefix_len) : 0);
		memcpy(request->ifr_netmask.sa_data + 2, &mask, 4);
		return 0;
	}
	return -EADDRNOTAVAIL;
}

static int handle_locked(unsigned int cmd, struct ifreq *request)
{
	struct netdev *dev = cmd == SIOCGIFNAME ? netdev_by_index_locked(request->ifr_ifindex)
						: netdev_by_name_locked(request->ifr_name);

	if (!dev)
		return -ENODEV;
	switch (cmd) {
	case SIOCGIFNAME:
		memcpy(request->ifr_name, dev->name, IFNAMSIZ);
		return 0;
	case SIOCGIFFLAGS:
		return get_flags(dev, request);
	case SIOCSIFFLAGS:
		return netdev_set_flags_locked(dev, (unsigned short)request->ifr_flags, 0xffff);
	case SIOCGIFINDEX:
		request->ifr_ifindex = dev->index;
		return 0;
	case SIOCGIFMTU:
		request->ifr_mtu = (int)dev->mtu;
		return 0;
	case SIOCSIFMTU:
		if (request->ifr_mtu < 68)
			return -EINVAL;
		dev->mtu = (unsigned int)request->ifr_mtu;
		return 0;
	case SIOCGIFMETRIC:
		request->ifr_metric = 0;
		return 0;
	case SIOCGIFTXQLEN:
		request->ifr_qlen = (int)dev->tx_queue_len;
		return 0;
	case SIOCGIFHWADDR:
		request->ifr_hwaddr.sa_family = (sa_family_t)dev->type;
		memset(request->ifr_hwaddr.sa_data, 0, sizeof(request->ifr_hwaddr.sa_data));
		memcpy(request->ifr_hwaddr.sa_data, dev->hw_addr, sizeof(dev->hw_addr));
		return 0;
	case SIOCGIFMAP:
		memset(&request->ifr_map, 0, sizeof(request->ifr_map));
		return 0;
	case SIOCGIFADDR:
		return get_addr(dev, request);
	case SIOCGIFNETMASK:
		return get_netmask(dev, request);
	}
	return -ENOTTY;
}

/* SIOCGIFCONF: the devices that have an IPv4 address; without a buffer, how much room they need. */
static long list_configured(struct ifconf *user_conf)
{
	struct ifconf conf;
	struct netdev *dev;
	int used = 0, err = 0;

	if (copy_from_user(&conf, user_conf, sizeof(conf)))
		return -EFAULT;
	mutex_lock(&netdev_lock);
	list_for_each_entry(dev, &netdev_list, node) {
		struct ifreq entry = { 0 };

		if (get_addr(dev, &entry))
			continue;
		memcpy(entry.ifr_name, dev->name, IFNAMSIZ);
		if (conf.ifc_buf) {
			if (conf.ifc_len - used < (int)sizeof(entry))
				break;
			if (copy_to_user(conf.ifc_buf + used, &entry, sizeof(entry)))
				err = -EFAULT;
		}
		used += (int)sizeof(entry);
	}
	mutex_unlock(&netdev_lock);
	conf.ifc_len = used;
	return err ? err : copy_to_user(user_conf, &conf, sizeof(conf));
}

static bool is_known(unsigned int cmd)
{
	switch (cmd) {
	case SIOCGIFNAME: case SIOCGIFFLAGS: case SIOCSIFFLAGS: case SIOCGIFINDEX: case SIOCGIFMTU: case SIOCSIFMTU:
	case SIOCGIFMETRIC: case SIOCGIFTXQLEN: case SIOCGIFHWADDR: case SIOCGIFMAP: case SIOCGIFADDR:
	case SIOCGIFNETMASK:
		return true;
	}
	return false;
}

long netdev_ioctl(unsigned int cmd, void *user_arg)
{
	struct ifreq request;
	int err;

	if (cmd == SIOCGIFCONF)
		return list_configured(user_arg);
	if (!is_known(cmd))
		return -ENOTTY;
	if ((cmd == SIOCSIFFLAGS || cmd == SIOCSIFMTU) && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (copy_from_user(&request, user_arg, sizeof(request)))
		return -EFAULT;
	request.ifr_name[IFNAMSIZ - 1] = 0;
	mutex_lock(&netdev_lock);
	err = handle_locked(cmd, &request);
	mutex_unlock(&netdev_lock);
	if (err)
		return err;
	return copy_to_user(user_arg, &request, sizeof(request));
}
