// SPDX-License-Identifier: MIT
/* Sockets as files, and the options that all families share. */
#include <net/socket.h>

#include <fs/file.h>
#include <fs/inode.h>
#include <fs/poll.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/signal_send.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/string.h>

#include <asm/fcntl.h>
#include <asm/signal.h>
#include <asm/socket.h>
#include <linux/stat.h>
#include <linux/time.h>

#define DEFAULT_BUFFER_BYTES 212992

LINKER_SET_DECLARE(socket_families, const struct socket_family);
static const struct file_ops socket_file_ops;

int socket_create(int family, int type, int protocol, struct socket **out)
{
	struct socket *sock;
	int err = -EAFNOSUPPORT;

	if (family < 0 || family >= AF_MAX)
		return -EAFNOSUPPORT;
	sock = kzalloc(sizeof(*sock));
	if (!sock)
		return -ENOMEM;
	sock->family = family;
	sock->type = type & SOCK_TYPE_MASK;
	sock->protocol = protocol;
	sock->send_buffer_bytes = sock->recv_buffer_bytes = DEFAULT_BUFFER_BYTES;
	wait_queue_init(&sock->wait);
	LINKER_SET_FOREACH(socket_families, const struct socket_family, entry) {
		if (entry->family == family) {
			err = entry->create(sock);
			break;
		}
	}
	if (err) {
		kfree(sock);
		return err;
	}
	*out = sock;
	return 0;
}

void socket_release(struct socket *sock)
{
	sock->ops->release(sock);
	kfree(sock);
}

int socket_open_file(struct socket *sock, int flags, struct file **out)
{
	struct inode *inode = anon_inode_alloc(S_IFSOCK | 0777);
	int err = -ENOMEM;

	if (inode) {
		err = file_open_inode("socket", inode, &socket_file_ops, O_RDWR | (flags & SOCK_NONBLOCK), out);
		if (err)
			inode_put(inode);
	}
	if (err) {
		socket_release(sock);
		return err;
	}
	(*out)->private_data = sock;
	sock->file = *out;
	return 0;
}

struct socket *socket_of_file(struct file *file)
{
	return file->ops == &socket_file_ops ? file->private_data : NULL;
}

uint64_t socket_deadline(uint64_t timeout_ns)
{
	return timeout_ns ? time_monotonic_ns() + timeout_ns : UINT64_MAX;
}

static bool is_nonblocking(const struct socket *sock, unsigned int flags)
{
	return flags & MSG_DONTWAIT || (sock->file && sock->file->flags & O_NONBLOCK);
}

ssize_t socket_send(struct socket *sock, struct socket_message *message)
{
	ssize_t result = sock->ops->send(sock, message, is_nonblocking(sock, message->flags));

	if (result == -EPIPE && !(message->flags & MSG_NOSIGNAL))
		signal_ops()->send_thread(current, SIGPIPE);
	return result;
}

ssize_t socket_recv(struct socket *sock, struct socket_message *message)
{
	return sock->ops->recv(sock, message, is_nonblocking(sock, message->flags));
}

void socket_message_drop_files(struct socket_message *message)
{
	for (unsigned int i = 0; i < message->nr_files; i++)
		file_put(message->files[i]);
	kfree(message->files);
	message->files = NULL;
	message->nr_files = 0;
}

/* --- file operations -------------------------------------------------------------------------- */

static ssize_t socket_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct socket_message message = { .uio = *uio };
	ssize_t result;

	if (!uio->left) /* recv(2) of nothing waits for a packet, read(2) does not */
		return 0;
	result = socket_recv(file->private_data, &message);
	socket_message_drop_files(&message);
	return result;
}

static ssize_t socket_write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct socket_message message = { .uio = *uio };

	return socket_send(file->private_data, &message);
}

static unsigned int socket_poll(struct file *file, struct poll_table *table)
{
	struct socket *sock = file->private_data;

	return sock->ops->poll(sock, file, table);
}

static long socket_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct socket *sock = file->private_data;
	long result = sock->ops->ioctl ? sock->ops->ioctl(sock, cmd, arg) : -ENOTTY;

	return result == -ENOTTY ? netdev_ioctl(cmd, (void *)arg) : result;
}

static void socket_file_release(struct file *file)
{
	struct socket *sock = file->private_data;

	if (sock)
		socket_release(sock);
}

static const struct file_ops socket_file_ops = {
	.read = socket_read,
	.write = socket_write,
	.poll = socket_poll,
	.ioctl = socket_ioctl,
	.release = socket_file_release,
};

/* --- options (man 7 socket) ------------------------------------------------------------------- */

static int set_timeout(uint64_t *timeout_ns, const void *value, size_t len)
{
	struct { int64_t sec, usec; } tv;

	if (len < sizeof(tv))
		return -EINVAL;
	memcpy(&tv, value, sizeof(tv));
	if (tv.usec < 0 || tv.usec >= 1000000)
		return -EDOM;
	*timeout_ns = tv.sec < 0 || tv.sec > 1LL << 32 ? 0 : (uint64_t)tv.sec * NSEC_PER_SEC + (uint64_t)tv.usec * NSEC_PER_USEC;
	return 0;
}

