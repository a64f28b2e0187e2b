/* SPDX-License-Identifier: MIT */
/*
 * Sockets (man 7 socket): a file over a protocol family. The class keeps what every family has (options, timeouts,
 * shutdown) and knows no family; families register with SOCKET_FAMILY().
 *
 * Operations may sleep and are called without locks unless said. Addresses are kernel copies.
 */
#pragma once

#include <kernel/spinlock.h>
#include <kernel/wait.h>
#include <lib/compiler.h>
#include <lib/linker_set.h>
#include <lib/types.h>
#include <mm/uio.h>
#include <net/abi.h>

struct file;
struct poll_table;
struct socket;

/* One message on its way in or out. */
struct socket_message {
	struct uio uio;
	unsigned int flags; /* MSG_*: in the caller's wishes, out MSG_TRUNC, MSG_CTRUNC ... */
	uint8_t name[SOCKADDR_BYTES];
	size_t name_len; /* 0: none */

	/* SCM_RIGHTS: references; whoever takes them empties the array. */
	struct file **files; /* kmalloc'ed */
	unsigned int nr_files;
	struct socket_ucred ucred;
	bool has_ucred;
};

struct socket_ops {
	int (*bind)(struct socket *sock, const void *addr, size_t len);
	int (*connect)(struct socket *sock, const void *addr, size_t len, bool nonblock);
	int (*listen)(struct socket *sock, int backlog);
	/* A connected socket, its private state ready. */
	int (*accept)(struct socket *sock, struct socket *child, bool nonblock);
	/* Fills addr (SOCKADDR_BYTES), returns the length or -errno. */
	int (*getname)(struct socket *sock, void *addr, bool peer);
	ssize_t (*send)(struct socket *sock, struct socket_message *message, bool nonblock);
	ssize_t (*recv)(struct socket *sock, struct socket_message *message, bool nonblock);
	unsigned int (*poll)(struct socket *sock, struct file *file, struct poll_table *table);
	int (*shutdown)(struct socket *sock, int how);
	/* Own levels; -ENOPROTOOPT. value is a kernel copy. get returns the length. */
	int (*setsockopt)(struct socket *sock, int level, int name, const void *value, size_t len);
	int (*getsockopt)(struct socket *sock, int level, int name, void *value, size_t size);
	long (*ioctl)(struct socket *sock, unsigned int cmd, unsigned long arg); /* -ENOTTY */
	int (*pair)(struct socket *a, struct socket *b);
	void (*release)(struct socket *sock);
};

struct socket {
	const struct socket_ops *ops;
	int family, type, protocol;
	void *private_data;
	struct file *file; /* not counted */
	struct wait_queue wait; /* readers, writers, connecting, accepting */

	/* SO_* of every family; single words, read without a lock. */
	int error; /* SO_ERROR: atomic, taken by reading */
	unsigned int send_buffer_bytes, recv_buffer_bytes;
	uint64_t send_timeout_ns, recv_timeout_ns; /* 0: none */
	bool reuse_addr, keep_alive, broadcast, pass_cred, is_listening;
	int priority, mark;
};

struct socket_family {
	int family;
	/* Sets ops and private_data for type and protocol, or -EPROTONOSUPPORT, -ESOCKTNOSUPPORT, -EPERM. */
	int (*create)(struct socket *sock);
};
#define SOCKET_FAMILY(object) LINKER_SET_ADD(socket_families, object)

/* A socket and the file over it. type may hold SOCK_NONBLOCK. */
__must_check int socket_create(int family, int type, int protocol, struct socket **out);
/* The file takes the socket over. On failure it is released. */
__must_check int socket_open_file(struct socket *sock, int flags, struct file **out);
void socket_release(struct socket *sock);
struct socket *socket_of_file(struct file *file); /* NULL: not a socket */

ssize_t socket_send(struct socket *sock, struct socket_message *message);
ssize_t socket_recv(struct socket *sock, struct socket_message *message);
void socket_message_drop_files(struct socket_message *message);

/* SOL_SOCKET. */
int socket_set_option(struct socket *sock, int name, const void *value, size_t len);
int socket_get_option(struct socket *sock, int name, void *value, size_t size);

/* Absolute deadline of a receive or send that starts now; UINT64_MAX: none. */
uint64_t socket_deadline(uint64_t timeout_ns);
/* ioctls on network devices that every socket takes (SIOCGIFFLAGS ...): net/netdev_ioctl.c. -ENOTTY: not one. */
long netdev_ioctl(unsigned int cmd, void *user_arg);
