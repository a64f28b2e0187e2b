// SPDX-License-Identifier: MIT
/* Netlink sockets: queues, ports, groups, and the frame around requests and answers (man 7 netlink, 3 netlink). */
#include <net/netlink.h>

#include <fs/file.h>
#include <fs/poll.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/mutex.h>
#include <kernel/pid.h>
#include <kernel/signal_send.h>
#include <lib/alloc.h>
#include <lib/linker_set.h>
#include <lib/string.h>
#include <net/socket.h>

#include <asm/poll.h>

#define MAX_REQUEST_BYTES 65536
#define MAX_QUEUED_BYTES (1u << 20)
#define DATAGRAM_BYTES 8192 /* dump answers come in pieces no larger */

struct netlink_datagram {
	struct list_head node;
	size_t len;
	uint32_t groups; /* from: 0 unicast */
	uint8_t data[];
};

struct netlink_sock {
	struct socket *sock;
	const struct netlink_protocol *protocol;
	struct list_head node; /* guarded by netlink_lock */

	/* Guarded by netlink_lock. */
	uint32_t port, groups;
	struct list_head queue;
	size_t queued_bytes;
	bool overrun;
};

LINKER_SET_DECLARE(netlink_protocols, const struct netlink_protocol);

static struct spinlock netlink_lock = SPINLOCK_INIT;
static struct list_head netlink_socks = LIST_HEAD_INIT(netlink_socks);
static const struct socket_ops netlink_ops;

/* --- building answers ------------------------------------------------------------------------- */

void *netlink_append(struct netlink_reply *reply, size_t len)
{
	size_t aligned = NLMSG_ALIGN(len);
	uint8_t *at;

	if (reply->error)
		return NULL;
	if (reply->len + aligned > reply->size) {
		size_t size = max(reply->size * 2, reply->len + aligned + 1024);
		uint8_t *buf = krealloc(reply->buf, size);

		if (!buf) {
			reply->error = -ENOMEM;
			return NULL;
		}
		reply->buf = buf;
		reply->size = size;
	}
	at = reply->buf + reply->len;
	memset(at, 0, aligned);
	reply->len += aligned;
	return at;
}

void netlink_begin(struct netlink_reply *reply, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *head;

	reply->start = reply->len;
	head = netlink_append(reply, sizeof(*head));
	if (head)
		*head = (struct nlmsghdr){ .nlmsg_type = type, .nlmsg_flags = flags, .nlmsg_seq = reply->seq,
			.nlmsg_pid = reply->port };
}

void netlink_attr(struct netlink_reply *reply, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = netlink_append(reply, NLA_HDRLEN + len);

	if (!attr)
		return;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + len);
	attr->nla_type = type;
	memcpy((uint8_t *)attr + NLA_HDRLEN, data, len);
}

void netlink_attr_u32(struct netlink_reply *reply, uint16_t type, uint32_t value)
{
	netlink_attr(reply, type, &value, sizeof(value));
}

void netlink_attr_string(struct netlink_reply *reply, uint16_t type, const char *text)
{
	netlink_attr(reply, type, text, strlen(text) + 1);
}

void netlink_end(struct netlink_reply *reply)
{
	if (!reply->error)
		((struct nlmsghdr *)(reply->buf + reply->start))->nlmsg_len = (uint32_t)(reply->len - reply->start);
}

const void *netlink_find_attr(const struct nlmsghdr *message, size_t head_len, uint16_t type, size_t *len)
{
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(head_len);
	const uint8_t *base = (const uint8_t *)message;

	while (at + NLA_HDRLEN <= message->nlmsg_len) {
		struct nlattr attr;

		memcpy(&attr, base + at, sizeof(attr));
		if (attr.nla_len < NLA_HDRLEN || attr.nla_len > message->nlmsg_len - at)
			return NULL;
		if ((attr.nla_type & NLA_TYPE_MASK) == type) {
			*len = attr.nla_len - NLA_HDRLEN;
			return base + at + NLA_HDRLEN;
		}
		at += NLA_ALIGN(attr.nla_len);
	}
	return NULL;
}

/* --- queues ----------------------------------------------------------------------------------- */

/* False: the listener reads too slowly and loses it, which its next read tells. */
static bool queue_locked(struct netlink_sock *to, struct netlink_datagram *datagram)
{
	bool fits = to->queued_bytes + datagram->len <= MAX_QUEUED_BYTES;

	if (fits) {
		list_add_tail(&datagram->node, &to->queue);
		to->queued_bytes += datagram->len;
	} else {
		to->overrun = true;
	}
	wake_up_poll(&to->sock->wait, POLLIN | POLLRDNORM);
	return fits;
}

