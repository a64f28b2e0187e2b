// SPDX-License-Identifier: MIT
/* socket(2) and its family: decode addresses, messages and control data; one call down; copy out. */
#include <syscall/define.h>

#include <fs/file.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/signal_send.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <net/socket.h>
#include <process/fd_table.h>

#include <asm/fcntl.h>
#include <asm/socket.h>
#include <linux/time_types.h>
#include <linux/uio.h>

#define MAX_CONTROL_BYTES 4096
#define MAX_OPTION_BYTES 256

/* The socket behind a descriptor with a reference on its file: 0, -EBADF, -ENOTSOCK. */
static int socket_get(int fd, struct socket **sock, struct file **file)
{
	*file = fd_get(fd);
	if (!*file)
		return -EBADF;
	*sock = socket_of_file(*file);
	if (*sock)
		return 0;
	file_put(*file);
	return -ENOTSOCK;
}

static int addr_from_user(void *addr, const void *user_addr, int len)
{
	if (len < 0 || len > SOCKADDR_BYTES)
		return -EINVAL;
	return copy_from_user(addr, user_addr, (size_t)len);
}

/* The value-result length: as much as fits, the whole length told. */
static int addr_to_user(void *user_addr, int *user_len, const void *addr, int len)
{
	int room;

	if (!user_addr)
		return 0;
	if (get_user(&room, user_len))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if (copy_to_user(user_addr, addr, (size_t)min(room, len)))
		return -EFAULT;
	return put_user(len, user_len);
}

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

/* --- control data (man 3 cmsg) ---------------------------------------------------------------- */

#define CMSG_ALIGNED(len) ALIGN_UP((size_t)(len), sizeof(size_t))

static int take_rights(struct socket_message *message, const uint8_t *data, size_t len)
{
	size_t nr = len / sizeof(int);

	if (nr > SCM_MAX_FILES || message->files)
		return -EINVAL;
	if (!nr)
		return 0;
	message->files = kmalloc(nr * sizeof(struct file *));
	if (!message->files)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		int fd;

		memcpy(&fd, data + i * sizeof(int), sizeof(int));
		message->files[i] = fd_get(fd);
		if (!message->files[i])
			return -EBADF;
		message->nr_files++;
	}
	return 0;
}

