// SPDX-License-Identifier: MIT
/* Files and folders of a tmpfs: open flags, positions, holes, links, renames, modes, times, folders. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <linux/fs.h>

#include "abi.h"

static void positions(void)
{
	char buf[64];
	struct stat st;
	int fd = open("a", O_CREAT | O_EXCL | O_RDWR, 0640), other;
	struct iovec v[2] = { { "abc", 3 }, { "defg", 4 } };

	CHECK_ERRNO(open("a", O_CREAT | O_EXCL | O_RDWR, 0640), EEXIST);
	SHOW(write(fd, "0123456789", 10));
	SHOW(lseek(fd, -3, SEEK_END));
	SHOW(read(fd, buf, 64));
	SHOW(read(fd, buf, 64));
	CHECK_ERRNO(lseek(fd, -100, SEEK_CUR), EINVAL);
	CHECK_ERRNO(lseek(fd, 0, 77), EINVAL);
	SHOW(lseek(fd, 100000, SEEK_SET));
	SHOW(writev(fd, v, 2));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(pread(fd, buf, 5, 99998));
	show("%d %d %.3s", buf[0], buf[1], buf + 2);
	SHOW(pwrite(fd, "Z", 1, 3));
	CHECK_ERRNO(pread(fd, buf, 1, -1), EINVAL);
	SHOW(fstat(fd, &st));
	show("size %ld mode %o links %lu", (long)st.st_size, st.st_mode, (unsigned long)st.st_nlink);
	show("hole: fewer blocks %d", st.st_blocks * 512 < st.st_size);
	SHOW(ftruncate(fd, 5));
	SHOW(fstat(fd, &st));
	show("size %ld", (long)st.st_size);
	CHECK_ERRNO(ftruncate(fd, -1), EINVAL);
	other = open("a", O_WRONLY | O_APPEND);
	SHOW(lseek(other, 0, SEEK_SET));
	SHOW(write(other, "end", 3));
	SHOW(lseek(other, 0, SEEK_CUR));
	CHECK_ERRNO(read(other, buf, 1), EBADF);
	SHOW(fcntl(other, F_GETFL) & (O_ACCMODE | O_APPEND));
	SHOW(fallocate(fd, 0, 0, 20000));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(fsync(fd));
	close(other);
	other = open("a", O_RDONLY);
	CHECK_ERRNO(write(other, "x", 1), EBADF);
	CHECK_ERRNO(ftruncate(other, 0), EINVAL);
	close(open("a", O_WRONLY | O_TRUNC));
	SHOW(read(other, buf, 1));
}

static void names(void)
{
	char buf[64] = "", longer[300];
	struct stat st;

	memset(longer, 'n', sizeof(longer) - 1);
	longer[299] = 0;
	CHECK_ERRNO(open(longer, O_CREAT | O_WRONLY, 0600), ENAMETOOLONG);
	close(open("f", O_CREAT | O_WRONLY, 0600));
	SHOW(link("f", "g"));
	CHECK_ERRNO(link("f", "g"), EEXIST);
	stat("g", &st);
	show("links %lu", (unsigned long)st.st_nlink);
	SHOW(symlink("f", "s"));
	SHOW(readlink("s", buf, sizeof(buf)));
	show("%s", buf);
	CHECK_ERRNO(readlink("f", buf, sizeof(buf)), EINVAL);
	SHOW(readlink("s", buf, 0));
	symlink("loop2", "loop1");
	symlink("loop1", "loop2");
	CHECK_ERRNO(open("loop1", O_RDONLY), ELOOP);
	CHECK_ERRNO(open("s", O_RDONLY | O_NOFOLLOW), ELOOP);
	symlink("missing", "dangling");
	CHECK_ERRNO(open("dangling", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
	SHOW(open("dangling", O_CREAT | O_WRONLY, 0600) >= 0);
	SHOW(access("missing", F_OK));
	SHOW(mkdir("d", 0700));
	SHOW(mkdir("d/e", 0700));
	CHECK_ERRNO(mkdir("d", 0700), EEXIST);
	CHECK_ERRNO(rmdir("d"), ENOTEMPTY);
	CHECK_ERRNO(unlink("d"), EISDIR);
	CHECK_ERRNO(rename("d", "d/e/x"), EINVAL);
	CHECK_ERRNO(rename("f", "d"), EISDIR);
	CHECK_ERRNO(rename("d", "f"), ENOTDIR);
	CHECK_ERRNO(rename("nothing", "f"), ENOENT);
	SHOW(rename("f", "g"));
	SHOW(access("f", F_OK));
	SHOW(rename("g", "d/moved"));
	SHOW(syscall(SYS_renameat2, AT_FDCWD, "d/moved", AT_FDCWD, "d", RENAME_NOREPLACE));
	SHOW(syscall(SYS_renameat2, AT_FDCWD, "d/moved", AT_FDCWD, "missing", RENAME_EXCHANGE));
	stat("d", &st);
	show("folder links %lu mode %o", (unsigned long)st.st_nlink, st.st_mode);
	CHECK_ERRNO(rmdir("d/e/."), EINVAL);
	CHECK_ERRNO(rmdir("d/e/.."), ENOTEMPTY);
	SHOW(access("d//e/../e/.", F_OK));
	CHECK_ERRNO(access("missing/", F_OK), ENOTDIR);
	CHECK_ERRNO(open("", O_RDONLY), ENOENT);
	CHECK_ERRNO(open("d", O_RDWR), EISDIR);
	CHECK_ERRNO(open("missing", O_RDONLY | O_DIRECTORY), ENOTDIR);
}

static void folders(void)
{
	int n = 0, seen[200] = { 0 };
	char name[20];
	struct dirent *e;
	DIR *d;

	mkdir("many", 0755);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "many/%d", i);
		close(open(name, O_CREAT | O_WRONLY, 0600));
	}
	d = opendir("many");
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			n += 1000;
		else
			seen[atoi(e->d_name)]++, n += e->d_type == DT_REG;
	}
	show("entries %d", n);
	for (int i = 0; i < 200; i++)
		CHECK(seen[i] == 1);
	rewinddir(d);
	n = 0;
	while ((e = readdir(d))) {
		snprintf(name, sizeof(name), "many/%s", e->d_name);
		if (e->d_name[0] != '.' && unlink(name) == 0)
			n++;
	}
	show("removed while read %d", n);
	closedir(d);
	SHOW(rmdir("many"));
	int fd = open("gone", O_CREAT | O_RDWR, 0600);
	struct stat st;

	write(fd, "still", 5);
	unlink("gone");
	SHOW(fstat(fd, &st));
	show("links %lu size %ld", (unsigned long)st.st_nlink, (long)st.st_size);
	char link[64] = "", path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	SHOW(readlink(path, link, sizeof(link) - 1));
	show("%s", link);
}

static void metadata(void)
{
	struct stat st;
	struct statx sx;
	struct statfs fs;
	struct timespec t[2] = { { 1000, 5 }, { 2000000000, 999999999 } };

	umask(027);
	close(open("m", O_CREAT | O_WRONLY, 0777));
	stat("m", &st);
	show("mode %o", st.st_mode);
	SHOW(chmod("m", 06711));
	SHOW(chown("m", 5, 6));
	stat("m", &st);
	show("mode %o owner %u:%u", st.st_mode, st.st_uid, st.st_gid);
	SHOW(utimensat(AT_FDCWD, "m", t, 0));
	stat("m", &st);
	show("times %ld.%ld %ld.%ld", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	SHOW(utimensat(AT_FDCWD, "m", (struct timespec[]){ { 0, UTIME_OMIT }, { 7, 0 } }, 0));
	SHOW(statx(AT_FDCWD, "m", 0, STATX_ALL, &sx));
	show("times %ld %ld mode %o mask %x", (long)sx.stx_atime.tv_sec, (long)sx.stx_mtime.tv_sec, sx.stx_mode, sx.stx_mask & STATX_BASIC_STATS);
	SHOW(statfs("m", &fs));
	show("type %lx block %ld name %ld", (unsigned long)fs.f_type, (long)fs.f_bsize, (long)fs.f_namelen);
	SHOW(mkfifo("fifo", 0600));
	SHOW(mknod("node", S_IFCHR | 0600, 0x105));
	int fd = open("node", O_RDONLY);
	char c = 1;

	SHOW(fd >= 0 ? (int)read(fd, &c, 1) : -1);
	show("a node of /dev/zero reads %d", c);
	SHOW(mknod("blk", S_IFBLK | 0600, 0x9900));
	CHECK_ERRNO(open("blk", O_RDONLY), ENXIO);
	if (fork() == 0) {
		if (setuid(1000))
			_exit(1);
		CHECK_ERRNO(open("m", O_RDONLY), EACCES);
		CHECK_ERRNO(chmod("m", 0777), EPERM);
		CHECK_ERRNO(chown("m", 1000, 1000), EPERM);
		CHECK_ERRNO(mknod("n2", S_IFCHR, 0x103), EPERM);
		SHOW(access("m", X_OK));
		_exit(abi_result());
	}
	int status;

	wait(&status);
	CHECK(status == 0);
}

static void locks(void)
{
	int a = open("lock", O_CREAT | O_RDWR, 0600), b = open("lock", O_RDWR), status;
	struct flock l = { .l_type = F_WRLCK, .l_start = 10, .l_len = 5 };

	SHOW(flock(a, LOCK_EX));
	CHECK_ERRNO(flock(b, LOCK_EX | LOCK_NB), EWOULDBLOCK);
	SHOW(flock(a, LOCK_UN));
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	SHOW(fcntl(a, F_SETLK, &l));
	if (fork() == 0) {
		l.l_type = F_RDLCK;
		l.l_start = 12;
		l.l_len = 1;
		CHECK_ERRNO(fcntl(b, F_SETLK, &l), EAGAIN);
		fcntl(b, F_GETLK, &l);
		show("held %d %ld+%ld by the parent %d", l.l_type == F_WRLCK, (long)l.l_start, (long)l.l_len, l.l_pid == getppid());
		l.l_type = F_WRLCK, l.l_start = 0, l.l_len = 10;
		SHOW(fcntl(b, F_SETLK, &l));
		_exit(abi_result());
	}
	wait(&status);
	CHECK(status == 0);
}

int main(void)
{
	positions();
	names();
	folders();
	metadata();
	locks();
	return abi_result();
}
