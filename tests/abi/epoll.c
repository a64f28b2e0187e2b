// SPDX-License-Identifier: MIT
/* epoll: level and edge, one-shot, exclusive, nesting, loops, closing, masks; what poll says of each kind of file. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "abi.h"

static int ep;

static void wait_and_show(const char *what, int fd, int timeout)
{
	struct epoll_event e[8];
	int n = epoll_wait(fd, e, 8, timeout);

	show("%s: %d%s%s", what, n, n < 0 ? " " : "", n < 0 ? strerror(errno) : "");
	for (int i = 0; i < n; i++)
		show("  data %llu events %#x", (unsigned long long)e[i].data.u64, e[i].events);
}

static int add(int fd, unsigned events, int data)
{
	struct epoll_event e = { .events = events, .data.u64 = (unsigned)data };

	return epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

static int mod(int fd, unsigned events, int data)
{
	struct epoll_event e = { .events = events, .data.u64 = (unsigned)data };

	return epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e);
}

static void errors(void)
{
	struct epoll_event e = { .events = EPOLLIN };
	int p[2], file = open("plain", O_RDWR | O_CREAT, 0600);

	SHOW(pipe(p) == 0);
	CHECK_ERRNO(epoll_create(0), EINVAL);
	CHECK_ERRNO(epoll_create1(1), EINVAL);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, 99, &e), EBADF);
	CHECK_ERRNO(epoll_ctl(99, EPOLL_CTL_ADD, p[0], &e), EBADF);
	CHECK_ERRNO(epoll_ctl(p[0], EPOLL_CTL_ADD, p[1], &e), EINVAL);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &e), EINVAL);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, file, &e), EPERM);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_MOD, p[0], &e), ENOENT);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL), ENOENT);
	CHECK_ERRNO(epoll_ctl(ep, 77, p[0], &e), EINVAL);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, p[0], (void *)1), EFAULT);
	CHECK_ERRNO(epoll_wait(ep, &e, 0, 0), EINVAL);
	CHECK_ERRNO(epoll_wait(p[0], &e, 1, 0), EINVAL);
	CHECK_ERRNO(epoll_wait(99, &e, 1, 0), EBADF);
	SHOW(add(p[0], EPOLLIN, 1));
	CHECK_ERRNO(add(p[0], EPOLLIN, 1), EEXIST);
	SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, p[0], NULL));
	close(p[0]);
	close(p[1]);
	close(file);
}

static void level_and_edge(void)
{
	char buf[100];
	int p[2];

	SHOW(pipe2(p, O_NONBLOCK));
	SHOW(add(p[0], EPOLLIN, 10));
	SHOW(add(p[1], EPOLLOUT | EPOLLET, 11));
	wait_and_show("writable, edge", ep, 0);
	wait_and_show("told once", ep, 0);
	SHOW(write(p[1], "abc", 3));
	wait_and_show("readable", ep, 0);
	wait_and_show("still readable", ep, 0);
	SHOW(read(p[0], buf, 1));
	wait_and_show("some left", ep, 0);
	SHOW(read(p[0], buf, 100));
	SHOW(mod(p[0], EPOLLIN | EPOLLET, 12));
	wait_and_show("empty", ep, 0);
	SHOW(write(p[1], "x", 1));
	wait_and_show("edge", ep, 0);
	wait_and_show("edge told once", ep, 0);
	SHOW(write(p[1], "y", 1));
	wait_and_show("second edge", ep, 0);
	SHOW(mod(p[0], EPOLLIN | EPOLLONESHOT, 13));
	wait_and_show("one shot", ep, 0);
	SHOW(write(p[1], "z", 1));
	wait_and_show("spent", ep, 0);
	SHOW(mod(p[0], EPOLLIN | EPOLLONESHOT, 14));
	wait_and_show("armed again", ep, 0);
	SHOW(mod(p[0], 0, 15));
	close(p[1]);
	wait_and_show("hang-up comes unasked", ep, 0);
	close(p[0]);
	wait_and_show("closed files leave", ep, 0);
}

static void sockets(void)
{
	char buf[10];
	int s[2];

	SHOW(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s));
	SHOW(add(s[0], EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 20));
	wait_and_show("new socket", ep, 0);
	wait_and_show("nothing new", ep, 0);
	SHOW(write(s[1], "hi", 2));
	wait_and_show("data", ep, 100);
	SHOW(read(s[0], buf, 10));
	SHOW(shutdown(s[1], SHUT_WR));
	wait_and_show("peer shut", ep, 100);
	close(s[1]);
	wait_and_show("peer closed", ep, 100);
	close(s[0]);
}

static void nesting(void)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = 30 };
	int inner = epoll_create1(EPOLL_CLOEXEC), ev = eventfd(0, EFD_NONBLOCK), chain[8];
	uint64_t v = 1;

	SHOW(add(inner, EPOLLIN, 31));
	SHOW(epoll_ctl(inner, EPOLL_CTL_ADD, ev, &e));
	wait_and_show("quiet", ep, 0);
	SHOW(write(ev, &v, 8));
	wait_and_show("outer", ep, 100);
	wait_and_show("inner", inner, 0);
	SHOW(read(ev, &v, 8));
	wait_and_show("outer, quiet again", ep, 0);
	CHECK_ERRNO(epoll_ctl(inner, EPOLL_CTL_ADD, ep, &e), ELOOP);
	for (int i = 0; i < 8; i++)
		chain[i] = epoll_create1(0);
	for (int i = 0; i < 7; i++)
		show("chain %d: %d %d", i, epoll_ctl(chain[i], EPOLL_CTL_ADD, chain[i + 1], &e), errno);
	for (int i = 0; i < 8; i++)
		close(chain[i]);
	close(inner);
	close(ev);
}

static volatile int caught;

static void on_signal(int signo)
{
	caught++;
}

static void signals_and_time(void)
{
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct epoll_event e;
	struct timespec begin, end, ts = { 0, 20000000 };
	sigset_t blocked, none;
	pid_t pid;

	sigaction(SIGUSR1, &a, NULL);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	SHOW(epoll_wait(ep, &e, 1, 30));
	clock_gettime(CLOCK_MONOTONIC, &end);
	long ms = (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000;
	show("slept %d", ms >= 29 && ms < 1000);
	SHOW(syscall(SYS_epoll_pwait2, ep, &e, 1, &ts, NULL, 8));
	pid = fork();
	if (!pid) {
		usleep(50000);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	CHECK_ERRNO(epoll_wait(ep, &e, 1, 5000), EINTR);
	waitpid(pid, NULL, 0);
	show("caught %d", caught);
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	kill(getpid(), SIGUSR1);
	SHOW(epoll_wait(ep, &e, 1, 10));
	CHECK_ERRNO(epoll_pwait(ep, &e, 1, 5000, &none), EINTR);
	show("caught %d", caught);
	sigprocmask(SIG_SETMASK, NULL, &none);
	show("blocked again %d", sigismember(&none, SIGUSR1));
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	CHECK_ERRNO(syscall(SYS_epoll_pwait, ep, &e, 1, 0, &none, 4), EINVAL);
}

static int shared_event;

static void *exclusive_waiter(void *arg)
{
	int own = epoll_create1(0);
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	uint64_t v;

	epoll_ctl(own, EPOLL_CTL_ADD, shared_event, &e);
	if (epoll_wait(own, &e, 1, 5000) == 1 && read(shared_event, &v, 8) == 8)
		__atomic_add_fetch((int *)arg, 1, __ATOMIC_SEQ_CST);
	close(own);
	return NULL;
}

static void exclusive(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT };
	pthread_t t[4];
	uint64_t one = 1;
	int got = 0;

	shared_event = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK);
	CHECK_ERRNO(epoll_ctl(ep, EPOLL_CTL_ADD, shared_event, &e), EINVAL);
	SHOW(add(shared_event, EPOLLIN | EPOLLEXCLUSIVE, 40));
	CHECK_ERRNO(mod(shared_event, EPOLLIN, 40), EINVAL);
	SHOW(epoll_ctl(ep, EPOLL_CTL_DEL, shared_event, NULL));
	for (int i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, exclusive_waiter, &got);
	usleep(50000);
	for (int i = 0; i < 4; i++) {
		if (write(shared_event, &one, 8) != 8)
			show("write failed");
		usleep(20000);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	show("all got one: %d", got == 4);
	close(shared_event);
}

static void poll_kinds(void)
{
	int p[2], ev = eventfd(0, 0), tfd = timerfd_create(CLOCK_MONOTONIC, 0), file = open("plain", O_RDWR);
	struct itimerspec it = { .it_value = { 0, 1 } };
	struct pollfd f[6];
	struct timeval tv = { 0, 0 };
	fd_set in, out, ex;

	SHOW(pipe(p));
	f[0] = (struct pollfd){ p[0], POLLIN | POLLPRI | POLLOUT, 0 };
	f[1] = (struct pollfd){ p[1], POLLIN | POLLOUT, 0 };
	f[2] = (struct pollfd){ ev, POLLIN | POLLOUT, 0 };
	f[3] = (struct pollfd){ tfd, POLLIN, 0 };
	f[4] = (struct pollfd){ file, POLLIN | POLLOUT | POLLPRI, 0 };
	f[5] = (struct pollfd){ 99, POLLIN, 0 };
	SHOW(poll(f, 6, 0));
	for (int i = 0; i < 6; i++)
		show("  %d: %#x", i, f[i].revents);
	timerfd_settime(tfd, 0, &it, NULL);
	f[5].fd = -1;
	SHOW(poll(&f[3], 1, 1000));
	SHOW(poll(f, 6, 0));
	show("  timer %#x, none %#x", f[3].revents, f[5].revents);
	close(p[0]);
	SHOW(poll(&f[1], 1, 0));
	show("  no reader: %#x", f[1].revents);
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&ex);
	FD_SET(tfd, &in);
	FD_SET(ev, &in);
	FD_SET(ev, &out);
	FD_SET(p[1], &out);
	FD_SET(file, &ex);
	SHOW(select(64, &in, &out, &ex, &tv));
	show("  %d %d %d %d %d", !!FD_ISSET(tfd, &in), !!FD_ISSET(ev, &in), !!FD_ISSET(ev, &out), !!FD_ISSET(p[1], &out),
		!!FD_ISSET(file, &ex));
	FD_ZERO(&in);
	FD_SET(60, &in);
	CHECK_ERRNO(select(61, &in, NULL, NULL, &tv), EBADF);
	CHECK_ERRNO(select(-1, NULL, NULL, NULL, &tv), EINVAL);
	tv.tv_usec = 20000;
	SHOW(select(0, NULL, NULL, NULL, &tv));
	show("  time left %ld", (long)tv.tv_usec);
	CHECK_ERRNO(ppoll(f, 1, &(struct timespec){ 0, 2000000000 }, NULL), EINVAL);
	close(p[1]), close(ev), close(tfd), close(file);
}

int main(void)
{
	ep = epoll_create1(0);
	errors();
	level_and_edge();
	sockets();
	nesting();
	signals_and_time();
	exclusive();
	poll_kinds();
	return abi_result();
}
