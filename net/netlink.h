/* SPDX-License-Identifier: MIT */
/*
 * Netlink (man 7 netlink): datagrams between a program and a part of the kernel. A protocol (NETLINK_ROUTE ...) gets
 * each request and answers into the asker's queue; groups are told of changes.
 */
#pragma once

#include <kernel/spinlock.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>
#include <linux/netlink.h>

struct netlink_sock;

/* Answers are built in a buffer that grows; each message is finished by netlink_end(). */
struct netlink_reply {
	uint8_t *buf;
	size_t len, size;
	int error; /* -ENOMEM: sticky */
	size_t start; /* of the message being built */
	uint32_t seq, port;
};

void netlink_begin(struct netlink_reply *reply, uint16_t type, uint16_t flags);
void *netlink_append(struct netlink_reply *reply, size_t len); /* zeroed, aligned; NULL: no memory */
void netlink_attr(struct netlink_reply *reply, uint16_t type, const void *data, size_t len);
void netlink_attr_u32(struct netlink_reply *reply, uint16_t type, uint32_t value);
void netlink_attr_string(struct netlink_reply *reply, uint16_t type, const char *text);
void netlink_end(struct netlink_reply *reply);

/* The attribute of that type among those behind a fixed head of head_len bytes, bounds checked; NULL: none. */
const void *netlink_find_attr(const struct nlmsghdr *message, size_t head_len, uint16_t type, size_t *len);

struct netlink_protocol {
	int protocol;
	/* One request (its length was checked): answers into reply; 0 (an ACK follows if asked for) or -errno.
	 * A dump is finished with NLMSG_DONE by the caller. May sleep. */
	int (*request)(const struct nlmsghdr *message, struct netlink_reply *reply);
};
#define NETLINK_PROTOCOL(object) LINKER_SET_ADD(netlink_protocols, object)

/* Sends a copy of reply's messages to every member of a group. May sleep. */
void netlink_multicast(int protocol, unsigned int group, const struct netlink_reply *reply);
