// SPDX-License-Identifier: MIT
/* Sending and receiving on UNIX sockets: queues of messages, coalesced for streams, with descriptors and credentials. */
#include <net/unix.h>

#include <fs/file.h>
#include <fs/poll.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/pid.h>
#include <kernel/signal_send.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/string.h>

#include <asm/poll.h>

#define STREAM_CHUNK_BYTES 16384
#define MAX_DGRAM_BYTES 212992

struct spinlock unix_lock = SPINLOCK_INIT;

struct socket_ucred unix_current_ucred(void)
{
	const struct cred *cred = current->cred;
	struct pid *process = signal_ops()->current_process_pid();

	return (struct socket_ucred){ .pid = signal_ops()->pid_to_user(process), .uid = cred->euid, .gid = cred->egid };
}

void unix_message_free(struct unix_message *message)
{
	for (unsigned int i = 0; i < message->nr_files; i++)
		file_put(message->files[i]);
	kfree(message->files);
	kfree(message);
}

/* --- send ------------------------------------------------------------------------------------- */

static int build(struct unix_sock *unix, struct socket_message *message, size_t len, struct unix_message **out)
{
	struct unix_message *queued = kmalloc(sizeof(*queued) + len);

	if (!queued)
		return -ENOMEM;
	memset(queued, 0, sizeof(*queued));
	if (uio_copy_from(&message->uio, queued->data, len) < len) {
		kfree(queued);
		return -EFAULT;
	}
	queued->len = len;
	queued->ucred = message->has_ucred ? message->ucred : unix_current_ucred();
	queued->files = message->files;
	queued->nr_files = message->nr_files;
	message->files = NULL;
	message->nr_files = 0;
	spin_lock(&unix_lock);
	queued->from = unix->addr;
	queued->from_len = unix->addr_len;
	spin_unlock(&unix_lock);
	*out = queued;
	return 0;
}

/* Where a message of this socket goes now, and whether it may: 0, -EAGAIN (full), -EPIPE, -ECONNREFUSED, -ENOTCONN. */
static int may_queue_locked(struct unix_sock *unix, struct unix_sock *to, size_t len)
{
	if (unix->send_shut)
		return -EPIPE;
	if (!to)
		return unix->state == UNIX_DISCONNECTED ? -EPIPE : -ENOTCONN;
	if (to->is_released)
		return unix->type == SOCK_DGRAM ? -ECONNREFUSED : -EPIPE;
	if (to->recv_shut)
		return -EPIPE;
	if (to->queued_bytes && to->queued_bytes + len > unix->sock->send_buffer_bytes)
		return -EAGAIN;
	return 0;
}

static int try_queue(struct unix_sock *unix, struct unix_sock *to, struct unix_message *queued)
{
	int err;

	spin_lock(&unix_lock);
	err = may_queue_locked(unix, to, queued->len);
	if (!err) {
		list_add_tail(&queued->node, &to->queue);
		to->queued_bytes += queued->len + 1;
		if (to->sock)
			wake_up_poll(&to->sock->wait, POLLIN | POLLRDNORM);
	}
	spin_unlock(&unix_lock);
	return err;
}

static struct unix_sock *peer_get(struct unix_sock *unix)
{
	struct unix_sock *peer;

	spin_lock(&unix_lock);
	peer = unix->peer;
	if (peer)
		peer->refs++;
	spin_unlock(&unix_lock);
	return peer;
}

/* Takes queued over when it succeeds. to: NULL for the peer. */
static int queue_message(struct socket *sock, struct unix_sock *to, struct unix_message *queued, bool nonblock)
{
	struct unix_sock *unix = unix_of(sock), *peer = to ? NULL : peer_get(unix);
	struct unix_sock *target = to ? to : peer;
	int err = try_queue(unix, target, queued), woken;

	if (err == -EAGAIN && !nonblock) {
		woken = wait_event_interruptible_until(&target->space,
			(err = try_queue(unix, target, queued)) != -EAGAIN, socket_deadline(sock->send_timeout_ns));
		if (woken && err == -EAGAIN)
			err = woken == -ETIMEDOUT ? -EAGAIN : woken;
	}
	if (peer)
		unix_put(peer);
	return err;
}

