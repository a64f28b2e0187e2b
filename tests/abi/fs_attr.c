// SPDX-License-Identifier: MIT
/* Mode, owner, times, rights: chmod, chown, utimes, access, umask, sticky and set-ID directories, xattrs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <utime.h>

#include "abi.h"

static int touch(const char *name, mode_t mode)
{
	int fd = open(name, O_CREAT | O_WRONLY, mode);

	return fd < 0 ? -1 : close(fd);
}

static void show_mode(const char *name)
{
	struct stat st;

	if (lstat(name, &st))
		show("%s: %s", name, strerror(errno));
	else
		show("%s: %o %d:%d", name, st.st_mode, st.st_uid, st.st_gid);
}

static void show_times(const char *name)
{
	struct stat st;

	lstat(name, &st);
	show("%s: atime %lld.%ld mtime %lld.%ld", name, (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec,
		(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void modes(void)
{
	umask(027);
	SHOW(touch("m", 0666));
	show_mode("m");
	SHOW(mkdir("d", 0777));
	show_mode("d");
	SHOW(umask(0));
	SHOW(chmod("m", 06755));
	show_mode("m");
	SHOW(chmod("none", 0644));
	SHOW(chown("m", 1000, 1001));
	show_mode("m");
	SHOW(chmod("m", 0177777));
	show_mode("m");
	SHOW(chown("m", -1, 5));
	show_mode("m");
	SHOW(chown("m", -1, -1));
	SHOW(symlink("m", "s"));
	SHOW(lchown("s", 7, 8));
	show_mode("s");
	show_mode("m");
	SHOW(fchmodat(AT_FDCWD, "s", 0600, AT_SYMLINK_NOFOLLOW));
	SHOW(syscall(SYS_fchmodat2, AT_FDCWD, "s", 0600, AT_SYMLINK_NOFOLLOW));
	SHOW(syscall(SYS_fchmodat2, AT_FDCWD, "s", 0640, 0));
	SHOW(syscall(SYS_fchmodat2, AT_FDCWD, "m", 0640, 1));
	show_mode("m");
	/* Writing drops the set-ID bits. */
	SHOW(chmod("m", 06777));
	int fd = open("m", O_WRONLY);

	SHOW(write(fd, "x", 1));
	show_mode("m");
	close(fd);
	/* Directories hand their group on. */
	SHOW(chown("d", 0, 77));
	SHOW(chmod("d", 02775));
	SHOW(touch("d/f", 0644));
	SHOW(mkdir("d/sub", 0755));
	show_mode("d/f");
	show_mode("d/sub");
}

static void times(void)
{
	struct timespec ts[2] = { { 100, 5 }, { 200, 6 } };
	struct timeval tv[2] = { { 300, 7 }, { 400, 8 } };
	struct utimbuf ut = { 500, 600 };

	SHOW(utimensat(AT_FDCWD, "m", ts, 0));
	show_times("m");
	ts[0].tv_nsec = UTIME_OMIT;
	ts[1].tv_sec = 201;
	SHOW(utimensat(AT_FDCWD, "m", ts, 0));
	show_times("m");
	ts[1].tv_nsec = UTIME_OMIT;
	SHOW(utimensat(AT_FDCWD, "m", ts, 0));
	show_times("m");
	ts[1].tv_nsec = 1000000000;
	SHOW(utimensat(AT_FDCWD, "m", ts, 0));
	SHOW(utimes("m", tv));
	show_times("m");
	tv[0].tv_usec = 1000000;
	SHOW(utimes("m", tv));
	SHOW(utime("m", &ut));
	show_times("m");
	SHOW(utime("none", &ut));
	ts[0] = ts[1] = (struct timespec){ 1, 2 };
	SHOW(utimensat(AT_FDCWD, "s", ts, AT_SYMLINK_NOFOLLOW));
	show_times("s");
	show_times("m");
	int fd = open("m", O_RDONLY);

	SHOW(futimens(fd, ts));
	show_times("m");
	close(fd);
}

