// SPDX-License-Identifier: MIT
/* UNIX sockets: making, connecting, accepting and closing them. */
#include <net/unix.h>

#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/string.h>

#include <asm/ioctls.h>
#include <asm/poll.h>
#include <asm/socket.h>
#include <linux/net.h>
#include <mm/user_copy.h>

struct unix_sock *unix_of(struct socket *sock)
{
	return sock->private_data;
}

void unix_put(struct unix_sock *unix)
{
	bool is_last;

	spin_lock(&unix_lock);
	is_last = --unix->refs == 0;
	spin_unlock(&unix_lock);
	if (is_last)
		kfree(unix);
}

/* --- connecting ------------------------------------------------------------------------------- */

static void join_locked(struct unix_sock *a, struct unix_sock *b)
{
	a->peer = b;
	b->peer = a;
	a->refs++;
	b->refs++;
	a->state = b->state = UNIX_CONNECTED;
	a->peer_ucred = b->ucred;
	b->peer_ucred = a->ucred;
}

static int unix_pair(struct socket *a, struct socket *b)
{
	spin_lock(&unix_lock);
	join_locked(unix_of(a), unix_of(b));
	spin_unlock(&unix_lock);
	return 0;
}

static int connect_dgram(struct unix_sock *unix, const void *addr, size_t len)
{
	struct unix_sock *to = NULL, *old;
	uint16_t family;
	int err = 0;

	if (len < sizeof(family))
		return -EINVAL;
	memcpy(&family, addr, sizeof(family));
	if (family != AF_UNSPEC)
		err = unix_find(addr, len, SOCK_DGRAM, &to);
	if (err)
		return err;
	spin_lock(&unix_lock);
	old = unix->peer;
	unix->peer = to;
	unix->state = to ? UNIX_CONNECTED : UNIX_UNCONNECTED;
	spin_unlock(&unix_lock);
	if (old)
		unix_put(old);
	return 0;
}

/* Queues far, the end that accept will take, at the listener: 0, -EAGAIN (backlog full), -ECONNREFUSED ... What this
 * end sends waits in far. */
static int try_connect(struct unix_sock *unix, struct unix_sock *listener, struct unix_sock *far)
{
	int err = 0;

	spin_lock(&unix_lock);
	if (unix->state == UNIX_CONNECTED)
		err = -EISCONN;
	else if (unix->state != UNIX_UNCONNECTED)
		err = -EINVAL;
	else if (!listener->sock || listener->state != UNIX_LISTENING || listener->recv_shut)
		err = -ECONNREFUSED;
	else if (listener->nr_backlog > listener->max_backlog)
		err = -EAGAIN;
	if (!err) {
		far->addr = listener->addr;
		far->addr_len = listener->addr_len;
		far->ucred = listener->ucred;
		join_locked(unix, far);
		list_add_tail(&far->backlog_node, &listener->backlog);
		listener->nr_backlog++;
		wake_up_poll(&listener->sock->wait, POLLIN | POLLRDNORM);
	}
	spin_unlock(&unix_lock);
	return err;
}

static struct unix_sock *unix_alloc(int type)
{
	struct unix_sock *unix = kzalloc(sizeof(*unix));

	if (!unix)
		return NULL;
	unix->refs = 1;
	unix->type = type;
	list_init(&unix->queue);
	list_init(&unix->backlog);
	list_init(&unix->backlog_node);
	list_init(&unix->bound_node);
	mutex_init(&unix->read_lock);
	wait_queue_init(&unix->space);
	return unix;
}

static int connect_stream(struct socket *sock, const void *addr, size_t len, bool nonblock)
{
	struct unix_sock *unix = unix_of(sock), *listener, *far;
	uint64_t deadline = socket_deadline(sock->send_timeout_ns);
	int err = unix_find(addr, len, sock->type, &listener);

	if (err)
		return err;
	far = unix_alloc(sock->type);
	if (!far) {
		unix_put(listener);
		return -ENOMEM;
	}
	err = try_connect(unix, listener, far);
	if (err == -EAGAIN && !nonblock) {
		int woken = wait_event_interruptible_until(&listener->space,
			(err = try_connect(unix, listener, far)) != -EAGAIN, deadline);

		if (woken && err == -EAGAIN)
			err = woken == -ETIMEDOUT ? -EAGAIN : woken;
	}
	if (err)
		unix_put(far);
	unix_put(listener);
	return err;
}

