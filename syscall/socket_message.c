// SPDX-License-Identifier: MIT
/* send(2), recv(2) and their kin: messages with their vectors, addresses and control data (man 3 cmsg). */
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
#include <syscall/iovec.h>
#include <syscall/socket_util.h>
#include <syscall/time_util.h>

#include <asm/socket.h>
#include <linux/time_types.h>

#define MAX_CONTROL_BYTES 4096

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

	if (!out->user || room < head.len)
		out->truncated = true;
	if (!out->user || room < sizeof(head))
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
	size_t fit = !out->user || room < sizeof(struct user_cmsghdr) ? 0 : (room - sizeof(struct user_cmsghdr)) / sizeof(int);

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
	struct iovec_copy vec;
	struct socket_message message;
};

/* After success the vectors are put with iovec_put(). */
static int message_copy_in(struct message_in *in, const struct user_msghdr *user_header)
{
	struct user_msghdr *header = &in->header;

	if (copy_from_user(header, user_header, sizeof(*header)))
		return -EFAULT;
	if (header->nr_iov > UIO_MAXIOV)
		return -EMSGSIZE;
	if (header->name_len < 0)
		return -EINVAL;
	return iovec_get(&in->vec, &in->message.uio, header->iov, header->nr_iov);
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

	if (result)
		return result;
	if (in.header.name) {
		in.message.name_len = min((size_t)in.header.name_len, (size_t)SOCKADDR_BYTES);
		result = copy_from_user(in.message.name, in.header.name, in.message.name_len);
	}
	if (!result)
		result = control_copy_in(&in);
	in.message.flags = flags;
	if (!result)
		result = socket_send(sock, &in.message);
	socket_message_drop_files(&in.message);
	iovec_put(&in.vec);
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

	if (result)
		return result;
	in.message.flags = flags;
	result = socket_recv(sock, &in.message);
	if (result >= 0) {
		int err = message_copy_out(&in, user_header, flags);

		if (err)
			result = err;
	}
	socket_message_drop_files(&in.message);
	iovec_put(&in.vec);
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
	struct socket *sock;
	struct file *file;
	unsigned int done = 0;
	uint64_t deadline = UINT64_MAX, timeout_ns;
	long result = socket_get(fd, &sock, &file);

	if (result)
		return result;
	if (user_timeout) {
		result = timespec_from_user(user_timeout, &timeout_ns);
		if (!result)
			deadline = deadline_after_ns(timeout_ns);
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
	uio_init_user(&message.uio, (void *)user_buf, min(len, RW_MAX_BYTES));
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
	uio_init_user(&message.uio, user_buf, min(len, RW_MAX_BYTES));
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
