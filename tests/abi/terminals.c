// SPDX-License-Identifier: MIT
/* Pseudo terminals: line discipline, echo, signals from keys, window size, sessions, hang-up, job control. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "abi.h"

static volatile int last;

static void handler(int signo)
{
	last = signo;
}

static int open_pair(int *slave)
{
	int n = -1, zero = 0, master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	char path[32];

	CHECK(ioctl(master, TIOCSPTLCK, &zero) == 0);
	CHECK(ioctl(master, TIOCGPTN, &n) == 0);
	snprintf(path, sizeof(path), "/dev/pts/%d", n);
	*slave = open(path, O_RDWR | O_NOCTTY);
	CHECK(*slave >= 0);
	return master;
}

static void print_bytes(const char *what, int fd)
{
	unsigned char buf[256];
	char out[1024] = "";
	struct pollfd p = { fd, POLLIN, 0 };
	int n = poll(&p, 1, 200) == 1 ? read(fd, buf, sizeof(buf)) : -2;

	for (int i = 0; i < n; i++)
		snprintf(out + strlen(out), 8, buf[i] < 32 || buf[i] > 126 ? "<%d>" : "%c", buf[i]);
	show("%s: %d %s", what, n, out);
}

static void discipline(void)
{
	int s, m = open_pair(&s);
	struct termios t;
	struct winsize w = { 10, 20, 0, 0 };

	SHOW(tcgetattr(s, &t));
	show("flags %x %x %x %x", t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag);
	show("intr %d erase %d eof %d min %d speed %u", t.c_cc[VINTR], t.c_cc[VERASE], t.c_cc[VEOF], t.c_cc[VMIN], cfgetospeed(&t));
	write(m, "abx\x7f" "c\n", 6);
	print_bytes("line", s);
	print_bytes("echo", m);
	write(m, "no end", 6);
	print_bytes("no line yet", s);
	write(m, "\x15word one\x17two\x04", 14);
	print_bytes("killed line, erased word, end", s);
	write(m, "\x04", 1);
	print_bytes("end of file", s);
	print_bytes("echo", m);
	write(s, "out\n", 4);
	print_bytes("output", m);
	t.c_lflag &= ~(ICANON | ECHO);
	t.c_cc[VMIN] = 3;
	t.c_cc[VTIME] = 0;
	SHOW(tcsetattr(s, TCSANOW, &t));
	write(m, "ab", 2);
	print_bytes("raw, fewer than VMIN", s);
	write(m, "\r", 1);
	print_bytes("raw", s);
	print_bytes("no echo", m);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 1;
	t.c_iflag &= ~ICRNL;
	t.c_oflag &= ~OPOST;
	tcsetattr(s, TCSADRAIN, &t);
	char c;

	SHOW(read(s, &c, 1));
	write(m, "\r", 1);
	print_bytes("cr", s);
	write(s, "a\n", 2);
	print_bytes("no post-processing", m);
	SHOW(ioctl(m, TIOCSWINSZ, &w));
	memset(&w, 0, sizeof(w));
	SHOW(ioctl(s, TIOCGWINSZ, &w));
	show("%d x %d", w.ws_row, w.ws_col);
	int n = -1;

	write(m, "12345", 5);
	usleep(30000);
	SHOW(ioctl(s, FIONREAD, &n));
	show("%d", n);
	SHOW(tcflush(s, TCIFLUSH));
	SHOW(ioctl(s, FIONREAD, &n));
	show("%d", n);
	SHOW(isatty(s));
	struct stat st;

	fstat(s, &st);
	show("mode %o major %lu", st.st_mode, (unsigned long)st.st_rdev >> 8);
	CHECK_ERRNO(tcgetpgrp(s), ENOTTY);
	close(m);
	SHOW(read(s, &c, 1));
	CHECK_ERRNO(write(s, "x", 1), EIO);
	close(s);
}

static void keys(void)
{
	int s, m = open_pair(&s), status;
	char c;

	pid_t pid = fork();

	if (pid == 0) {
		close(m);
		setsid();
		SHOW(ioctl(s, TIOCSCTTY, 0));
		show("foreground %d session %d", tcgetpgrp(s) == getpgrp(), tcgetsid(s) == getsid(0));
		show("/dev/tty opens %d", open("/dev/tty", O_RDWR) >= 0);
		struct sigaction a = { .sa_handler = handler };

		for (int i = 0; i < 2; i++) {
			sigaction(i ? SIGQUIT : SIGINT, &a, NULL);
			write(s, "R", 1);
			while (!last)
				usleep(1000);
			show("signal %d", last);
			last = 0;
		}
		sigaction(SIGWINCH, &a, NULL);
		write(s, "R", 1);
		while (!last)
			usleep(1000);
		show("signal %d", last);
		/* A child in the background that reads is stopped. */
		pid_t child = fork();

		if (child == 0) {
			setpgid(0, 0);
			read(s, &c, 1);
			_exit(read(s, &c, 1) == 1 ? c : 99);
		}
		SHOW(waitpid(child, &status, WUNTRACED) == child);
		show("stopped by %d", WSTOPSIG(status));
		signal(SIGTTOU, SIG_IGN);
		SHOW(tcsetpgrp(s, child));
		kill(-child, SIGCONT);
		write(s, "R", 1);
		waitpid(child, &status, 0);
		show("child %#x", status);
		SHOW(tcsetpgrp(s, getpgrp()));
		last = 0;
		sigaction(SIGHUP, &a, NULL);
		sigaction(SIGCONT, &a, NULL);
		write(s, "R", 1);
		while (!last)
			usleep(1000);
		show("hang-up %d", last == SIGHUP || last == SIGCONT);
		SHOW(read(s, &c, 1));
		_exit(abi_result());
	}
	close(s);
	static const char typed[] = { 3, 28 };

	for (int i = 0; i < 5; i++) {
		do {
			if (read(m, &c, 1) != 1)
				break;
		} while (c != 'R');
		usleep(20000);
		if (i < 2)
			write(m, typed + i, 1);
		else if (i == 2)
			ioctl(m, TIOCSWINSZ, &(struct winsize){ 30, 40, 0, 0 });
		else if (i == 3)
			write(m, "Q\n", 2);
	}
	close(m);
	waitpid(pid, &status, 0);
	show("session %#x", status);
}

int main(void)
{
	discipline();
	keys();
	return abi_result();
}
