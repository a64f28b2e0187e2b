// SPDX-License-Identifier: MIT
/* UNIX sockets: stream, datagram, seqpacket, names, descriptors passed, credentials, shutdown, options. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "abi.h"

static struct sockaddr_un name(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, path, strlen(path));
	return a;
}

static void streams(void)
{
	struct sockaddr_un a = name("sock"), got;
	int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), c, s;
	socklen_t len = sizeof(got);
	char buf[32] = "";
	struct stat st;

	CHECK_ERRNO(socket(99, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERRNO(socket(AF_UNIX, 77, 0), EINVAL);
	CHECK_ERRNO(listen(open("/dev/null", O_RDONLY), 1), ENOTSOCK);
	CHECK_ERRNO(connect(l, (void *)&a, sizeof(a)), ENOENT);
	SHOW(bind(l, (void *)&a, sizeof(a)));
	CHECK_ERRNO(bind(l, (void *)&a, sizeof(a)), EADDRINUSE);
	SHOW(stat("sock", &st));
	show("a socket %d", S_ISSOCK(st.st_mode));
	c = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK_ERRNO(bind(c, (void *)&a, sizeof(a)), EADDRINUSE);
	CHECK_ERRNO(connect(c, (void *)&a, sizeof(a)), ECONNREFUSED);
	CHECK_ERRNO(write(c, "x", 1), ENOTCONN);
	CHECK_ERRNO(accept(l, NULL, NULL), EINVAL);
	SHOW(listen(l, 2));
	SHOW(connect(c, (void *)&a, sizeof(a)));
	CHECK_ERRNO(connect(c, (void *)&a, sizeof(a)), EISCONN);
	s = accept4(l, (void *)&got, &len, SOCK_NONBLOCK);
	show("peer's name %d bytes", len);
	len = sizeof(got);
	SHOW(getpeername(c, (void *)&got, &len));
	show("%d %s", got.sun_family, got.sun_path);
	CHECK_ERRNO(read(s, buf, 1), EAGAIN);
	SHOW(send(c, "hello", 5, 0));
	SHOW(recv(s, buf, 2, MSG_PEEK));
	SHOW(recv(s, buf, 32, 0));
	show("%s", buf);
	struct ucred cred;

	len = sizeof(cred);
	SHOW(getsockopt(s, SOL_SOCKET, SO_PEERCRED, &cred, &len));
	show("pid %d uid %u", cred.pid == getpid(), cred.uid);
	int v = 0;

	len = sizeof(v);
	SHOW(getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &len));
	show("type %d", v);
	SHOW(shutdown(c, SHUT_WR));
	SHOW(read(s, buf, 32));
	SHOW(write(s, "back", 4));
	SHOW(read(c, buf, 32));
	CHECK_ERRNO(send(c, "x", 1, MSG_NOSIGNAL), EPIPE);
	struct pollfd p = { s, POLLIN | POLLOUT | POLLRDHUP, 0 };

	SHOW(poll(&p, 1, 0));
	show("%x", p.revents);
	close(c);
	SHOW(poll(&p, 1, 0));
	show("%x", p.revents);
	CHECK_ERRNO(send(s, "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_ERRNO(getsockopt(s, 77, 1, &v, &len), EOPNOTSUPP);
	unlink("sock");
}

static void datagrams(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX }, from;
	socklen_t alen = offsetof(struct sockaddr_un, sun_path) + 6, len = sizeof(from);
	int s[2], d = socket(AF_UNIX, SOCK_DGRAM, 0), e = socket(AF_UNIX, SOCK_DGRAM, 0);
	char buf[32];

	memcpy(a.sun_path, "\0plain", 6);
	SHOW(bind(d, (void *)&a, alen));
	CHECK_ERRNO(bind(e, (void *)&a, alen), EADDRINUSE);
	SHOW(sendto(e, "first", 5, 0, (void *)&a, alen));
	SHOW(sendto(e, "second", 6, 0, (void *)&a, alen));
	SHOW(sendto(e, "", 0, 0, (void *)&a, alen));
	SHOW(recvfrom(d, buf, 3, 0, (void *)&from, &len));
	show("from %d bytes", len);
	SHOW(recv(d, buf, 32, MSG_TRUNC));
	SHOW(recv(d, buf, 32, 0));
	CHECK_ERRNO(recv(d, buf, 32, MSG_DONTWAIT), EAGAIN);
	CHECK_ERRNO(send(e, "x", 1, 0), ENOTCONN);
	SHOW(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s));
	SHOW(write(s[0], "abc", 3));
	SHOW(write(s[0], "de", 2));
	SHOW(read(s[1], buf, 32));
	SHOW(read(s[1], buf, 1));
	close(s[0]);
	SHOW(read(s[1], buf, 32));
}

static void passing(void)
{
	int s[2], fds[2], status;
	char control[CMSG_SPACE(2 * sizeof(int))] = { 0 }, byte = 'b', buf[16] = "";
	struct iovec v = { &byte, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	socketpair(AF_UNIX, SOCK_STREAM, 0, s);
	if (fork() == 0) {
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(2 * sizeof(int));
		pipe(fds);
		write(fds[1], "through", 7);
		memcpy(CMSG_DATA(c), fds, sizeof(fds));
		_exit(sendmsg(s[0], &m, 0) != 1);
	}
	wait(&status);
	CHECK(status == 0);
	SHOW(recvmsg(s[1], &m, MSG_CMSG_CLOEXEC));
	c = CMSG_FIRSTHDR(&m);
	show("level %d type %d length %d flags %x", c->cmsg_level, c->cmsg_type, (int)(c->cmsg_len - CMSG_LEN(0)), m.msg_flags & ~MSG_CMSG_CLOEXEC);
	memcpy(fds, CMSG_DATA(c), sizeof(fds));
	show("close on exec %d", fcntl(fds[0], F_GETFD));
	SHOW(read(fds[0], buf, 16));
	show("%s", buf);
	int on = 1;

	SHOW(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	write(s[0], "x", 1);
	m.msg_controllen = sizeof(control);
	SHOW(recvmsg(s[1], &m, 0));
	c = CMSG_FIRSTHDR(&m);
	show("credentials %d", c && c->cmsg_type == SCM_CREDENTIALS && ((struct ucred *)CMSG_DATA(c))->pid == getpid());
}

int main(void)
{
	streams();
	datagrams();
	passing();
	return abi_result();
}
