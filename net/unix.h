/* SPDX-License-Identifier: MIT */
/*
 * UNIX domain sockets (man 7 unix): stream, datagram and sequenced packets inside this machine.
 *
 * One lock, unix_lock, guards who is connected to whom, bound names and all queues: messages are built before it is
 * taken and copied out without it. read_lock of the receiving end is taken before it: one reader at a time, so that a
 * message stays at its queue's head while it is copied.
 */
#pragma once

#include <fs/path.h>
#include <kernel/mutex.h>
#include <lib/list.h>
#include <linux/un.h>
#include <net/socket.h>

struct pid;

/* A queued message; files travel as references. */
struct unix_message {
	struct list_head node;
	size_t len, offset; /* offset: bytes of a stream message already read */
	struct socket_ucred ucred;
	bool has_ucred;
	struct file **files;
	unsigned int nr_files;
	struct sockaddr_un from;
	size_t from_len;
	uint8_t data[];
};

enum unix_state { UNIX_UNCONNECTED, UNIX_LISTENING, UNIX_CONNECTED, UNIX_DISCONNECTED };

struct unix_sock {
	unsigned int refs; /* refcount: the socket, its peer, a backlog */
	int type;
	struct mutex read_lock; /* who takes messages off the queue */

	/* Guarded by unix_lock. */
	struct socket *sock; /* NULL before accept and once released */
	bool is_released;
	enum unix_state state;
	struct unix_sock *peer; /* reference */
	struct list_head queue; /* struct unix_message */
	size_t queued_bytes; /* with what each message costs beside its bytes */
	struct list_head backlog; /* connecting ends, by backlog_node */
	struct list_head backlog_node;
	unsigned int nr_backlog, max_backlog;
	bool recv_shut, send_shut;
	struct wait_queue space; /* senders and connecting ends wait here for room */
	struct socket_ucred ucred, peer_ucred; /* SO_PEERCRED */

	struct sockaddr_un addr;
	size_t addr_len; /* 0: no name */
	struct path bound; /* references, which keep it mounted; without dentry: abstract or none */
	struct list_head bound_node;
};

extern struct spinlock unix_lock;

struct unix_sock *unix_of(struct socket *sock);
void unix_put(struct unix_sock *unix);
/* net/unix_name.c: the socket that listens or receives under a name, with a reference. -ECONNREFUSED, -ENOENT, -EPROTOTYPE ... */
__must_check int unix_find(const void *addr, size_t len, int type, struct unix_sock **out);
int unix_bind(struct socket *sock, const void *addr, size_t len);
void unix_unbind(struct unix_sock *unix);
int unix_getname(struct socket *sock, void *addr, bool peer);
/* net/unix_io.c */
ssize_t unix_send(struct socket *sock, struct socket_message *message, bool nonblock);
ssize_t unix_recv(struct socket *sock, struct socket_message *message, bool nonblock);
unsigned int unix_poll(struct socket *sock, struct file *file, struct poll_table *table);
/* Empties the queue of an end that takes no more. */
void unix_drop_queue(struct unix_sock *unix);
struct socket_ucred unix_current_ucred(void);
