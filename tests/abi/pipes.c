// SPDX-License-Identifier: MIT
/* Pipes and FIFOs: sizes, blocking, atomic writes, broken ends, opening order, splice and tee. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "abi.h"

static char big[75 * PAGE_MAX];

static void fill_and_drain(void)
{
	struct stat st;
	int p[2], n;

	CHECK_ERRNO(pipe2(p, 1 << 30), EINVAL);
	CHECK_ERRNO(pipe((int *)1), EFAULT);
	SHOW(pipe2(p, O_NONBLOCK | O_CLOEXEC));
	SHOW(fcntl(p[0], F_GETFD));
	SHOW(fcntl(p[0], F_GETFL));
	SHOW(fcntl(p[1], F_GETFL));
	SHOW(fstat(p[0], &st));
	show("fifo %d mode %o size %ld blksize %ld", S_ISFIFO(st.st_mode), st.st_mode & 07777, (long)st.st_size,
		(long)st.st_blksize);
	CHECK_ERRNO(lseek(p[0], 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(pread(p[0], big, 1, 0), ESPIPE);
	CHECK_ERRNO(read(p[0], big, 10), EAGAIN);
	CHECK_ERRNO(write(p[0], big, 10), EBADF);
	CHECK_ERRNO(read(p[1], big, 10), EBADF);
	SHOW(read(p[0], big, 0));
	SHOW(write(p[1], big, 0));
	SHOW(fcntl(p[1], F_GETPIPE_SZ));
	SHOW(write(p[1], big, 75 * PAGE));
	CHECK_ERRNO(write(p[1], big, 1), EAGAIN);
	ioctl(p[0], FIONREAD, &n);
	show("in it: %d", n);
	SHOW(read(p[0], big, PAGE));
	SHOW(write(p[1], big, PAGE));
	SHOW(read(p[0], big, 25 * PAGE));
	SHOW(fcntl(p[1], F_SETPIPE_SZ, PAGE));
	SHOW(write(p[1], big, 5 * PAGE / 2));
	SHOW(fcntl(p[1], F_SETPIPE_SZ, 25 * PAGE));
	SHOW(fcntl(p[1], F_GETPIPE_SZ));
	SHOW(write(p[1], big, 75 * PAGE));
	CHECK_ERRNO(fcntl(p[1], F_SETPIPE_SZ, 2 * PAGE), EBUSY);
	CHECK_ERRNO(fcntl(0, F_GETPIPE_SZ), EBADF);
	close(p[1]);
	for (int total = 0;; total += n) {
		n = (int)read(p[0], big, 17 * PAGE);
		if (n <= 0) {
			show("total %d, then %d", total, n);
			break;
		}
	}
	close(p[0]);
}

static volatile int caught;

static void on_signal(int signo)
{
	caught = signo;
}

static void broken(void)
{
	int p[2], status;
	pid_t pid;

	SHOW(pipe(p));
	close(p[0]);
	pid = fork();
	if (!pid) {
		signal(SIGPIPE, SIG_DFL);
		(void)!write(p[1], "x", 1);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	show("killed by %d", WTERMSIG(status));
	signal(SIGPIPE, on_signal);
	CHECK_ERRNO(write(p[1], "x", 1), EPIPE);
	show("caught %d", caught);
	signal(SIGPIPE, SIG_IGN);
	CHECK_ERRNO(write(p[1], "x", 1), EPIPE);
	close(p[1]);
}

/* Many writers of whole PIPE_BUF blocks: none is torn. */
static void atomic_blocks(void)
{
	static char block[4096];
	int p[2], bad = 0, blocks = 0;
	size_t have = 0;
	ssize_t n;

	SHOW(pipe(p));
	for (int w = 0; w < 4; w++) {
		if (fork() == 0) {
			memset(block, 'a' + w, sizeof(block));
			for (int i = 0; i < 50; i++)
				if (write(p[1], block, sizeof(block)) != sizeof(block))
					_exit(1);
			_exit(0);
		}
	}
	close(p[1]);
	while ((n = read(p[0], big, 999)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (have == 0)
				block[0] = big[i];
			else if (big[i] != block[0])
				bad++;
			have = (have + 1) % sizeof(block);
			blocks += have == 0;
		}
	}
	for (int w = 0; w < 4; w++)
		wait(NULL);
	show("blocks %d torn %d", blocks, bad != 0);
	close(p[0]);
}

