// SPDX-License-Identifier: MIT
/* Making, naming and connecting sockets, and their options: decode, one call down, copy out. */
#include <syscall/define.h>

#include <fs/file.h>
#include <mm/user_copy.h>
#include <net/socket.h>
#include <process/fd_table.h>
#include <syscall/socket_util.h>

#include <asm/fcntl.h>
#include <asm/socket.h>

#define MAX_OPTION_BYTES 256

/* --- making sockets --------------------------------------------------------------------------- */

static int check_type(int type)
{
	return type & ~(SOCK_TYPE_MASK | SOCK_CLOEXEC | SOCK_NONBLOCK) ? -EINVAL : 0;
}

static int install(struct socket *sock, int type)
{
	struct file *file;
	int err = socket_open_file(sock, type, &file);

	return err ? err : fd_install_new(file, type & SOCK_CLOEXEC);
}

SYSCALL_DEFINE(socket, int, family, int, type, int, protocol)
{
	struct socket *sock;
	int err = check_type(type);

	if (!err)
		err = socket_create(family, type, protocol, &sock);
	return err ? err : install(sock, type);
}

SYSCALL_DEFINE(socketpair, int, family, int, type, int, protocol, int *, user_fds)
{
	struct socket *a, *b;
	int fds[2], err = check_type(type);

	if (!err)
		err = socket_create(family, type, protocol, &a);
	if (err)
		return err;
	err = socket_create(family, type, protocol, &b);
	if (!err) {
		err = a->ops->pair ? a->ops->pair(a, b) : -EOPNOTSUPP;
		if (err)
			socket_release(b);
	}
	if (err) {
		socket_release(a);
		return err;
	}
	fds[0] = install(a, type);
	if (fds[0] < 0) {
		socket_release(b);
		return fds[0];
	}
	fds[1] = install(b, type);
	if (fds[1] < 0 || copy_to_user(user_fds, fds, sizeof(fds))) {
		fd_close(fds[0]);
		if (fds[1] < 0)
			return fds[1];
		fd_close(fds[1]);
		return -EFAULT;
	}
	return 0;
}

/* --- naming and connecting -------------------------------------------------------------------- */

SYSCALL_DEFINE(bind, int, fd, const void *, user_addr, int, len)
{
	uint8_t addr[SOCKADDR_BYTES];
	struct socket *sock;
	struct file *file;
	int err = socket_get(fd, &sock, &file);

	if (err)
		return err;
	err = addr_from_user(addr, user_addr, len);
	if (!err)
		err = sock->ops->bind ? sock->ops->bind(sock, addr, (size_t)len) : -EOPNOTSUPP;
	file_put(file);
	return err;
}

SYSCALL_DEFINE(connect, int, fd, const void *, user_addr, int, len)
{
	uint8_t addr[SOCKADDR_BYTES];
	struct socket *sock;
	struct file *file;
	int err = socket_get(fd, &sock, &file);

	if (err)
		return err;
	err = addr_from_user(addr, user_addr, len);
	if (!err)
		err = sock->ops->connect ? sock->ops->connect(sock, addr, (size_t)len, file->flags & O_NONBLOCK)
					 : -EOPNOTSUPP;
	file_put(file);
	return err;
}

SYSCALL_DEFINE(listen, int, fd, int, backlog)
{
	struct socket *sock;
	struct file *file;
	int err = socket_get(fd, &sock, &file);

	if (err)
		return err;
	err = sock->ops->listen ? sock->ops->listen(sock, backlog) : -EOPNOTSUPP;
	file_put(file);
	return err;
}