static int enqueue(struct netlink_sock *to, const uint8_t *data, size_t len, uint32_t groups)
{
	struct netlink_datagram *datagram = kmalloc(sizeof(*datagram) + len);
	bool queued;

	if (!datagram)
		return -ENOBUFS;
	datagram->len = len;
	datagram->groups = groups;
	memcpy(datagram->data, data, len);
	spin_lock(&netlink_lock);
	queued = queue_locked(to, datagram);
	spin_unlock(&netlink_lock);
	if (!queued)
		kfree(datagram);
	return queued ? 0 : -ENOBUFS;
}

/* Whole messages, as many as fit a datagram, each time. */
static int deliver(struct netlink_sock *to, const struct netlink_reply *reply)
{
	size_t start = 0;

	while (start < reply->len) {
		size_t end = start;
		int err;

		do {
			end += NLMSG_ALIGN(((const struct nlmsghdr *)(reply->buf + end))->nlmsg_len);
		} while (end < reply->len &&
			 end - start + ((const struct nlmsghdr *)(reply->buf + end))->nlmsg_len <= DATAGRAM_BYTES);
		err = enqueue(to, reply->buf + start, end - start, 0);
		if (err)
			return err;
		start = end;
	}
	return 0;
}

void netlink_multicast(int protocol, unsigned int group, const struct netlink_reply *reply)
{
	struct netlink_sock *nls;

	if (reply->error)
		return;
	/* Copies are made without the lock: collect one listener after another by its place in the list. */
	for (unsigned int skip = 0;; skip++) {
		struct netlink_datagram *datagram = kmalloc(sizeof(*datagram) + reply->len);
		unsigned int seen = 0;
		bool queued = false, found = false;

		if (!datagram)
			return;
		datagram->len = reply->len;
		datagram->groups = 1u << (group - 1);
		memcpy(datagram->data, reply->buf, reply->len);
		spin_lock(&netlink_lock);
		list_for_each_entry(nls, &netlink_socks, node) {
			if (nls->protocol->protocol != protocol || !(nls->groups & datagram->groups) || seen++ != skip)
				continue;
			queued = queue_locked(nls, datagram);
			found = true;
			break;
		}
		spin_unlock(&netlink_lock);
		if (!queued)
			kfree(datagram);
		if (!found)
			return;
	}
}

/* --- ports ------------------------------------------------------------------------------------ */

static bool port_in_use_locked(const struct netlink_sock *self, uint32_t port)
{
	struct netlink_sock *nls;

	list_for_each_entry(nls, &netlink_socks, node) {
		if (nls != self && nls->protocol == self->protocol && nls->port == port)
			return true;
	}
	return false;
}

/* The process' number, or when that is taken one from the top, as Linux does. */
static int choose_port_locked(struct netlink_sock *nls, uint32_t wanted)
{
	struct pid *process = signal_ops()->current_process_pid();

	if (wanted && port_in_use_locked(nls, wanted))
		return -EADDRINUSE;
	if (!wanted)
		wanted = process ? (uint32_t)signal_ops()->pid_to_user(process) : 1;
	for (uint32_t high = UINT32_MAX - 4096; port_in_use_locked(nls, wanted); high--)
		wanted = high;
	nls->port = wanted;
	return 0;
}

/* A socket that was not bound gets its port with its first use. */
static void autobind(struct netlink_sock *nls)
{
	spin_lock(&netlink_lock);
	if (!nls->port)
		(void)choose_port_locked(nls, 0);
	spin_unlock(&netlink_lock);
}

/* --- requests --------------------------------------------------------------------------------- */

static void add_ack(struct netlink_reply *reply, const struct nlmsghdr *message, int err)
{
	struct nlmsgerr *ack;

	netlink_begin(reply, NLMSG_ERROR, err ? 0 : NLM_F_CAPPED);
	ack = netlink_append(reply, sizeof(*ack) + (err ? message->nlmsg_len - NLMSG_HDRLEN : 0));
	if (!ack)
		return;
	ack->error = err;
	memcpy(&ack->msg, message, err ? message->nlmsg_len : NLMSG_HDRLEN);
	netlink_end(reply);
}

static void add_done(struct netlink_reply *reply)
{
	netlink_begin(reply, NLMSG_DONE, NLM_F_MULTI);
	netlink_append(reply, sizeof(int));
	netlink_end(reply);
}