static int unix_connect(struct socket *sock, const void *addr, size_t len, bool nonblock)
{
	return sock->type == SOCK_DGRAM ? connect_dgram(unix_of(sock), addr, len)
					: connect_stream(sock, addr, len, nonblock);
}

/* --- listening -------------------------------------------------------------------------------- */

static int unix_listen(struct socket *sock, int backlog)
{
	struct unix_sock *unix = unix_of(sock);
	int err = 0;

	if (sock->type == SOCK_DGRAM)
		return -EOPNOTSUPP;
	spin_lock(&unix_lock);
	if (!unix->addr_len || (unix->state != UNIX_UNCONNECTED && unix->state != UNIX_LISTENING)) {
		err = -EINVAL;
	} else {
		unix->state = UNIX_LISTENING;
		unix->max_backlog = backlog < 0 || backlog > 4096 ? 4096 : (unsigned int)backlog;
		unix->ucred = unix_current_ucred();
		sock->is_listening = true;
	}
	spin_unlock(&unix_lock);
	return err;
}

static struct unix_sock *take_backlog(struct unix_sock *unix, int *err)
{
	struct unix_sock *far = NULL;

	spin_lock(&unix_lock);
	*err = unix->state != UNIX_LISTENING ? -EINVAL : unix->recv_shut ? -EINVAL : -EAGAIN;
	if (!list_empty(&unix->backlog)) {
		far = list_first_entry(&unix->backlog, struct unix_sock, backlog_node);
		list_del_init(&far->backlog_node);
		unix->nr_backlog--;
	}
	spin_unlock(&unix_lock);
	if (far)
		wake_up_all(&unix->space);
	return far;
}

static int unix_accept(struct socket *sock, struct socket *child, bool nonblock)
{
	struct unix_sock *unix = unix_of(sock), *far, *fresh = unix_of(child);
	int err;

	if (sock->type == SOCK_DGRAM)
		return -EOPNOTSUPP;
	far = take_backlog(unix, &err);
	if (!far && err == -EAGAIN && !nonblock) {
		int woken = wait_event_interruptible_until(&sock->wait,
			(far = take_backlog(unix, &err)) || err != -EAGAIN, socket_deadline(sock->recv_timeout_ns));

		if (woken && !far)
			err = woken == -ETIMEDOUT ? -EAGAIN : woken;
	}
	if (!far)
		return err;
	/* The end made by connect becomes the child's; the one the child was made with goes. */
	spin_lock(&unix_lock);
	child->private_data = far;
	far->sock = child;
	fresh->sock = NULL;
	spin_unlock(&unix_lock);
	unix_put(fresh);
	return 0;
}

/* --- closing ---------------------------------------------------------------------------------- */