static int take_credentials(struct socket_message *message, const uint8_t *data, size_t len)
{
	const struct cred *cred = current->cred;
	struct pid *process = signal_ops()->current_process_pid();
	struct socket_ucred *ucred = &message->ucred;

	if (len != sizeof(*ucred))
		return -EINVAL;
	memcpy(ucred, data, sizeof(*ucred));
	if (process && ucred->pid != signal_ops()->pid_to_user(process) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (ucred->uid != cred->uid && ucred->uid != cred->euid && ucred->uid != cred->suid && !capable(CAP_SETUID))
		return -EPERM;
	if (ucred->gid != cred->gid && ucred->gid != cred->egid && ucred->gid != cred->sgid && !capable(CAP_SETGID))
		return -EPERM;
	message->has_ucred = true;
	return 0;
}

static int parse_control(struct socket_message *message, const uint8_t *control, size_t len)
{
	size_t at = 0;

	while (len - at >= sizeof(struct user_cmsghdr)) {
		struct user_cmsghdr head;
		int err = 0;

		memcpy(&head, control + at, sizeof(head));
		if (head.len < sizeof(head) || head.len > len - at)
			return -EINVAL;
		if (head.level == SOL_SOCKET && head.type == SCM_RIGHTS)
			err = take_rights(message, control + at + sizeof(head), head.len - sizeof(head));
		else if (head.level == SOL_SOCKET && head.type == SCM_CREDENTIALS)
			err = take_credentials(message, control + at + sizeof(head), head.len - sizeof(head));
		else if (head.level == SOL_SOCKET)
			err = -EINVAL;
		if (err)
			return err;
		at += min(CMSG_ALIGNED(head.len), len - at);
	}
	return 0;
}

/* Writes control messages; what does not fit is cut, with MSG_CTRUNC. */
struct control_out {
	uint8_t *user;
	size_t room, used;
	bool truncated;
};

static int put_control(struct control_out *out, int type, const void *data, size_t len)
{
	size_t room = out->room - out->used;
	struct user_cmsghdr head = { .len = sizeof(head) + len, .level = SOL_SOCKET, .type = type };

	if (room < head.len)
		out->truncated = true;
	if (room < sizeof(head))
		return 0;
	head.len = min(head.len, room);
	if (copy_to_user(out->user + out->used, &head, sizeof(head)) ||
		copy_to_user(out->user + out->used + sizeof(head), data, head.len - sizeof(head)))
		return -EFAULT;
	out->used += min(CMSG_ALIGNED(head.len), room);
	return 0;
}

static int put_rights(struct control_out *out, struct socket_message *message, bool cloexec)
{
	int fds[SCM_MAX_FILES];
	unsigned int nr = 0;
	size_t room = out->room - out->used;
	size_t fit = room < sizeof(struct user_cmsghdr) ? 0 : (room - sizeof(struct user_cmsghdr)) / sizeof(int);

	while (nr < message->nr_files && nr < fit) {
		int fd = fd_install_new(file_get(message->files[nr]), cloexec);

		if (fd < 0)
			break;
		fds[nr++] = fd;
	}
	if (nr < message->nr_files)
		out->truncated = true;
	return nr ? put_control(out, SCM_RIGHTS, fds, nr * sizeof(int)) : 0;
}

/* --- messages --------------------------------------------------------------------------------- */

/* A message header with its vectors, copied in. */
struct message_in {
	struct user_msghdr header;
	struct iovec *vec;
	struct socket_message message;
};

static int message_copy_in(struct message_in *in, const struct user_msghdr *user_header)
{
	struct user_msghdr *header = &in->header;
	size_t total = 0;

	if (copy_from_user(header, user_header, sizeof(*header)))
		return -EFAULT;
	if (header->nr_iov > UIO_MAXIOV)
		return -EMSGSIZE;
	if (header->name_len < 0)
		return -EINVAL;
	in->vec = kmalloc((header->nr_iov + 1) * sizeof(*in->vec));
	if (!in->vec)
		return -ENOMEM;
	if (copy_from_user(in->vec, header->iov, header->nr_iov * sizeof(*in->vec)))
		return -EFAULT;
	for (size_t i = 0; i < header->nr_iov; i++) {
		if (add_overflows(total, in->vec[i].iov_len, &total) || total > INT32_MAX ||
			!user_range_ok(in->vec[i].iov_base, in->vec[i].iov_len))
			return -EINVAL;
	}
	uio_init_vec(&in->message.uio, in->vec, header->nr_iov);
	return 0;
}

static int control_copy_in(struct message_in *in)
{
	uint8_t *control;
	size_t len = in->header.control_len;
	int err;

	if (!len)
		return 0;
	if (len > MAX_CONTROL_BYTES)
		return -ENOBUFS;
	control = kmalloc(len);
	if (!control)
		return -ENOMEM;
	err = copy_from_user(control, in->header.control, len);
	if (!err)
		err = parse_control(&in->message, control, len);
	kfree(control);
	return err;
}

static long do_sendmsg(struct socket *sock, const struct user_msghdr *user_header, unsigned int flags)
{
	struct message_in in = { 0 };
	long result = message_copy_in(&in, user_header);

	if (!result && in.header.name) {
		in.message.name_len = min((size_t)in.header.name_len, (size_t)SOCKADDR_BYTES);
		result = copy_from_user(in.message.name, in.header.name, in.message.name_len);
	}
	if (!result)
		result = control_copy_in(&in);
	in.message.flags = flags;
	if (!result)
		result = socket_send(sock, &in.message);
	socket_message_drop_files(&in.message);
	kfree(in.vec);
	return result;
}

static int message_copy_out(struct message_in *in, struct user_msghdr *user_header, unsigned int flags)
{
	struct socket_message *message = &in->message;
	struct control_out out = { .user = in->header.control, .room = in->header.control_len };
	int err = 0;

	if (in->header.name) {
		size_t n = min((size_t)in->header.name_len, message->name_len);

		if (copy_to_user(in->header.name, message->name, n))
			return -EFAULT;
		err = put_user((int32_t)message->name_len, &user_header->name_len);
	}
	if (!err && message->has_ucred)
		err = put_control(&out, SCM_CREDENTIALS, &message->ucred, sizeof(message->ucred));
	if (!err && message->nr_files)
		err = put_rights(&out, message, flags & MSG_CMSG_CLOEXEC);
	if (!err)
		err = put_user(out.used, &user_header->control_len);
	if (!err)
		err = put_user(message->flags | (out.truncated ? MSG_CTRUNC : 0), &user_header->flags);
	return err;
}

static long do_recvmsg(struct socket *sock, struct user_msghdr *user_header, unsigned int flags)
{
	struct message_in in = { 0 };
	long result = message_copy_in(&in, user_header);

	in.message.flags = flags;
	if (!result)
		result = socket_recv(sock, &in.message);
	if (result >= 0) {
		int err = message_copy_out(&in, user_header, flags);

		if (err)
			result = err;
	}
	socket_message_drop_files(&in.message);
	kfree(in.vec);
	return result;
}

SYSCALL_DEFINE(sendmsg, int, fd, const struct user_msghdr *, user_header, unsigned int, flags)
{
	struct socket *sock;
	struct file *file;
	long result = socket_get(fd, &sock, &file);

	if (result)
		return result;
	result = do_sendmsg(sock, user_header, flags);
	file_put(file);
	return result;
}

SYSCALL_DEFINE(recvmsg, int, fd, struct user_msghdr *, user_header, unsigned int, flags)
{
	struct socket *sock;
	struct file *file;
	long result = socket_get(fd, &sock, &file);

	if (result)
		return result;
	result = do_recvmsg(sock, user_header, flags);
	file_put(file);
	return result;
}

SYSCALL_DEFINE(sendmmsg, int, fd, struct user_mmsghdr *, user_vec, unsigned int, count, unsigned int, flags)
{
	struct socket *sock;
	struct file *file;
	unsigned int done = 0;
	long result = socket_get(fd, &sock, &file);

	if (result)
		return result;
	for (; done < min(count, (unsigned int)UIO_MAXIOV); done++) {
		result = do_sendmsg(sock, &user_vec[done].header, flags);
		if (result < 0 || (result = put_user((uint32_t)result, &user_vec[done].len)))
			break;
	}
	file_put(file);
	return done ? (long)done : result;
}

SYSCALL_DEFINE(recvmmsg, int, fd, struct user_mmsghdr *, user_vec, unsigned int, count, unsigned int, flags,
	const struct __kernel_timespec *, user_timeout)
{
	struct __kernel_timespec timeout = { 0 };
	struct socket *sock;
	struct file *file;
	unsigned int done = 0;
	uint64_t deadline = UINT64_MAX;
	long result = socket_get(fd, &sock, &file);

	if (result)
		return result;
	if (user_timeout) {
		result = copy_from_user(&timeout, user_timeout, sizeof(timeout));
		if (!result && (timeout.tv_sec < 0 || timeout.tv_nsec < 0 || timeout.tv_nsec >= 1000000000))
			result = -EINVAL;
		deadline = time_monotonic_ns() + (uint64_t)timeout.tv_sec * NSEC_PER_SEC + (uint64_t)timeout.tv_nsec;
	}
	for (; !result && done < min(count, (unsigned int)UIO_MAXIOV); done++) {
		/* MSG_WAITFORONE (0x10000): do not wait for more once one came. */
		bool dont_wait = done && flags & 0x10000;
		long got = do_recvmsg(sock, &user_vec[done].header, (flags & ~0x10000u) | (dont_wait ? MSG_DONTWAIT : 0));

		if (got < 0 || put_user((uint32_t)got, &user_vec[done].len)) {
			result = got < 0 ? got : -EFAULT;
			break;
		}
		if (time_monotonic_ns() >= deadline) {
			done++;
			break;
		}
	}
	file_put(file);
	return done ? (long)done : result;
}

SYSCALL_DEFINE(sendto, int, fd, const void *, user_buf, size_t, len, unsigned int, flags, const void *, user_addr,
	int, addr_len)
{
	struct socket_message message = { .flags = flags };
	struct socket *sock;
	struct file *file;
	long result;

	if (!user_range_ok(user_buf, len))
		return -EFAULT;
	result = socket_get(fd, &sock, &file);
	if (result)
		return result;
	uio_init_user(&message.uio, (void *)user_buf, min(len, (size_t)INT32_MAX));
	if (user_addr) {
		result = addr_from_user(message.name, user_addr, addr_len);
		message.name_len = (size_t)addr_len;
	}
	if (!result)
		result = socket_send(sock, &message);
	file_put(file);
	return result;
}

SYSCALL_DEFINE(recvfrom, int, fd, void *, user_buf, size_t, len, unsigned int, flags, void *, user_addr,
	int *, user_addr_len)
{
	struct socket_message message = { .flags = flags };
	struct socket *sock;
	struct file *file;
	long result;

	if (!user_range_ok(user_buf, len))
		return -EFAULT;
	result = socket_get(fd, &sock, &file);
	if (result)
		return result;
	uio_init_user(&message.uio, user_buf, min(len, (size_t)INT32_MAX));
	result = socket_recv(sock, &message);
	file_put(file);
	socket_message_drop_files(&message);
	if (result >= 0 && user_addr) {
		int err = addr_to_user(user_addr, user_addr_len, message.name, (int)message.name_len);

		if (err)
			result = err;
	}
	return result;
}