static int handle_message(struct netlink_sock *nls, const struct nlmsghdr *message)
{
	struct netlink_reply reply = { .seq = message->nlmsg_seq, .port = nls->port };
	bool is_dump = (message->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	int err = 0;

	if (!(message->nlmsg_flags & NLM_F_REQUEST) || message->nlmsg_type < NLMSG_MIN_TYPE)
		err = 0;
	else
		err = nls->protocol->request ? nls->protocol->request(message, &reply) : -EOPNOTSUPP;
	if (err)
		reply.len = 0; /* the error stands for what was begun */
	if (!err && is_dump)
		add_done(&reply);
	if (err || (message->nlmsg_flags & NLM_F_ACK && !is_dump))
		add_ack(&reply, message, err);
	err = reply.error ? reply.error : deliver(nls, &reply);
	kfree(reply.buf);
	return err;
}

static ssize_t netlink_send(struct socket *sock, struct socket_message *message, bool nonblock)
{
	struct netlink_sock *nls = sock->private_data;
	size_t len = message->uio.left, at = 0;
	uint8_t *buf;
	int err = 0;

	if (len > MAX_REQUEST_BYTES)
		return -EMSGSIZE;
	autobind(nls);
	buf = kmalloc(len + 1);
	if (!buf)
		return -ENOBUFS;
	if (uio_copy_from(&message->uio, buf, len) < len) {
		kfree(buf);
		return -EFAULT;
	}
	while (!err && len - at >= NLMSG_HDRLEN) {
		const struct nlmsghdr *head = (const struct nlmsghdr *)(buf + at);

		if (head->nlmsg_len < NLMSG_HDRLEN || head->nlmsg_len > len - at)
			break;
		err = handle_message(nls, head);
		at += min((size_t)NLMSG_ALIGN(head->nlmsg_len), len - at);
	}
	kfree(buf);
	return err ? err : (ssize_t)len;
}

/* --- receive ---------------------------------------------------------------------------------- */

static struct netlink_datagram *take(struct netlink_sock *nls, bool peek, int *err)
{
	struct netlink_datagram *datagram = NULL;

	spin_lock(&netlink_lock);
	*err = nls->overrun ? -ENOBUFS : -EAGAIN;
	if (!nls->overrun && !list_empty(&nls->queue)) {
		datagram = list_first_entry(&nls->queue, struct netlink_datagram, node);
		list_del(&datagram->node);
		nls->queued_bytes -= datagram->len;
	}
	nls->overrun = false;
	spin_unlock(&netlink_lock);
	return datagram;
}

static void put_back(struct netlink_sock *nls, struct netlink_datagram *datagram)
{
	spin_lock(&netlink_lock);
	list_add(&datagram->node, &nls->queue);
	nls->queued_bytes += datagram->len;
	spin_unlock(&netlink_lock);
}

static ssize_t netlink_recv(struct socket *sock, struct socket_message *message, bool nonblock)
{
	struct netlink_sock *nls = sock->private_data;
	bool peek = message->flags & MSG_PEEK, wants_len = message->flags & MSG_TRUNC;
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	struct netlink_datagram *datagram;
	size_t n, copied, len;
	int err;

	datagram = take(nls, peek, &err);
	if (!datagram && err == -EAGAIN && !nonblock) {
		int woken = wait_event_interruptible_until(&sock->wait,
			(datagram = take(nls, peek, &err)) || err != -EAGAIN, socket_deadline(sock->recv_timeout_ns));

		if (woken && !datagram)
			err = woken == -ETIMEDOUT ? -EAGAIN : woken;
	}
	message->flags = 0;
	if (!datagram)
		return err;
	len = datagram->len;
	n = min(len, message->uio.left);
	copied = uio_copy_to(&message->uio, datagram->data, n);
	from.nl_groups = datagram->groups;
	memcpy(message->name, &from, sizeof(from));
	message->name_len = sizeof(from);
	if (n < len)
		message->flags |= MSG_TRUNC;
	message->has_ucred = sock->pass_cred;
	if (peek)
		put_back(nls, datagram);
	else
		kfree(datagram);
	if (copied < n)
		return -EFAULT;
	return (ssize_t)(wants_len ? len : n);
}

static unsigned int netlink_poll(struct socket *sock, struct file *file, struct poll_table *table)
{
	struct netlink_sock *nls = sock->private_data;
	unsigned int events = POLLOUT | POLLWRNORM;

	poll_wait(file, &sock->wait, table);
	spin_lock(&netlink_lock);
	if (!list_empty(&nls->queue))
		events |= POLLIN | POLLRDNORM;
	if (nls->overrun)
		events |= POLLERR;
	spin_unlock(&netlink_lock);
	return events;
}

/* --- sockets ---------------------------------------------------------------------------------- */

static int netlink_bind(struct socket *sock, const void *raw, size_t len)
{
	struct netlink_sock *nls = sock->private_data;
	struct sockaddr_nl addr;
	int err = 0;

	if (len < sizeof(addr))
		return -EINVAL;
	memcpy(&addr, raw, sizeof(addr));
	if (addr.nl_family != AF_NETLINK)
		return -EINVAL;
	spin_lock(&netlink_lock);
	if (nls->port && addr.nl_pid && nls->port != addr.nl_pid)
		err = -EINVAL;
	else if (!nls->port)
		err = choose_port_locked(nls, addr.nl_pid);
	if (!err)
		nls->groups = addr.nl_groups;
	spin_unlock(&netlink_lock);
	return err;
}

static int netlink_connect(struct socket *sock, const void *raw, size_t len, bool nonblock)
{
	autobind(sock->private_data);
	return 0;
}

static int netlink_getname(struct socket *sock, void *addr, bool peer)
{
	struct netlink_sock *nls = sock->private_data;
	struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_pid = peer ? 0 : nls->port,
		.nl_groups = peer ? 0 : nls->groups };

	memcpy(addr, &name, sizeof(name));
	return sizeof(name);
}