static int unix_shutdown(struct socket *sock, int how)
{
	struct unix_sock *unix = unix_of(sock), *peer;
	int err = 0;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	spin_lock(&unix_lock);
	peer = unix->type == SOCK_DGRAM ? NULL : unix->peer;
	if (unix->state != UNIX_CONNECTED && unix->state != UNIX_LISTENING && unix->state != UNIX_DISCONNECTED)
		err = -ENOTCONN;
	if (!err) {
		unix->recv_shut |= how != SHUT_WR;
		unix->send_shut |= how != SHUT_RD;
		if (peer) {
			peer->recv_shut |= how != SHUT_RD;
			peer->send_shut |= how != SHUT_WR;
			if (peer->sock)
				wake_up_poll(&peer->sock->wait, POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
			wake_up_all(&peer->space);
		}
		wake_up_poll(&sock->wait, POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
		wake_up_all(&unix->space);
	}
	spin_unlock(&unix_lock);
	return err;
}

/* Ends one side: the peer reads what is queued, then end of file; ECONNRESET if this side had unread bytes or was
 * never accepted. */
static void close_end(struct unix_sock *unix, bool was_accepted)
{
	struct unix_sock *peer;

	spin_lock(&unix_lock);
	unix->sock = NULL;
	unix->is_released = true;
	peer = unix->peer;
	unix->peer = NULL;
	unix->state = UNIX_DISCONNECTED;
	bool is_pair = peer && peer->peer == unix && unix->type != SOCK_DGRAM;

	if (is_pair) {
		peer->peer = NULL;
		peer->state = UNIX_DISCONNECTED;
		if (peer->sock) {
			if (!list_empty(&unix->queue) || !was_accepted)
				peer->sock->error = -ECONNRESET;
			wake_up_poll(&peer->sock->wait, POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
		}
	}
	wake_up_all(&unix->space);
	spin_unlock(&unix_lock);
	if (is_pair)
		unix_put(unix);
	if (peer)
		unix_put(peer);
	unix_drop_queue(unix);
}

static void unix_release(struct socket *sock)
{
	struct unix_sock *unix = unix_of(sock), *waiting;
	int err;

	unix_unbind(unix);
	while ((waiting = take_backlog(unix, &err))) {
		close_end(waiting, false);
		unix_put(waiting);
	}
	close_end(unix, true);
	unix_put(unix);
}

/* --- the rest --------------------------------------------------------------------------------- */

static int unix_setsockopt(struct socket *sock, int level, int name, const void *value, size_t len)
{
	return -ENOPROTOOPT;
}

static int unix_getsockopt(struct socket *sock, int level, int name, void *value, size_t size)
{
	struct socket_ucred ucred;
	size_t n = min(size, sizeof(ucred));

	if (level != SOL_SOCKET || name != SO_PEERCRED)
		return level == SOL_SOCKET ? -ENOPROTOOPT : -EOPNOTSUPP;
	spin_lock(&unix_lock);
	ucred = unix_of(sock)->peer_ucred;
	if (unix_of(sock)->state != UNIX_CONNECTED && !ucred.pid)
		ucred = (struct socket_ucred){ 0, UINT32_MAX, UINT32_MAX };
	spin_unlock(&unix_lock);
	memcpy(value, &ucred, n);
	return (int)n;
}

static long unix_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg)
{
	struct unix_sock *unix = unix_of(sock);
	struct unix_message *message;
	int n = 0;

	if (cmd != FIONREAD && cmd != TIOCOUTQ)
		return -ENOTTY;
	spin_lock(&unix_lock);
	if (cmd == TIOCOUTQ) {
		n = unix->peer ? (int)unix->peer->queued_bytes : 0;
	} else {
		list_for_each_entry(message, &unix->queue, node) {
			n += (int)(message->len - message->offset);
			if (unix->type != SOCK_STREAM)
				break;
		}
	}
	spin_unlock(&unix_lock);
	return put_user(n, (int *)arg);
}

static const struct socket_ops unix_ops = {
	.bind = unix_bind,
	.connect = unix_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.getname = unix_getname,
	.send = unix_send,
	.recv = unix_recv,
	.poll = unix_poll,
	.shutdown = unix_shutdown,
	.setsockopt = unix_setsockopt,
	.getsockopt = unix_getsockopt,
	.ioctl = unix_ioctl,
	.pair = unix_pair,
	.release = unix_release,
};

static int unix_create(struct socket *sock)
{
	struct unix_sock *unix;

	if (sock->protocol && sock->protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (sock->type == SOCK_RAW)
		sock->type = SOCK_DGRAM;
	if (sock->type != SOCK_STREAM && sock->type != SOCK_DGRAM && sock->type != SOCK_SEQPACKET)
		return -ESOCKTNOSUPPORT;
	unix = unix_alloc(sock->type);
	if (!unix)
		return -ENOMEM;
	unix->sock = sock;
	unix->ucred = unix_current_ucred();
	sock->private_data = unix;
	sock->ops = &unix_ops;
	return 0;
}

static const struct socket_family unix_family = {
	.family = AF_UNIX,
	.create = unix_create,
};
SOCKET_FAMILY(unix_family);
