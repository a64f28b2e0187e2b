// SPDX-License-Identifier: MIT
/* Descriptors: dup, close-on-exec, pipes, poll, epoll, eventfd, timerfd, splice and friends. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include "abi.h"

static void numbers(void)
{
	struct rlimit r = { 20, 20 };
	int a = open("/dev/null", O_RDWR), b;

	show("lowest free %d", a);
	SHOW(dup(a));
	SHOW(dup2(a, 15));
	SHOW(dup2(a, a));
	CHECK_ERRNO(dup3(a, a, 0), EINVAL);
	SHOW(dup3(a, 16, O_CLOEXEC));
	SHOW(fcntl(16, F_GETFD));
	SHOW(fcntl(15, F_GETFD));
	SHOW(fcntl(a, F_DUPFD, 17));
	SHOW(fcntl(a, F_DUPFD_CLOEXEC, 17));
	SHOW(setrlimit(RLIMIT_NOFILE, &r));
	CHECK_ERRNO(dup2(a, 20), EBADF);
	CHECK_ERRNO(fcntl(a, F_DUPFD, 20), EINVAL);
	while ((b = dup(a)) >= 0)
		;
	CHECK(errno == EMFILE);
	show("no more: %d", b);
	CHECK_ERRNO(open("/dev/null", O_RDONLY), EMFILE);
	SHOW(syscall(SYS_close_range, 4, 30, 0));
	SHOW(dup(a));
	CHECK_ERRNO(fcntl(a, 9999), EINVAL);
	CHECK_ERRNO(ioctl(a, TIOCGWINSZ, &r), ENOTTY);
}

static void pipes(void)
{
	static char buf[17 * PAGE_MAX];
	int p[2], n = 0;

	CHECK_ERRNO(pipe2(p, 0x1000000), EINVAL);
	SHOW(pipe2(p, O_NONBLOCK));
	CHECK_ERRNO(read(p[0], buf, 1), EAGAIN);
	while (write(p[1], buf, PAGE) == PAGE)
		n++;
	show("room for %d pages", n);
	CHECK(errno == EAGAIN);
	SHOW(ioctl(p[0], FIONREAD, &n));
	show("%d", n);
	SHOW(read(p[0], buf, 10));
	CHECK_ERRNO(write(p[1], buf, PAGE), EAGAIN);
	SHOW(fcntl(p[1], F_GETPIPE_SZ));
	SHOW(fcntl(p[1], F_SETPIPE_SZ, 50 * PAGE));
	SHOW(read(p[0], buf, 17 * PAGE));
	SHOW(write(p[1], buf, 17 * PAGE));
	CHECK_ERRNO(lseek(p[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(pread(p[0], buf, 1, 0), ESPIPE);
	struct stat st;

	fstat(p[0], &st);
	show("a fifo %d", S_ISFIFO(st.st_mode));
	close(p[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO(write(p[1], "x", 1), EPIPE);
	close(p[1]);
	SHOW(pipe(p));
	close(p[1]);
	SHOW(read(p[0], buf, 1));
	close(p[0]);
}

static void polling(void)
{
	struct pollfd f[3];
	int p[2];
	char c;

	SHOW(pipe(p));
	f[0] = (struct pollfd){ p[0], POLLIN, 0 };
	f[1] = (struct pollfd){ p[1], POLLOUT, 0 };
	f[2] = (struct pollfd){ 99, POLLIN, 0 };
	SHOW(poll(f, 3, 0));
	show("%x %x %x", f[0].revents, f[1].revents, f[2].revents);
	SHOW(poll(f, 1, 10));
	write(p[1], "x", 1);
	SHOW(poll(f, 1, 1000));
	show("%x", f[0].revents);
	read(p[0], &c, 1);
	close(p[1]);
	SHOW(poll(f, 1, 1000));
	show("%x", f[0].revents);
	fd_set set;
	struct timeval t = { 0, 1000 };

	FD_ZERO(&set);
	FD_SET(p[0], &set);
	SHOW(select(p[0] + 1, &set, NULL, NULL, &t));
	SHOW(FD_ISSET(p[0], &set));
	FD_SET(50, &set);
	CHECK_ERRNO(select(51, &set, NULL, NULL, &t), EBADF);
	CHECK_ERRNO(select(-1, NULL, NULL, NULL, &t), EINVAL);
}

static void epolls(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET, .data.u32 = 7 }, got[4];
	int ep = epoll_create1(EPOLL_CLOEXEC), p[2], ev = eventfd(3, EFD_NONBLOCK);
	uint64_t v;

	SHOW(pipe(p));
	SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e));
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], &e), EEXIST);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_DEL, p[1], &e), ENOENT);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &e), EINVAL);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, 99, &e), EBADF);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, open("/tmp", O_RDONLY), &e), EPERM);
	CHECK_ERRNO(epoll_wait(ep, got, 0, 0), EINVAL);
	SHOW(epoll_wait(ep, got, 4, 0));
	write(p[1], "ab", 2);
	SHOW(epoll_wait(ep, got, 4, 1000));
	show("%x %u", got[0].events, got[0].data.u32);
	SHOW(epoll_wait(ep, got, 4, 0));
	write(p[1], "c", 1);
	SHOW(epoll_wait(ep, got, 4, 0));
	e.events = EPOLLIN | EPOLLONESHOT;
	SHOW(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &e));
	SHOW(epoll_wait(ep, got, 4, 0));
	SHOW(epoll_wait(ep, got, 4, 0));
	e = (struct epoll_event){ .events = EPOLLIN | EPOLLOUT, .data.u32 = 9 };
	SHOW(epoll_ctl(ep, EPOLL_CTL_ADD, ev, &e));
	SHOW(epoll_wait(ep, got, 4, 0));
	show("%x %u", got[0].events, got[0].data.u32);
	SHOW(read(ev, &v, 8));
	show("value %lu", (unsigned long)v);
	CHECK_ERRNO(read(ev, &v, 8), EAGAIN);
	v = -1;
	CHECK_ERRNO(write(ev, &v, 8), EINVAL);
	CHECK_ERRNO(read(ev, &v, 4), EINVAL);
	close(p[1]);
	e.events = EPOLLIN | EPOLLRDHUP;
	epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &e);
	SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, ev, NULL));
	SHOW(epoll_wait(ep, got, 4, 0));
	show("%x", got[0].events);
	int two = epoll_create1(0);

	e.events = EPOLLIN;
	SHOW(epoll_ctl(two, EPOLL_CTL_ADD, ep, &e));
	SHOW(epoll_wait(two, got, 4, 0));
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, two, &e), ELOOP);
}

static void timers(void)
{
	struct itimerspec t = { { 0, 10000000 }, { 0, 10000000 } }, now;
	uint64_t v = 0;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

	CHECK_ERRNO(timerfd_create(77, 0), EINVAL);
	CHECK_ERRNO(read(fd, &v, 8), EAGAIN);
	SHOW(timerfd_settime(fd, 0, &t, NULL));
	SHOW(timerfd_gettime(fd, &now));
	show("interval %ld", now.it_interval.tv_nsec);
	usleep(55000);
	SHOW(read(fd, &v, 8));
	show("expired several times %d", v >= 5 && v < 30);
	t.it_value.tv_nsec = 1000000000;
	CHECK_ERRNO(timerfd_settime(fd, 0, &t, NULL), EINVAL);
}

static void transfers(void)
{
	static char buf[10000], back[10000];
	int in = open("in", O_CREAT | O_RDWR, 0600), out = open("out", O_CREAT | O_RDWR, 0600), p[2];
	off_t at = 100;

	for (int i = 0; i < 10000; i++)
		buf[i] = i * 7;
	write(in, buf, 10000);
	SHOW(sendfile(out, in, &at, 5000));
	show("offset %ld", (long)at);
	pread(out, back, 5000, 0);
	CHECK(memcmp(back, buf + 100, 5000) == 0);
	pipe(p);
	loff_t off = 0;

	SHOW(splice(in, &off, p[1], NULL, 6000, 0));
	SHOW(splice(p[0], NULL, out, NULL, 6000, 0));
	SHOW(lseek(out, 0, SEEK_CUR));
	off = 0;
	SHOW(copy_file_range(in, &off, out, NULL, 1000, 0));
	CHECK_ERRNO(splice(in, NULL, out, NULL, 1, 0), EINVAL);
}

static void across_exec(void)
{
	int status;

	if (fork() == 0) {
		dup2(1, 30);
		fcntl(30, F_SETFD, FD_CLOEXEC);
		dup2(1, 31);
		execl("/bin/busybox", "sh", "-c", "ls /proc/self/fd | tr '\\n' ' '; echo", (char *)NULL);
		_exit(1);
	}
	wait(&status);
	show("status %d", status);
}

int main(void)
{
	int status;

	if (fork() == 0) {
		numbers();
		_exit(abi_result());
	}
	wait(&status);
	CHECK(status == 0);
	pipes();
	polling();
	epolls();
	timers();
	transfers();
	across_exec();
	return abi_result();
}
