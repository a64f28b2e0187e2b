// SPDX-License-Identifier: MIT
/* What a hostile or careless program does: depth, limits, closed other ends, addresses that fit nothing. */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include "abi.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static int send_fd(int sock, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec vec = { "x", 1 };
	struct msghdr message = { .msg_iov = &vec, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &message, 0);
}

/* Each socket's queue holds the one before; closing the last ends them all. */
static void nested_sockets(void)
{
	int inner = -1, pair[2], depth = 0, pipe_fds[2];
	char c;

	CHECK(pipe(pipe_fds) == 0);
	for (; depth < 2000; depth++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || send_fd(pair[0], inner < 0 ? pipe_fds[1] : inner) != 1)
			break;
		close(pair[0]);
		if (inner >= 0)
			close(inner);
		inner = pair[1];
	}
	show("nested %d deep", depth);
	close(pipe_fds[1]);
	close(inner);
	show("the pipe inside ended: %zd", read(pipe_fds[0], &c, 1));
	close(pipe_fds[0]);
}

static void closed_ends(void)
{
	int pair[2];
	char c, many[32];
	struct iovec vecs[2] = { { many, 3 }, { (void *)-4096L, 100 } };
	struct msghdr message = { .msg_iov = vecs, .msg_iovlen = 2 };

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	CHECK(write(pair[0], "unread", 6) == 6);
	CHECK(write(pair[1], "rest", 4) == 4);
	close(pair[1]);
	SHOW(read(pair[0], many, sizeof(many)));
	SHOW(read(pair[0], many, sizeof(many)));
	SHOW(read(pair[0], many, sizeof(many)));
	close(pair[0]);
	CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	SHOW(read(pair[0], &c, 0));
	SHOW(sendmsg(pair[0], &message, 0));
	vecs[1].iov_base = NULL;
	vecs[1].iov_len = -1;
	SHOW(sendmsg(pair[0], &message, 0));
	message.msg_iovlen = 1025;
	SHOW(sendmsg(pair[0], &message, 0));
	SHOW(setsockopt(pair[0], SOL_SOCKET, SO_MARK, &c, 1));
	close(pair[0]);
	close(pair[1]);
}

static int open_master(int *number)
{
	int zero = 0, master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY);

	CHECK(ioctl(master, TIOCSPTLCK, &zero) == 0 && ioctl(master, TIOCGPTN, number) == 0);
	return master;
}

static int open_slave(int number, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/pts/%d", number);
	return open(path, O_RDWR | O_NOCTTY | flags);
}

static void pty_ends(void)
{
	int a, b, master = open_master(&a), slave = open_slave(a, O_NONBLOCK), other;
	struct termios t;
	struct winsize w = { 7, 8, 0, 0 };
	char buf[8];

	CHECK(tcgetattr(slave, &t) == 0);
	t.c_lflag &= ~(ICANON | ECHO);
	t.c_cc[VMIN] = t.c_cc[VTIME] = 0;
	CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
	SHOW(read(slave, buf, sizeof(buf)));
	t.c_cc[VMIN] = 1;
	CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
	SHOW(read(slave, buf, sizeof(buf)));
	SHOW(ioctl(master, TIOCSIG, SIGKILL));
	SHOW(ioctl(master, TIOCSIG, SIGINT));
	SHOW(ioctl(slave, TIOCEXCL));
	other = open_slave(a, 0);
	show("root opens an exclusive terminal: %d", other >= 0);
	close(other);
	close(master);
	SHOW(read(slave, buf, sizeof(buf)));
	SHOW(write(slave, "x", 1));
	SHOW(ioctl(slave, TIOCSWINSZ, &w));
	master = open_master(&b);
	show("the number of the open slave is taken: %d", a != b);
	other = open_slave(b, 0);
	show("the new one opens: %d", other >= 0);
	close(other);
	SHOW(read(master, buf, sizeof(buf)));
	close(slave);
	close(master);
}