/* As uid 1000, groups 1000 and 50. */
static void as_user(void)
{
	gid_t groups[] = { 50 };

	SHOW(setgroups(1, groups));
	SHOW(setresgid(1000, 1000, 1000));
	SHOW(setresuid(1000, 1000, 1000));
	SHOW(access("/tmp", W_OK));
	SHOW(open("private/f", O_RDONLY));
	SHOW(access("private/f", F_OK));
	SHOW(mkdir("private/x", 0755));
	SHOW(open("ro", O_RDONLY) >= 0);
	SHOW(open("ro", O_WRONLY));
	SHOW(open("ro", O_RDWR));
	SHOW(open("ro", O_RDONLY | O_TRUNC));
	SHOW(truncate("ro", 0));
	SHOW(open("group", O_RDWR) >= 0);
	SHOW(open("nogroup", O_RDONLY));
	SHOW(chmod("ro", 0777));
	SHOW(chown("ro", 1000, 1000));
	SHOW(utimes("ro", NULL));
	SHOW(touch("locked/new", 0644));
	SHOW(unlink("locked/old"));
	SHOW(rename("locked/old", "mine"));
	SHOW(unlink("sticky/root"));
	SHOW(rename("sticky/root", "sticky/other"));
	SHOW(touch("sticky/mine", 0644));
	SHOW(unlink("sticky/mine"));
	SHOW(touch("mine", 0644));
	SHOW(chmod("mine", 06777));
	show_mode("mine");
	SHOW(chown("mine", -1, 50));
	show_mode("mine");
	SHOW(chown("mine", -1, 60));
	SHOW(chown("mine", 0, -1));
	SHOW(chmod("mine", 02755));
	show_mode("mine");
	SHOW(chown("mine", 1000, -1));
	show_mode("mine");
	SHOW(mknod("dev", S_IFCHR | 0666, 0x103));
	SHOW(mknod("fifo", S_IFIFO | 0666, 0));
	SHOW(open("ro", O_RDONLY | O_NOATIME));
	SHOW(link("ro", "hard"));
	SHOW(setxattr("mine", "user.a", "1", 1, 0));
	SHOW(setxattr("ro", "user.a", "1", 1, 0));
	SHOW(setxattr("mine", "trusted.a", "1", 1, 0));
	SHOW(getxattr("mine", "trusted.a", NULL, 0));
	SHOW(chroot("/"));
	SHOW(access("mine", X_OK));
	SHOW(chmod("mine", 0600));
	SHOW(access("mine", X_OK));
	SHOW(access("/tmp/sticky", W_OK | X_OK | R_OK));
	SHOW(access("/tmp", 8));
}

static void rights(void)
{
	int status;

	SHOW(chmod("/tmp", 01777));
	SHOW(mkdir("private", 0700));
	SHOW(touch("private/f", 0644));
	SHOW(touch("ro", 0644));
	SHOW(touch("group", 0660));
	SHOW(chown("group", 0, 50));
	SHOW(touch("nogroup", 0604));
	SHOW(chown("nogroup", 0, 50));
	SHOW(mkdir("locked", 0755));
	SHOW(touch("locked/old", 0666));
	SHOW(mkdir("sticky", 01777));
	SHOW(touch("sticky/root", 0666));
	if (!fork()) {
		as_user();
		_exit(abi_failures);
	}
	wait(&status);
	SHOW(status);
	SHOW(access("nogroup", X_OK));
	SHOW(access("private", X_OK));
}

static void xattrs(void)
{
	char buf[256] = {};

	SHOW(touch("x", 0644));
	SHOW(setxattr("x", "user.one", "1234", 4, 0));
	SHOW(setxattr("x", "user.one", "12345", 5, XATTR_CREATE));
	SHOW(setxattr("x", "user.two", "2", 1, XATTR_REPLACE));
	SHOW(setxattr("x", "user.one", "12345", 5, XATTR_REPLACE));
	SHOW(setxattr("x", "trusted.t", "", 0, 0));
	SHOW(getxattr("x", "user.one", NULL, 0));
	SHOW(getxattr("x", "user.one", buf, 4));
	SHOW(getxattr("x", "user.one", buf, 100));
	show("%s", buf);
	SHOW(getxattr("x", "user.none", buf, 100));
	SHOW(getxattr("x", "trusted.t", buf, 100));
	SHOW(getxattr("x", "strange.t", buf, 100));
	SHOW(setxattr("x", "strange.t", buf, 1, 0));
	SHOW(setxattr("x", "user.one", "1", 1, 8));
	SHOW(setxattr("s", "user.one", "1", 1, 0));
	SHOW(lsetxattr("s", "user.one", "1", 1, 0));
	SHOW(lsetxattr("s", "trusted.one", "1", 1, 0));
	SHOW(lgetxattr("s", "trusted.one", buf, 10));
	SHOW(listxattr("x", NULL, 0));
	SHOW(listxattr("x", buf, 5));
	SHOW(removexattr("x", "user.one"));
	SHOW(removexattr("x", "user.one"));
	SHOW(listxattr("x", buf, 100));
	SHOW(llistxattr("s", buf, 100));
	SHOW(getxattr("none", "user.one", buf, 100));
}

static void filesystems(void)
{
	struct statfs st;

	SHOW(statfs("/tmp", &st));
	show("type %lx bsize %ld namelen %ld", (long)st.f_type, (long)st.f_bsize, (long)st.f_namelen);
	SHOW(statfs("none", &st));
	SHOW(fstatfs(99, &st));
}

int main(void)
{
	modes();
	times();
	rights();
	xattrs();
	filesystems();
	return abi_result();
}