static long do_accept(int fd, void *user_addr, int *user_len, int flags)
{
	uint8_t addr[SOCKADDR_BYTES];
	struct socket *sock, *child;
	struct file *file, *child_file;
	int err, len;

	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	err = socket_get(fd, &sock, &file);
	if (err)
		return err;
	err = sock->ops->accept ? socket_create(sock->family, sock->type, sock->protocol, &child) : -EOPNOTSUPP;
	if (err)
		goto out;
	err = sock->ops->accept(sock, child, file->flags & O_NONBLOCK);
	if (err) {
		socket_release(child);
		goto out;
	}
	err = socket_open_file(child, flags, &child_file);
	if (err)
		goto out;
	if (user_addr) {
		len = child->ops->getname(child, addr, true);
		err = len < 0 ? -ECONNABORTED : addr_to_user(user_addr, user_len, addr, len);
	}
	if (err)
		file_put(child_file);
	else
		err = fd_install_new(child_file, flags & SOCK_CLOEXEC);
out:
	file_put(file);
	return err;
}

SYSCALL_DEFINE(accept, int, fd, void *, user_addr, int *, user_len)
{
	return do_accept(fd, user_addr, user_len, 0);
}

SYSCALL_DEFINE(accept4, int, fd, void *, user_addr, int *, user_len, int, flags)
{
	return do_accept(fd, user_addr, user_len, flags);
}

static long get_name(int fd, void *user_addr, int *user_len, bool peer)
{
	uint8_t addr[SOCKADDR_BYTES];
	struct socket *sock;
	struct file *file;
	int len = socket_get(fd, &sock, &file);

	if (len)
		return len;
	len = sock->ops->getname ? sock->ops->getname(sock, addr, peer) : -EOPNOTSUPP;
	file_put(file);
	return len < 0 ? len : addr_to_user(user_addr, user_len, addr, len);
}

SYSCALL_DEFINE(getsockname, int, fd, void *, user_addr, int *, user_len)
{
	return get_name(fd, user_addr, user_len, false);
}

SYSCALL_DEFINE(getpeername, int, fd, void *, user_addr, int *, user_len)
{
	return get_name(fd, user_addr, user_len, true);
}

SYSCALL_DEFINE(shutdown, int, fd, int, how)
{
	struct socket *sock;
	struct file *file;
	int err = socket_get(fd, &sock, &file);

	if (err)
		return err;
	err = sock->ops->shutdown ? sock->ops->shutdown(sock, how) : -EOPNOTSUPP;
	file_put(file);
	return err;
}

/* --- options ---------------------------------------------------------------------------------- */

SYSCALL_DEFINE(setsockopt, int, fd, int, level, int, name, const void *, user_value, int, len)
{
	uint8_t value[MAX_OPTION_BYTES];
	struct socket *sock;
	struct file *file;
	int err = socket_get(fd, &sock, &file);

	if (err)
		return err;
	if (len < 0)
		err = -EINVAL;
	else if (copy_from_user(value, user_value, min((size_t)len, sizeof(value))))
		err = -EFAULT;
	else if (level == SOL_SOCKET)
		err = socket_set_option(sock, name, value, min((size_t)len, sizeof(value)));
	else
		err = sock->ops->setsockopt
			      ? sock->ops->setsockopt(sock, level, name, value, min((size_t)len, sizeof(value)))
			      : -ENOPROTOOPT;
	file_put(file);
	return err;
}

SYSCALL_DEFINE(getsockopt, int, fd, int, level, int, name, void *, user_value, int *, user_len)
{
	uint8_t value[MAX_OPTION_BYTES];
	struct socket *sock;
	struct file *file;
	int room, len = socket_get(fd, &sock, &file);

	if (len)
		return len;
	if (get_user(&room, user_len)) {
		len = -EFAULT;
	} else if (room < 0) {
		len = -EINVAL;
	} else {
		size_t size = min((size_t)room, sizeof(value));

		len = level == SOL_SOCKET ? socket_get_option(sock, name, value, size) : -ENOPROTOOPT;
		if (len == -ENOPROTOOPT && sock->ops->getsockopt)
			len = sock->ops->getsockopt(sock, level, name, value, size);
	}
	file_put(file);
	if (len < 0)
		return len;
	if (copy_to_user(user_value, value, (size_t)len))
		return -EFAULT;
	return put_user(len, user_len);
}