static int netlink_setsockopt(struct socket *sock, int level, int name, const void *value, size_t len)
{
	struct netlink_sock *nls = sock->private_data;
	uint32_t n;

	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	if (len < sizeof(n))
		return -EINVAL;
	memcpy(&n, value, sizeof(n));
	switch (name) {
	case NETLINK_ADD_MEMBERSHIP:
	case NETLINK_DROP_MEMBERSHIP:
		if (!n || n > 32)
			return -EINVAL;
		spin_lock(&netlink_lock);
		if (name == NETLINK_ADD_MEMBERSHIP)
			nls->groups |= 1u << (n - 1);
		else
			nls->groups &= ~(1u << (n - 1));
		spin_unlock(&netlink_lock);
		return 0;
	case NETLINK_PKTINFO:
	case NETLINK_BROADCAST_ERROR:
	case NETLINK_NO_ENOBUFS:
	case NETLINK_CAP_ACK:
	case NETLINK_EXT_ACK:
	case NETLINK_GET_STRICT_CHK:
		return 0;
	}
	return -ENOPROTOOPT;
}

static void netlink_release(struct socket *sock)
{
	struct netlink_sock *nls = sock->private_data;
	struct netlink_datagram *datagram, *next;

	spin_lock(&netlink_lock);
	list_del(&nls->node);
	spin_unlock(&netlink_lock);
	list_for_each_entry_safe(datagram, next, &nls->queue, node)
		kfree(datagram);
	kfree(nls);
}

static const struct socket_ops netlink_ops = {
	.bind = netlink_bind,
	.connect = netlink_connect,
	.getname = netlink_getname,
	.send = netlink_send,
	.recv = netlink_recv,
	.poll = netlink_poll,
	.setsockopt = netlink_setsockopt,
	.release = netlink_release,
};

static int netlink_create(struct socket *sock)
{
	const struct netlink_protocol *found = NULL;
	struct netlink_sock *nls;

	if (sock->type != SOCK_RAW && sock->type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	LINKER_SET_FOREACH(netlink_protocols, const struct netlink_protocol, protocol) {
		if (protocol->protocol == sock->protocol)
			found = protocol;
	}
	if (!found)
		return -EPROTONOSUPPORT;
	nls = kzalloc(sizeof(*nls));
	if (!nls)
		return -ENOMEM;
	nls->sock = sock;
	nls->protocol = found;
	list_init(&nls->queue);
	sock->private_data = nls;
	sock->ops = &netlink_ops;
	spin_lock(&netlink_lock);
	list_add_tail(&nls->node, &netlink_socks);
	spin_unlock(&netlink_lock);
	return 0;
}

static const struct socket_family netlink_family = {
	.family = AF_NETLINK,
	.create = netlink_create,
};
SOCKET_FAMILY(netlink_family);

/* Nothing is plugged in while Kindling runs: listeners hear nothing. */
static const struct netlink_protocol uevent_protocol = { .protocol = NETLINK_KOBJECT_UEVENT };
NETLINK_PROTOCOL(uevent_protocol);
