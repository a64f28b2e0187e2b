/* SPDX-License-Identifier: MIT */
/* Socket numbers that Linux's ABI fixes but its UAPI headers leave to the C library (man 2 socket, send, recv). */
#pragma once

#include <lib/types.h>

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_PACKET 17
#define AF_MAX 46

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_TYPE_MASK 0xf
#define SOCK_CLOEXEC 02000000
#define SOCK_NONBLOCK 04000

#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_CTRUNC 0x8
#define MSG_TRUNC 0x20
#define MSG_DONTWAIT 0x40
#define MSG_EOR 0x80
#define MSG_WAITALL 0x100
#define MSG_NOSIGNAL 0x4000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

#define SCM_RIGHTS 1
#define SCM_CREDENTIALS 2
#define SCM_MAX_FILES 253

#define SOL_NETLINK 270
#define SOCKADDR_BYTES 128 /* sizeof(struct sockaddr_storage) */

struct socket_ucred {
	int32_t pid;
	uint32_t uid, gid;
};

/* struct msghdr and cmsghdr as a 64-bit program passes them. */
struct user_msghdr {
	void *name;
	int32_t name_len;
	void *iov;
	size_t nr_iov;
	void *control;
	size_t control_len;
	uint32_t flags;
};

struct user_mmsghdr {
	struct user_msghdr header;
	uint32_t len;
};

struct user_cmsghdr {
	size_t len;
	int32_t level;
	int32_t type;
};
