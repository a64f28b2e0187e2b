// SPDX-License-Identifier: MIT
/* open(2) and descriptors: flags, errors, dup, close-on-exec, O_PATH, O_TMPFILE, openat2, ETXTBSY. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "abi.h"

static int try(const char *name, int flags)
{
	int fd = open(name, flags, 0640), error = errno;

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	errno = error;
	return -1;
}

static void flags(void)
{
	SHOW(mkdir("d", 0755));
	SHOW(try("f", O_RDWR));
	SHOW(try("f", O_RDWR | O_CREAT));
	SHOW(try("f", O_RDWR | O_CREAT | O_EXCL));
	SHOW(try("f/", O_RDONLY));
	SHOW(try("f", O_DIRECTORY));
	SHOW(try("d", O_RDONLY));
	SHOW(try("d", O_WRONLY));
	SHOW(try("d", O_RDWR));
	SHOW(try("d", O_RDONLY | O_CREAT));
	SHOW(try("d/", O_RDONLY | O_CREAT));
	SHOW(try("new/", O_WRONLY | O_CREAT));
	SHOW(try("nodir/new", O_WRONLY | O_CREAT));
	SHOW(try("f/new", O_WRONLY | O_CREAT));
	SHOW(try("g", O_CREAT | O_DIRECTORY));
	SHOW(symlink("f", "s"));
	SHOW(try("s", O_RDONLY | O_NOFOLLOW));
	SHOW(try("s", O_PATH | O_NOFOLLOW));
	SHOW(try("s", O_RDONLY | O_NOFOLLOW | O_DIRECTORY));
	SHOW(try("s", O_RDONLY));
	SHOW(symlink("d/made", "s2"));
	SHOW(try("s2", O_WRONLY | O_CREAT));
	SHOW(access("d/made", F_OK));
	SHOW(try("s2", O_WRONLY | O_CREAT | O_EXCL));
	SHOW(try(".", O_WRONLY | O_CREAT));
	SHOW(try("/", O_WRONLY | O_CREAT));
	SHOW(try("f", 3));
	SHOW(openat(99, "f", O_RDONLY));
	SHOW(openat(99, "/", O_RDONLY) >= 0);

	int fd = open("f", O_RDWR | O_TRUNC | O_APPEND | O_NONBLOCK | O_CLOEXEC);

	show("getfl %x getfd %x", fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
	SHOW(fcntl(fd, F_SETFL, O_RDONLY));
	show("getfl %x", fcntl(fd, F_GETFL));
	SHOW(fcntl(fd, F_SETFD, 0));
	show("getfd %x", fcntl(fd, F_GETFD));
	SHOW(fcntl(fd, 4711, 0));
	SHOW(fcntl(99, F_GETFL));
	close(fd);
	fd = open("f", O_RDONLY);
	SHOW(write(fd, "x", 1));
	close(fd);
	fd = open("f", O_WRONLY);
	SHOW(read(fd, &fd, 1));
	close(fd);
	fd = open("d", O_RDONLY);
	SHOW(read(fd, &fd, 1));
	SHOW(write(fd, "x", 1));
	close(fd);
}

static void path_files(void)
{
	int fd = open("f", O_PATH), dir = open("d", O_PATH);
	struct stat st;
	char c;

	SHOW(fd >= 0 && dir >= 0);
	SHOW(read(fd, &c, 1));
	SHOW(fstat(fd, &st));
	SHOW(fchmod(fd, 0600));
	SHOW(ioctl(fd, FIOCLEX));
	SHOW(fcntl(fd, F_GETFL) == (O_PATH | 0100000) || fcntl(fd, F_GETFL) == O_PATH);
	SHOW(fcntl(fd, F_SETFL, 0));
	SHOW(fchdir(fd));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(flock(fd, LOCK_SH));
	SHOW(openat(dir, "made", O_RDONLY) >= 0);
	SHOW(openat(fd, "made", O_RDONLY));
	SHOW(faccessat(dir, "", F_OK, AT_EMPTY_PATH));
	SHOW(fstatat(dir, "", &st, AT_EMPTY_PATH));
	SHOW(fstatat(dir, "", &st, 0));
	SHOW(close(fd));
	SHOW(close(fd));
	close(dir);
}

static void descriptors(void)
{
	struct rlimit limit;
	int fd = open("f", O_RDWR), base = fd;

	SHOW(dup(fd) - base);
	SHOW(dup2(fd, base + 10) - base);
	SHOW(dup2(fd, fd) - base);
	SHOW(dup2(99, 5));
	SHOW(dup2(99, 99));
	SHOW(dup3(fd, fd, 0));
	SHOW(dup3(fd, base + 11, O_CLOEXEC) - base);
	SHOW(fcntl(base + 11, F_GETFD));
	SHOW(dup3(fd, base + 12, O_APPEND));
	SHOW(fcntl(fd, F_DUPFD, base + 10) - base);
	SHOW(fcntl(fd, F_DUPFD_CLOEXEC, base + 5) - base);
	SHOW(fcntl(fd, F_DUPFD, -1));
	SHOW(dup2(fd, -1));
	SHOW(dup2(fd, 1 << 20));
	SHOW(lseek(base + 10, 3, SEEK_SET));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(syscall(SYS_close_range, base + 10, base + 12, 0));
	SHOW(fcntl(base + 11, F_GETFD));
	SHOW(syscall(SYS_close_range, 5, 4, 0));
	SHOW(syscall(SYS_close_range, base, base + 1, 4));
	SHOW(fcntl(base, F_GETFD));
	SHOW(syscall(SYS_close_range, base, ~0U, 99));
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = 20;
	SHOW(setrlimit(RLIMIT_NOFILE, &limit));
	while (dup(fd) >= 0)
		;
	SHOW(errno == EMFILE);
	SHOW(open("f", O_RDONLY));
	SHOW(dup2(fd, 20));
	SHOW(fcntl(fd, F_DUPFD, 20));
	SHOW(close(19));
	SHOW(open("f", O_RDONLY));
	SHOW(syscall(SYS_close_range, base, ~0U, 0));
	SHOW(close(base));
	/* A bigger table than the first. */
	limit.rlim_cur = 600;
	SHOW(setrlimit(RLIMIT_NOFILE, &limit));
	fd = open("f", O_RDWR);
	SHOW(dup2(fd, 599));
	SHOW(fcntl(599, F_GETFL) == fcntl(fd, F_GETFL));
	SHOW(close(599));
	close(fd);
}