/* Two instances of devpts count from 0 each; a node with a slave's number elsewhere is no terminal. */
static void two_instances(void)
{
	int zero = 0, number = -1, first, here, there;
	char path[64], buf[8] = "";
	struct pollfd p = { .events = POLLIN };

	here = open_master(&first);
	CHECK(mkdir("pts2", 0755) == 0 && mount("x", "pts2", "devpts", 0, "newinstance,ptmxmode=0666") == 0);
	there = open("pts2/ptmx", O_RDWR | O_NOCTTY);
	CHECK(ioctl(there, TIOCSPTLCK, &zero) == 0 && ioctl(there, TIOCGPTN, &number) == 0);
	show("the new instance begins with %d", number);
	snprintf(path, sizeof(path), "pts2/%d", number);
	int slave = open(path, O_RDWR | O_NOCTTY);
	CHECK(write(slave, "there", 5) == 5);
	p.fd = there;
	show("it arrives: %d %.5s", poll(&p, 1, 1000) == 1 && read(there, buf, 5) == 5, buf);
	CHECK(mknod("node", S_IFCHR | 0600, makedev(136, first)) == 0);
	CHECK_ERRNO(open("node", O_RDWR | O_NOCTTY), EIO);
	unlink("node");
	close(slave);
	close(there);
	close(here);
	CHECK(umount("pts2") == 0 && rmdir("pts2") == 0);
}

/* Two readers of a master: the one that comes late waits. */
static void two_readers(void)
{
	int number, master = open_master(&number), slave = open_slave(number, 0), status;
	char buf[64];

	for (int i = 0; i < 2; i++) {
		if (fork() == 0) {
			ssize_t n = read(master, buf, sizeof(buf));

			_exit(n == 1 ? 7 : 1);
		}
	}
	for (int i = 0; i < 2; i++) {
		usleep(20000);
		CHECK(write(slave, "y", 1) == 1);
		CHECK(wait(&status) > 0 && WEXITSTATUS(status) == 7);
	}
	close(slave);
	close(master);
}

/* A line longer than the terminal holds, then another: nothing that was taken may get lost without being dropped. */
static void long_line(void)
{
	int number, master = open_master(&number), slave = open_slave(number, 0), n;
	static char line[6000], got[8192];
	struct termios t;

	CHECK(tcgetattr(slave, &t) == 0);
	t.c_lflag &= ~(ECHO | ECHOE | ECHOK);
	CHECK(tcsetattr(slave, TCSANOW, &t) == 0);
	memset(line, 'a', sizeof(line));
	CHECK(write(master, line, sizeof(line)) == sizeof(line));
	if (fork() == 0) {
		CHECK(write(master, "\nnext line\n", 11) == 11);
		_exit(0);
	}
	n = read(slave, got, sizeof(got));
	show("first line: %d, ends in newline: %d", n, n > 0 && got[n - 1] == '\n');
	n = read(slave, got, sizeof(got) - 1);
	got[n > 0 ? n : 0] = 0;
	show("then: %s", got);
	wait(NULL);
	close(slave);
	close(master);
}