static ssize_t send_one(struct socket *sock, struct unix_sock *to, struct socket_message *message, size_t len, bool nonblock)
{
	struct unix_message *queued;
	int err = build(unix_of(sock), message, len, &queued);

	if (err)
		return err;
	err = queue_message(sock, to, queued, nonblock);
	if (err) {
		unix_message_free(queued);
		return err;
	}
	return (ssize_t)len;
}

static ssize_t send_stream(struct socket *sock, struct socket_message *message, bool nonblock)
{
	size_t done = 0;

	if (message->name_len)
		return unix_of(sock)->peer ? -EISCONN : -EOPNOTSUPP;
	while (message->uio.left) {
		size_t len = min(message->uio.left, (size_t)STREAM_CHUNK_BYTES);
		ssize_t sent = send_one(sock, NULL, message, len, nonblock);

		if (sent < 0)
			return done ? (ssize_t)done : sent;
		done += len;
	}
	return (ssize_t)done;
}

ssize_t unix_send(struct socket *sock, struct socket_message *message, bool nonblock)
{
	struct unix_sock *to = NULL;
	ssize_t result;

	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (sock->type == SOCK_STREAM)
		return send_stream(sock, message, nonblock);
	if (message->uio.left > MAX_DGRAM_BYTES || message->uio.left > sock->send_buffer_bytes)
		return -EMSGSIZE;
	if (message->name_len && sock->type == SOCK_DGRAM) {
		int err = unix_find(message->name, message->name_len, sock->type, &to);

		if (err)
			return err;
	}
	result = send_one(sock, to, message, message->uio.left, nonblock);
	if (to)
		unix_put(to);
	return result;
}

/* --- receive ---------------------------------------------------------------------------------- */

/* Blocked senders wait on this end; a polling peer on its own queue. */
static void wake_senders(struct unix_sock *unix)
{
	wake_up_all(&unix->space);
	spin_lock(&unix_lock);
	if (unix->peer && unix->peer->sock)
		wake_up_poll(&unix->peer->sock->wait, POLLOUT | POLLWRNORM);
	spin_unlock(&unix_lock);
}

/* The first message, taken off; or with peek a reason to copy under the caller's care. NULL and *err otherwise. */
static struct unix_message *take_first(struct unix_sock *unix, int *err)
{
	struct unix_message *first = NULL;

	*err = 0;
	spin_lock(&unix_lock);
	if (!list_empty(&unix->queue)) {
		first = list_first_entry(&unix->queue, struct unix_message, node);
		list_del(&first->node);
		unix->queued_bytes -= first->len - first->offset + 1;
	} else if (unix->state == UNIX_LISTENING) {
		*err = -EINVAL;
	} else if (unix->recv_shut || unix->state == UNIX_DISCONNECTED) {
		*err = -ESHUTDOWN; /* end of file */
	} else if (unix->type != SOCK_DGRAM && unix->state != UNIX_CONNECTED) {
		*err = unix->type == SOCK_STREAM ? -EINVAL : -ENOTCONN;
	} else {
		*err = -EAGAIN;
	}
	spin_unlock(&unix_lock);
	return first;
}

static void put_back(struct unix_sock *unix, struct unix_message *message)
{
	spin_lock(&unix_lock);
	list_add(&message->node, &unix->queue);
	unix->queued_bytes += message->len - message->offset + 1;
	spin_unlock(&unix_lock);
}

static struct unix_message *wait_first(struct socket *sock, bool nonblock, int *err)
{
	struct unix_sock *unix = unix_of(sock);
	uint64_t deadline = socket_deadline(sock->recv_timeout_ns);
	struct unix_message *first = take_first(unix, err);

	while (!first && *err == -EAGAIN && !nonblock) {
		int woken = wait_event_interruptible_until(&sock->wait,
			(first = take_first(unix, err)) || *err != -EAGAIN, deadline);

		if (woken && !first) {
			*err = woken == -ETIMEDOUT ? -EAGAIN : woken;
			break;
		}
	}
	return first;
}