static void temporary(void)
{
	char name[64];
	struct stat st;
	int fd = open("d", O_TMPFILE | O_RDWR, 0600);

	SHOW(fd >= 0);
	SHOW(write(fd, "abc", 3));
	fstat(fd, &st);
	show("nlink %d mode %o size %d", (int)st.st_nlink, st.st_mode, (int)st.st_size);
	SHOW(linkat(fd, "", AT_FDCWD, "d/named", AT_EMPTY_PATH));
	stat("d/named", &st);
	show("nlink %d size %d", (int)st.st_nlink, (int)st.st_size);
	close(fd);
	SHOW(open("d", O_TMPFILE | O_RDONLY, 0600));
	SHOW(open("f", O_TMPFILE | O_RDWR, 0600));
	fd = open("d", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	SHOW(linkat(fd, "", AT_FDCWD, "d/named2", AT_EMPTY_PATH));
	close(fd);
	(void)name;
}

static int open2(int dir, const char *name, unsigned long flags, unsigned long resolve)
{
	struct open_how how = { .flags = flags, .resolve = resolve };
	int fd = syscall(SYS_openat2, dir, name, &how, sizeof(how)), error = errno;

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	errno = error;
	return -1;
}

static void restricted(void)
{
	int dir = open("d", O_RDONLY);
	struct open_how how = {};

	SHOW(symlink("/tmp/f", "d/abs"));
	SHOW(symlink("../f", "d/up"));
	SHOW(symlink("made", "d/in"));
	SHOW(open2(dir, "made", O_RDONLY, RESOLVE_BENEATH));
	SHOW(open2(dir, "in", O_RDONLY, RESOLVE_BENEATH));
	SHOW(open2(dir, "up", O_RDONLY, RESOLVE_BENEATH));
	SHOW(open2(dir, "abs", O_RDONLY, RESOLVE_BENEATH));
	SHOW(open2(dir, "../f", O_RDONLY, RESOLVE_BENEATH));
	SHOW(open2(dir, "/tmp/f", O_RDONLY, RESOLVE_BENEATH));
	SHOW(open2(dir, "./../d/made", O_RDONLY, RESOLVE_BENEATH));
	SHOW(open2(dir, "/made", O_RDONLY, RESOLVE_IN_ROOT));
	SHOW(open2(dir, "../../made", O_RDONLY, RESOLVE_IN_ROOT));
	SHOW(open2(dir, "abs", O_RDONLY, RESOLVE_IN_ROOT));
	SHOW(open2(dir, "in", O_RDONLY, RESOLVE_NO_SYMLINKS));
	SHOW(open2(dir, "/proc", O_RDONLY, RESOLVE_NO_XDEV));
	SHOW(open2(dir, "../..", O_RDONLY, RESOLVE_NO_XDEV));
	SHOW(open2(dir, "made", O_RDONLY, 1 << 20));
	SHOW(open2(dir, "made", 1UL << 40, 0));
	SHOW(syscall(SYS_openat2, dir, "made", &how, 8));
	SHOW(syscall(SYS_openat2, dir, "made", &how, 4));
	how.mode = 0600;
	SHOW(syscall(SYS_openat2, dir, "made", &how, sizeof(how)));
	close(dir);
}

static void busy_text(void)
{
	char buf[4096];
	int in, out, status;
	ssize_t n;
	pid_t pid;

	/* A program that is open for writing can't be run, and a running one not be opened for writing. */
	in = open("/proc/self/exe", O_RDONLY);
	if (in < 0)
		in = open("/abi/fs_open", O_RDONLY);
	out = open("prog", O_CREAT | O_WRONLY, 0755);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			show("short write");
	close(in);
	pid = fork();
	if (!pid) {
		execl("prog", "prog", "sleep", NULL);
		_exit(errno == ETXTBSY ? 26 : 1);
	}
	waitpid(pid, &status, 0);
	show("exec while open for writing: %d", WEXITSTATUS(status));
	close(out);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return 0;
	umask(022);
	flags();
	path_files();
	descriptors();
	temporary();
	restricted();
	busy_text();
	return abi_result();
}