static void fifos(void)
{
	struct pollfd f;
	char buf[20];
	int r, w;
	pid_t pid;

	SHOW(mkfifo("fifo", 0600));
	CHECK_ERRNO(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	r = open("fifo", O_RDONLY | O_NONBLOCK);
	show("reader %d", r >= 0);
	f = (struct pollfd){ r, POLLIN, 0 };
	SHOW(poll(&f, 1, 0));
	SHOW(read(r, buf, 10));
	w = open("fifo", O_WRONLY | O_NONBLOCK);
	show("writer %d", w >= 0);
	CHECK_ERRNO(read(r, buf, 10), EAGAIN);
	SHOW(write(w, "hello", 5));
	SHOW(poll(&f, 1, 0));
	show("  %#x", f.revents);
	SHOW(read(r, buf, 10));
	close(w);
	SHOW(poll(&f, 1, 0));
	show("  %#x", f.revents);
	SHOW(read(r, buf, 10));
	close(r);
	pid = fork();
	if (!pid) {
		w = open("fifo", O_WRONLY);
		_exit(write(w, "from child", 10) != 10);
	}
	r = open("fifo", O_RDONLY);
	SHOW(read(r, buf, 20));
	SHOW(read(r, buf, 20));
	waitpid(pid, NULL, 0);
	close(r);
	r = open("fifo", O_RDWR);
	SHOW(write(r, "both", 4));
	SHOW(read(r, buf, 20));
	close(r);
	unlink("fifo");
}

static void splicing(void)
{
	struct iovec vec[2] = { { (char *)"one ", 4 }, { (char *)"two", 3 } };
	int a[2], b[2], file = open("data", O_RDWR | O_CREAT | O_TRUNC, 0600);
	loff_t at = 2;

	SHOW(pipe(a) | pipe(b));
	SHOW(write(file, "0123456789", 10));
	SHOW(splice(file, &at, a[1], NULL, 5, 0));
	show("at %ld", (long)at);
	SHOW(tee(a[0], b[1], 100, 0));
	SHOW(tee(a[0], b[1], 2, SPLICE_F_NONBLOCK));
	memset(big, 0, 20);
	SHOW(read(b[0], big, 20));
	show("%s", big);
	SHOW(splice(a[0], NULL, b[1], NULL, 3, 0));
	memset(big, 0, 20);
	SHOW(read(b[0], big, 20));
	show("%s", big);
	SHOW(splice(a[0], NULL, file, NULL, 100, 0));
	memset(big, 0, 20);
	SHOW(pread(file, big, 20, 0));
	show("%s", big);
	CHECK_ERRNO(splice(a[0], NULL, b[1], NULL, 3, SPLICE_F_NONBLOCK), EAGAIN);
	CHECK_ERRNO(splice(a[0], &at, file, NULL, 3, 0), ESPIPE);
	CHECK_ERRNO(splice(file, NULL, file, NULL, 3, 0), EINVAL);
	CHECK_ERRNO(tee(file, a[1], 3, 0), EINVAL);
	CHECK_ERRNO(splice(a[0], NULL, 99, NULL, 3, 0), EBADF);
	SHOW(splice(a[0], NULL, 99, NULL, 0, 0));
	SHOW(vmsplice(a[1], vec, 2, 0));
	memset(big, 0, 20);
	SHOW(read(a[0], big, 20));
	show("%s", big);
	close(a[0]), close(a[1]), close(b[0]), close(b[1]), close(file);
}

/* Every byte comes out once, whoever takes it: one reads the first pipe while another thread moves it to the second. */
static int first[2], second[2];
static atomic_int counts[256];

static void *count_all(void *arg)
{
	unsigned char buf[100];
	int n, fd = *(int *)arg;

	while ((n = (int)read(fd, buf, sizeof(buf))) > 0)
		for (int i = 0; i < n; i++)
			atomic_fetch_add(&counts[buf[i]], 1);
	return NULL;
}

static void *write_blocks(void *arg)
{
	char block[1000];

	for (int i = 0; i < 256; i++) {
		memset(block, i, sizeof(block));
		CHECK(write(first[1], block, sizeof(block)) == sizeof(block));
	}
	close(first[1]);
	return NULL;
}

static void splice_beside_reader(void)
{
	pthread_t writer, taker, counter;
	int wrong = 0;

	CHECK(!pipe(first) && !pipe(second));
	pthread_create(&writer, NULL, write_blocks, NULL);
	pthread_create(&taker, NULL, count_all, &first[0]);
	pthread_create(&counter, NULL, count_all, &second[0]);
	while (splice(first[0], NULL, second[1], NULL, 3000, 0) > 0)
		;
	close(second[1]);
	pthread_join(writer, NULL);
	pthread_join(taker, NULL);
	pthread_join(counter, NULL);
	for (int i = 0; i < 256; i++)
		wrong += counts[i] != 1000;
	show("spliced beside a reader, wrong: %d", wrong);
}

int main(void)
{
	fill_and_drain();
	broken();
	atomic_blocks();
	fifos();
	splicing();
	splice_beside_reader();
	return abi_result();
}
