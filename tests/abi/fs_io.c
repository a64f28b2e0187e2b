// SPDX-License-Identifier: MIT
/* Contents: read, write, seek, holes, truncate, append, vectors, fallocate, sendfile, mmap of files. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "abi.h"

static void show_file(int fd, const char *what)
{
	struct stat st;

	fstat(fd, &st);
	show("%s: size %lld blocks %lld", what, (long long)st.st_size, (long long)st.st_blocks);
}

static void positions(void)
{
	int fd = open("p", O_CREAT | O_RDWR | O_TRUNC, 0644);
	char buf[16] = {};

	SHOW(write(fd, "0123456789", 10));
	SHOW(lseek(fd, 2, SEEK_SET));
	SHOW(read(fd, buf, 3));
	show("%.3s", buf);
	SHOW(lseek(fd, -1, SEEK_CUR));
	SHOW(lseek(fd, -3, SEEK_END));
	SHOW(lseek(fd, -1, SEEK_SET));
	SHOW(lseek(fd, 0, 9));
	SHOW(lseek(fd, LONG_MAX, SEEK_END));
	SHOW(lseek(fd, LONG_MAX, SEEK_SET));
	SHOW(write(fd, "x", 1));
	SHOW(lseek(fd, 100, SEEK_SET));
	SHOW(read(fd, buf, 5));
	SHOW(write(fd, "end", 3));
	show_file(fd, "after a gap");
	SHOW(pread(fd, buf, 16, 95));
	SHOW(buf[0] == 0 && buf[5] == 'e');
	SHOW(pread(fd, buf, 1, -1));
	SHOW(pwrite(fd, buf, 1, -1));
	SHOW(read(fd, NULL, 0));
	SHOW(pread(fd, (void *)8, 4, 0));
	SHOW(pwrite(fd, (void *)8, 4, 0));
	SHOW(write(fd, (void *)-1, 4));
	SHOW(read(99, buf, 1));
	SHOW(write(99, (void *)-1, 1));
	close(fd);
}

static void append(void)
{
	int a = open("a", O_CREAT | O_RDWR | O_APPEND, 0644), b = open("a", O_WRONLY);
	char buf[8] = {};

	SHOW(write(a, "one", 3));
	SHOW(lseek(a, 0, SEEK_SET));
	SHOW(write(a, "two", 3));
	SHOW(lseek(a, 0, SEEK_CUR));
	SHOW(pwrite(a, "xyz", 3, 0));
	SHOW(write(b, "B", 1));
	SHOW(pread(a, buf, 8, 0));
	show("%.8s", buf);
	show_file(a, "append");
	close(a);
	close(b);
}

static void holes(void)
{
	int fd = open("h", O_CREAT | O_RDWR, 0644);

	SHOW(ftruncate(fd, 1 << 20));
	show_file(fd, "empty megabyte");
	SHOW(lseek(fd, 0, SEEK_DATA));
	SHOW(lseek(fd, 0, SEEK_HOLE));
	SHOW(pwrite(fd, "x", 1, 0x5000));
	SHOW(pwrite(fd, "x", 1, 0x6fff));
	show_file(fd, "two pages");
	SHOW(lseek(fd, 0, SEEK_DATA));
	SHOW(lseek(fd, 0x5800, SEEK_DATA));
	SHOW(lseek(fd, 0x5800, SEEK_HOLE));
	SHOW(lseek(fd, 0x7000, SEEK_DATA));
	SHOW(lseek(fd, 0x7000, SEEK_HOLE));
	SHOW(lseek(fd, 1 << 20, SEEK_HOLE));
	SHOW(lseek(fd, -1, SEEK_HOLE));
	SHOW(ftruncate(fd, 0x5001));
	show_file(fd, "cut");
	SHOW(ftruncate(fd, 0x6000));
	char c = 1;

	SHOW(pread(fd, &c, 1, 0x5001));
	SHOW(c);
	SHOW(fallocate(fd, 0, 0, 0x10000));
	show_file(fd, "allocated");
	SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0x10000, 0x2000));
	show_file(fd, "beyond the end");
	SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0x1800, 0x2000));
	show_file(fd, "punched");
	SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 1));
	SHOW(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
	SHOW(fallocate(fd, 0, -1, 1));
	SHOW(fallocate(fd, 0, 0, 0));
	SHOW(ftruncate(fd, -1));
	SHOW(truncate("h", 0));
	show_file(fd, "truncated");
	SHOW(truncate("none", 0));
	SHOW(truncate(".", 0));
	close(fd);
	fd = open("h", O_RDONLY);
	SHOW(ftruncate(fd, 0));
	SHOW(fallocate(fd, 0, 0, 1));
	close(fd);
}

static void vectors(void)
{
	int fd = open("v", O_CREAT | O_RDWR, 0644);
	struct iovec out[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } }, bad[2] = { { "ab", 2 }, { "x", (size_t)-1 } };
	char x[3], y[8];
	struct iovec in[2] = { { x, 3 }, { y, 8 } }, many[20];

	SHOW(writev(fd, out, 3));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(readv(fd, in, 2));
	show("%.3s %.2s", x, y);
	SHOW(preadv(fd, in, 2, 1));
	show("%.3s %.1s", x, y);
	SHOW(pwritev(fd, out, 1, 8));
	SHOW(writev(fd, bad, 2));
	SHOW(writev(fd, out, -1));
	SHOW(writev(fd, out, 1025));
	SHOW(writev(fd, NULL, 1));
	SHOW(writev(fd, NULL, 0));
	for (int i = 0; i < 20; i++)
		many[i] = (struct iovec){ "0123456789", 10 };
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(writev(fd, many, 20));
	SHOW(pwritev2(fd, many, 1, -1, 0));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(pwritev2(fd, many, 1, 0, 0x1000));
	close(fd);
}

static void transfer(void)
{
	int in = open("v", O_RDONLY), out = open("copy", O_CREAT | O_RDWR, 0644);
	off_t pos = 5;
	loff_t a = 0, b = 0;

	SHOW(sendfile(out, in, NULL, 20));
	SHOW(lseek(in, 0, SEEK_CUR));
	SHOW(sendfile(out, in, &pos, 1000));
	SHOW(pos);
	SHOW(lseek(in, 0, SEEK_CUR));
	SHOW(sendfile(in, out, NULL, 1));
	SHOW(sendfile(out, 99, NULL, 1));
	SHOW(copy_file_range(in, &a, out, &b, 50, 0));
	SHOW(a + b);
	SHOW(copy_file_range(in, NULL, out, NULL, 10, 1));
	SHOW(copy_file_range(out, &a, out, &b, 50, 0));
	show_file(out, "copy");
	close(in);
	close(out);
}

static void mappings(void)
{
	int fd = open("m", O_CREAT | O_RDWR | O_TRUNC, 0644), status;
	char *shared, *private, buf[8] = {};

	SHOW(write(fd, "mapped text", 11));
	shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	SHOW(shared != MAP_FAILED && private != MAP_FAILED);
	show("%s %s", shared, private);
	shared[0] = 'M';
	private[1] = 'A';
	SHOW(pread(fd, buf, 6, 0));
	show("%s | %s | %s", buf, shared, private);
	SHOW(pwrite(fd, "XX", 2, 4));
	show("%s | %s", shared, private);
	SHOW(msync(shared, PAGE, MS_SYNC));
	if (!fork()) {
		shared[2] = 'C';
		private[2] = 'C';
		_exit(0);
	}
	wait(&status);
	show("%s | %s", shared, private);
	if (!fork()) {
		signal(SIGBUS, SIG_DFL);
		_exit(shared[PAGE]);
	}
	wait(&status);
	show("behind the end: signal %d", WTERMSIG(status));
	SHOW(ftruncate(fd, 0));
	if (!fork())
		_exit(shared[0]);
	wait(&status);
	show("after truncation: signal %d", WTERMSIG(status));
	SHOW(ftruncate(fd, 2 * PAGE));
	show("%d %d %c", shared[0], shared[PAGE], private[1]);
	close(fd);
	fd = open("m", O_RDONLY);
	SHOW(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	SHOW(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
	SHOW(munmap(shared, 2 * PAGE));
	close(fd);
	fd = open("m", O_WRONLY);
	SHOW(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED);
	close(fd);
	SHOW(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open(".", O_RDONLY), 0) == MAP_FAILED);
	show("%s", strerror(errno));
}

static void limits(void)
{
	struct rlimit limit = { 10, RLIM_INFINITY };
	int fd = open("l", O_CREAT | O_RDWR, 0644);

	signal(SIGXFSZ, SIG_IGN);
	SHOW(setrlimit(RLIMIT_FSIZE, &limit));
	SHOW(write(fd, "0123456", 7));
	SHOW(write(fd, "0123456", 7));
	SHOW(write(fd, "0123456", 7));
	SHOW(ftruncate(fd, 11));
	limit.rlim_cur = RLIM_INFINITY;
	SHOW(setrlimit(RLIMIT_FSIZE, &limit));
	close(fd);
}

int main(void)
{
	positions();
	append();
	holes();
	vectors();
	transfer();
	mappings();
	limits();
	return abi_result();
}