static void signal_queue(void)
{
	struct rlimit limit = { 10, 10 };
	struct timespec none = { 0 };
	union sigval value = { 0 };
	sigset_t set;
	int taken = 0, sent = 0;

	if (fork()) {
		wait(NULL);
		return;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK(setrlimit(RLIMIT_SIGPENDING, &limit) == 0);
	for (int i = 0; i < 50; i++)
		sent += kill(getpid(), SIGRTMIN) == 0;
	SHOW(sigqueue(getpid(), SIGRTMIN, value));
	while (sigtimedwait(&set, NULL, &none) == SIGRTMIN)
		taken++;
	show("sent %d, taken %d", sent, taken);
	_exit(0);
}

/* Not the C library's: it looks at the numbers first. */
#define REMAP(...) syscall(SYS_mremap, __VA_ARGS__)

static void odd_remaps(void)
{
	char *p = mmap(NULL, 4 * 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;

	p[0] = 1;
	CHECK_ERRNO(REMAP(p, 65536, 65536, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, p + 0x50001), EINVAL);
	CHECK_ERRNO(REMAP(p, 65536, 65536, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, p), EINVAL);
	CHECK_ERRNO(REMAP(p, 65536, 65536, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)-65536L), EINVAL);
	/* More than there are addresses: Linux 6.17 looks at that first. */
	CHECK_ERRNO(REMAP(p, 65536, -65536L, MREMAP_MAYMOVE), abi_linux(6, 17) ? EINVAL : ENOMEM);
	CHECK_ERRNO(REMAP(p, -65536L, 65536, MREMAP_MAYMOVE), EINVAL);
	CHECK(REMAP(p, 3 * 65536, 65536, 0) == (long)p);
	CHECK(REMAP(p, 9 * 65536, 65536, 0) == (long)p);
	q = (char *)REMAP(p, 65536, 65536, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	show("moved and left: %d %d", q != MAP_FAILED && q[0] == 1, p[0]);
	munmap(p, 4 * 65536);
	munmap(q, 65536);
}

static int word;

static void *wait_on_word(void *arg)
{
	syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	return arg;
}

/* Waiters moved to the word on which they wait already. */
static void requeue_to_itself(void)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, wait_on_word, NULL);
	usleep(50000);
	SHOW(syscall(SYS_futex, &word, FUTEX_REQUEUE_PRIVATE, 0, (void *)0x7fffffffL, &word, 0));
	SHOW(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

/* The number of ways that a wake-up takes through nested epoll files has a limit. */
static void epoll_lattice(void)
{
	enum { WIDTH = 40 };
	struct epoll_event event = { .events = EPOLLIN };
	int fds[2], bottom = epoll_create1(0), middle[WIDTH], top[WIDTH], refused = 0, other = 0;

	CHECK(pipe(fds) == 0 && epoll_ctl(bottom, EPOLL_CTL_ADD, fds[0], &event) == 0);
	for (int i = 0; i < WIDTH; i++) {
		middle[i] = epoll_create1(0);
		CHECK(epoll_ctl(middle[i], EPOLL_CTL_ADD, bottom, &event) == 0);
	}
	for (int i = 0; i < WIDTH; i++) {
		top[i] = epoll_create1(0);
		for (int j = 0; j < WIDTH; j++)
			if (epoll_ctl(top[i], EPOLL_CTL_ADD, middle[j], &event))
				errno == EINVAL ? refused++ : other++;
	}
	show("a lattice is refused: %d %d", refused > 0, other);
	CHECK(write(fds[1], "x", 1) == 1);
	show("but works: %d", epoll_wait(top[0], &event, 1, 1000));
	for (int i = 0; i < WIDTH; i++) {
		close(top[i]);
		close(middle[i]);
	}
	close(bottom);
	close(fds[0]);
	close(fds[1]);
}

/* A program whose data lies behind its file's end: execve fails when the old program is gone already. */
static void failing_exec(void)
{
	Elf64_Ehdr header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_version = EV_CURRENT, .e_ehsize = sizeof(header), .e_phnum = 1,
		.e_phentsize = sizeof(Elf64_Phdr), .e_phoff = sizeof(header), .e_entry = 0x410000 };
	Elf64_Phdr load = { .p_type = PT_LOAD, .p_offset = 0x40000, .p_vaddr = 0x440000, .p_filesz = 16, .p_memsz = 32,
		.p_flags = PF_R | PF_W, .p_align = 0x10000 };
	static char long_text[100000];
	char *argv[] = { "broken", long_text, NULL };
	int status = 0, own = open("/proc/self/exe", O_RDONLY), fd = open("broken", O_CREAT | O_RDWR, 0755);

	memset(long_text, 'l', sizeof(long_text) - 1);
	CHECK(pread(own, &header.e_machine, 2, offsetof(Elf64_Ehdr, e_machine)) == 2);
	CHECK(write(fd, &header, sizeof(header)) == sizeof(header) && write(fd, &load, sizeof(load)) == sizeof(load));
	close(own);
	close(fd);
	for (int i = 0; i < 20; i++) {
		if (fork() == 0) {
			execv("broken", argv);
			_exit(1);
		}
		wait(&status);
	}
	show("execve past the point of no return: signal %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	unlink("broken");
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	nested_sockets();
	closed_ends();
	pty_ends();
	two_instances();
	two_readers();
	long_line();
	signal_queue();
	odd_remaps();
	requeue_to_itself();
	epoll_lattice();
	failing_exec();
	return abi_failures != 0;
}