static void hand_over_extras(struct socket *sock, struct socket_message *message, struct unix_message *from, bool peek)
{
	message->ucred = from->ucred;
	message->has_ucred = sock->pass_cred;
	if (from->from_len) {
		memcpy(message->name, &from->from, from->from_len);
		message->name_len = from->from_len;
	}
	if (!from->nr_files)
		return;
	if (peek) {
		message->files = kmalloc(from->nr_files * sizeof(struct file *));
		if (!message->files)
			return;
		memcpy(message->files, from->files, from->nr_files * sizeof(struct file *));
		for (unsigned int i = 0; i < from->nr_files; i++)
			file_get(from->files[i]);
		message->nr_files = from->nr_files;
		return;
	}
	message->files = from->files;
	message->nr_files = from->nr_files;
	from->files = NULL;
	from->nr_files = 0;
}

static ssize_t recv_packet(struct socket *sock, struct socket_message *message, bool nonblock)
{
	struct unix_sock *unix = unix_of(sock);
	bool peek = message->flags & MSG_PEEK, wants_real_len = message->flags & MSG_TRUNC;
	struct unix_message *first;
	size_t n, copied, len;
	int err;

	first = wait_first(sock, nonblock, &err);
	message->flags = 0;
	if (!first)
		return err == -ESHUTDOWN ? 0 : err;
	len = first->len;
	n = min(first->len, message->uio.left);
	copied = uio_copy_to(&message->uio, first->data, n);
	if (len > n)
		message->flags |= MSG_TRUNC;
	hand_over_extras(sock, message, first, peek);
	if (peek)
		put_back(unix, first);
	else
		unix_message_free(first);
	wake_senders(unix);
	if (copied < n)
		return -EFAULT;
	return (ssize_t)(wants_real_len ? len : n);
}

/* A stream read stops before a message of other credentials and after one with descriptors. */
static ssize_t recv_stream(struct socket *sock, struct socket_message *message, bool nonblock)
{
	struct unix_sock *unix = unix_of(sock);
	bool peek = message->flags & MSG_PEEK, wait_all = message->flags & MSG_WAITALL;
	size_t done = 0;
	int err = 0;

	message->flags = 0;
	while (message->uio.left) {
		bool may_wait = !nonblock && (!done || wait_all);
		struct unix_message *first = wait_first(sock, !may_wait, &err);
		size_t n, copied;

		if (!first)
			break;
		if (done && (first->nr_files || (sock->pass_cred && memcmp(&first->ucred, &message->ucred, sizeof(first->ucred))))) {
			put_back(unix, first);
			break;
		}
		bool had_files = first->nr_files;

		n = min(first->len - first->offset, message->uio.left);
		copied = uio_copy_to(&message->uio, first->data + first->offset, n);
		hand_over_extras(sock, message, first, peek);
		done += copied;
		if (!peek)
			first->offset += copied;
		if (!peek && first->offset == first->len)
			unix_message_free(first);
		else
			put_back(unix, first);
		if (copied < n)
			err = -EFAULT;
		if (peek || had_files || copied < n)
			break;
	}
	if (done)
		wake_senders(unix);
	if (done || !err || err == -ESHUTDOWN)
		return (ssize_t)done;
	return err;
}

ssize_t unix_recv(struct socket *sock, struct socket_message *message, bool nonblock)
{
	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	return sock->type == SOCK_STREAM ? recv_stream(sock, message, nonblock) : recv_packet(sock, message, nonblock);
}

unsigned int unix_poll(struct socket *sock, struct file *file, struct poll_table *table)
{
	struct unix_sock *unix = unix_of(sock);
	unsigned int events = 0;

	poll_wait(file, &sock->wait, table);
	spin_lock(&unix_lock);
	if (!list_empty(&unix->queue) || !list_empty(&unix->backlog) || unix->recv_shut)
		events |= POLLIN | POLLRDNORM;
	if (unix->recv_shut)
		events |= POLLRDHUP;
	if (unix->state == UNIX_DISCONNECTED || (unix->recv_shut && unix->send_shut))
		events |= POLLHUP | POLLIN | POLLRDNORM | POLLRDHUP;
	if (unix->type != SOCK_DGRAM && unix->state == UNIX_UNCONNECTED)
		events |= POLLHUP;
	if (unix->state != UNIX_LISTENING && (!unix->peer || unix->peer->queued_bytes * 4 <= sock->send_buffer_bytes))
		events |= POLLOUT | POLLWRNORM;
	spin_unlock(&unix_lock);
	if (sock->error)
		events |= POLLERR;
	return events;
}
