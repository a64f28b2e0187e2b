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

static void message_free(struct unix_message *message)
{
	for (unsigned int i = 0; i < message->nr_files; i++)
		file_put(message->files[i]);
	kfree(message->files);
	kfree(message);
}

/* A thread that empties queues. The files that it drops may be sockets with queued files of their own, to any depth:
 * those queues are added to the first one's list instead of being emptied on top of it. */
struct drainer {
	struct list_head node; /* in drainers */
	struct list_head messages;
	struct thread *thread;
};

static struct list_head drainers = LIST_HEAD_INIT(drainers); /* Guarded by unix_lock. */

static struct drainer *running_drainer_locked(void)
{
	struct drainer *drainer;

	list_for_each_entry(drainer, &drainers, node) {
		if (drainer->thread == current)
			return drainer;
	}
	return NULL;
}

void unix_drop_queue(struct unix_sock *unix)
{
	struct drainer own = { .thread = current }, *running;
	struct unix_message *message;

	list_init(&own.messages);
	spin_lock(&unix_lock);
	running = running_drainer_locked();
	list_splice_init(&unix->queue, running ? &running->messages : &own.messages);
	if (!running)
		list_add(&own.node, &drainers);
	spin_unlock(&unix_lock);
	if (running)
		return;
	while ((message = list_first_entry_or_null(&own.messages, struct unix_message, node)) != NULL) {
		list_del(&message->node);
		message_free(message);
	}
	spin_lock(&unix_lock);
	list_del(&own.node);
	spin_unlock(&unix_lock);
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

/* A message's share of the receiver's room: small and empty ones cost memory too. */
static size_t cost(const struct unix_message *message)
{
	return sizeof(*message) + message->len - message->offset;
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
		to->queued_bytes += cost(queued);
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
		message_free(queued);
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

/* The first message, left in the queue; or NULL and why. */
static struct unix_message *first_message(struct unix_sock *unix, int *err)
{
	struct unix_message *first = NULL;

	*err = 0;
	spin_lock(&unix_lock);
	if (!list_empty(&unix->queue))
		first = list_first_entry(&unix->queue, struct unix_message, node);
	else if (unix->state == UNIX_LISTENING)
		*err = -EINVAL;
	else if (unix->recv_shut || unix->state == UNIX_DISCONNECTED)
		*err = -ESHUTDOWN; /* end of file */
	else if (unix->type != SOCK_DGRAM && unix->state != UNIX_CONNECTED)
		*err = unix->type == SOCK_STREAM ? -EINVAL : -ENOTCONN;
	else
		*err = -EAGAIN;
	spin_unlock(&unix_lock);
	return first;
}

static bool need_not_wait(struct unix_sock *unix)
{
	int err;

	return first_message(unix, &err) || err != -EAGAIN;
}

/* read_lock is held, but not while this sleeps. */
static struct unix_message *wait_first(struct socket *sock, bool nonblock, uint64_t deadline, int *err)
{
	struct unix_sock *unix = unix_of(sock);
	struct unix_message *first;

	while (!(first = first_message(unix, err)) && *err == -EAGAIN && !nonblock) {
		int woken;

		mutex_unlock(&unix->read_lock);
		woken = wait_event_interruptible_until(&sock->wait, need_not_wait(unix), deadline);
		mutex_lock(&unix->read_lock);
		if (woken) {
			*err = woken == -ETIMEDOUT ? -EAGAIN : woken;
			break;
		}
	}
	return first;
}

/* What a read that got nothing answers: at the end of file 0, or once that the peer went without reading all. */
static ssize_t nothing_read(struct socket *sock, int err)
{
	return err == -ESHUTDOWN ? __atomic_exchange_n(&sock->error, 0, __ATOMIC_RELAXED) : err;
}

/* Takes n bytes off the first message, and all of it when none are left or it is a packet. read_lock held. */
static void consume(struct unix_sock *unix, struct unix_message *first, size_t n)
{
	bool is_done;

	spin_lock(&unix_lock);
	unix->queued_bytes -= n;
	first->offset += n;
	is_done = unix->type != SOCK_STREAM || first->offset == first->len;
	if (is_done) {
		unix->queued_bytes -= cost(first);
		list_del(&first->node);
	}
	spin_unlock(&unix_lock);
	if (is_done)
		message_free(first);
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
	bool peek = message->flags & MSG_PEEK, wants_real_len = message->flags & MSG_TRUNC;
	struct unix_message *first;
	size_t n, copied, len;
	int err;

	first = wait_first(sock, nonblock, socket_deadline(sock->recv_timeout_ns), &err);
	message->flags = 0;
	if (!first)
		return nothing_read(sock, err);
	len = first->len;
	n = min(first->len, message->uio.left);
	copied = uio_copy_to(&message->uio, first->data, n);
	if (len > n)
		message->flags |= MSG_TRUNC;
	hand_over_extras(sock, message, first, peek);
	if (!peek)
		consume(unix_of(sock), first, 0);
	if (copied < n)
		return -EFAULT;
	return (ssize_t)(wants_real_len ? len : n);
}

/* A stream read stops before a message of other credentials and after one with descriptors. */
static bool ends_before(const struct socket *sock, const struct socket_message *message, const struct unix_message *next)
{
	return next->nr_files || (sock->pass_cred && memcmp(&next->ucred, &message->ucred, sizeof(next->ucred)));
}

static ssize_t recv_stream(struct socket *sock, struct socket_message *message, bool nonblock)
{
	bool peek = message->flags & MSG_PEEK, wait_all = message->flags & MSG_WAITALL, had_files = false;
	uint64_t deadline = socket_deadline(sock->recv_timeout_ns);
	size_t done = 0;
	int err = 0;

	message->flags = 0;
	while (message->uio.left && !had_files && !(peek && done)) {
		bool may_wait = !nonblock && (!done || wait_all);
		struct unix_message *first = wait_first(sock, !may_wait, deadline, &err);
		size_t n, copied;

		if (!first || (done && ends_before(sock, message, first)))
			break;
		had_files = first->nr_files;
		n = min(first->len - first->offset, message->uio.left);
		copied = uio_copy_to(&message->uio, first->data + first->offset, n);
		hand_over_extras(sock, message, first, peek);
		if (!peek)
			consume(unix_of(sock), first, copied);
		done += copied;
		if (copied < n) {
			err = -EFAULT;
			break;
		}
	}
	return done ? (ssize_t)done : nothing_read(sock, err);
}

ssize_t unix_recv(struct socket *sock, struct socket_message *message, bool nonblock)
{
	struct unix_sock *unix = unix_of(sock);
	ssize_t result;

	if (message->flags & MSG_OOB)
		return -EOPNOTSUPP;
	mutex_lock(&unix->read_lock);
	result = sock->type == SOCK_STREAM ? recv_stream(sock, message, nonblock) : recv_packet(sock, message, nonblock);
	mutex_unlock(&unix->read_lock);
	if (result >= 0)
		wake_senders(unix);
	return result;
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