static unsigned int buffer_size(int wanted)
{
	unsigned int bytes = wanted < 0 ? DEFAULT_BUFFER_BYTES : (unsigned int)wanted;

	return max(min(bytes, (unsigned int)DEFAULT_BUFFER_BYTES) * 2, 2304u);
}

int socket_set_option(struct socket *sock, int name, const void *value, size_t len)
{
	int n;

	switch (name) {
	case SO_RCVTIMEO_OLD:
		return set_timeout(&sock->recv_timeout_ns, value, len);
	case SO_SNDTIMEO_OLD:
		return set_timeout(&sock->send_timeout_ns, value, len);
	case SO_LINGER:
		return len < sizeof(int) * 2 ? -EINVAL : 0;
	case SO_ATTACH_FILTER:
	case SO_BINDTODEVICE:
		return -ENOPROTOOPT;
	}
	if (len < sizeof(n))
		return -EINVAL;
	memcpy(&n, value, sizeof(n));
	switch (name) {
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
		if (name == SO_SNDBUFFORCE && !capable(CAP_NET_ADMIN))
			return -EPERM;
		sock->send_buffer_bytes = buffer_size(n);
		return 0;
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		if (name == SO_RCVBUFFORCE && !capable(CAP_NET_ADMIN))
			return -EPERM;
		sock->recv_buffer_bytes = buffer_size(n);
		return 0;
	case SO_REUSEADDR:
		sock->reuse_addr = n;
		return 0;
	case SO_KEEPALIVE:
		sock->keep_alive = n;
		return 0;
	case SO_BROADCAST:
		sock->broadcast = n;
		return 0;
	case SO_PASSCRED:
		sock->pass_cred = n;
		return 0;
	case SO_PRIORITY:
		sock->priority = n;
		return 0;
	case SO_MARK:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		sock->mark = n;
		return 0;
	case SO_DEBUG:
	case SO_DONTROUTE:
	case SO_OOBINLINE:
	case SO_REUSEPORT:
	case SO_TIMESTAMP_OLD:
	case SO_RCVLOWAT:
		return 0;
	}
	return -ENOPROTOOPT;
}

static int get_timeout(uint64_t timeout_ns, void *value, size_t size)
{
	int64_t tv[2] = { (int64_t)(timeout_ns / NSEC_PER_SEC), (int64_t)(timeout_ns % NSEC_PER_SEC / NSEC_PER_USEC) };
	size_t n = min(size, sizeof(tv));

	memcpy(value, tv, n);
	return (int)n;
}

static int get_int_option(struct socket *sock, int name, int *n)
{
	switch (name) {
	case SO_TYPE:
		*n = sock->type;
		return 0;
	case SO_DOMAIN:
		*n = sock->family;
		return 0;
	case SO_PROTOCOL:
		*n = sock->protocol;
		return 0;
	case SO_ERROR:
		*n = -__atomic_exchange_n(&sock->error, 0, __ATOMIC_RELAXED);
		return 0;
	case SO_SNDBUF:
		*n = (int)sock->send_buffer_bytes;
		return 0;
	case SO_RCVBUF:
		*n = (int)sock->recv_buffer_bytes;
		return 0;
	case SO_ACCEPTCONN:
		*n = sock->is_listening;
		return 0;
	case SO_REUSEADDR:
		*n = sock->reuse_addr;
		return 0;
	case SO_KEEPALIVE:
		*n = sock->keep_alive;
		return 0;
	case SO_BROADCAST:
		*n = sock->broadcast;
		return 0;
	case SO_PASSCRED:
		*n = sock->pass_cred;
		return 0;
	case SO_PRIORITY:
		*n = sock->priority;
		return 0;
	case SO_MARK:
		*n = sock->mark;
		return 0;
	case SO_RCVLOWAT:
		*n = 1;
		return 0;
	case SO_DEBUG:
	case SO_DONTROUTE:
	case SO_OOBINLINE:
	case SO_REUSEPORT:
		*n = 0;
		return 0;
	}
	return -ENOPROTOOPT;
}

int socket_get_option(struct socket *sock, int name, void *value, size_t size)
{
	static const int no_linger[2];
	size_t copied;
	int n, err;

	switch (name) {
	case SO_RCVTIMEO_OLD:
		return get_timeout(sock->recv_timeout_ns, value, size);
	case SO_SNDTIMEO_OLD:
		return get_timeout(sock->send_timeout_ns, value, size);
	case SO_LINGER:
		copied = min(size, sizeof(no_linger));
		memcpy(value, no_linger, copied);
		return (int)copied;
	}
	err = get_int_option(sock, name, &n);
	if (err)
		return err;
	copied = min(size, sizeof(n));
	memcpy(value, &n, copied);
	return (int)copied;
}
