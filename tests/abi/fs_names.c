// SPDX-License-Identifier: MIT
/* Names: mkdir, link, symlink, rename, unlink and the errors of man 2 for each; path resolution. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "abi.h"

static int touch(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0644);

	return fd < 0 ? -1 : close(fd);
}

static void show_stat(const char *name)
{
	struct stat st;

	if (lstat(name, &st))
		show("%s: %s", name, strerror(errno));
	else
		show("%s: mode %o nlink %d size %lld", name, st.st_mode, (int)st.st_nlink, (long long)st.st_size);
}

static void resolution(void)
{
	char long_name[300], buf[PATH_MAX + 10];

	SHOW(mkdir("a", 0755));
	SHOW(mkdir("a", 0755));
	SHOW(mkdir("a/b/", 0755));
	SHOW(mkdir("a/x/y", 0755));
	SHOW(mkdir("/", 0755));
	SHOW(mkdir(".", 0755));
	SHOW(mkdir("..", 0755));
	SHOW(mkdir("", 0755));
	SHOW(mkdir("a/.", 0755));
	SHOW(touch("a/f"));
	SHOW(touch("a/f/g"));
	SHOW(access("a/f/", F_OK));
	SHOW(access("a/f/.", F_OK));
	SHOW(access("a/f/..", F_OK));
	SHOW(access("a//b///", F_OK));
	SHOW(access("a/./b/../f", F_OK));
	SHOW(access("/../../..", F_OK));
	SHOW(access("", F_OK));
	SHOW(access("nothing", F_OK));
	memset(long_name, 'x', sizeof(long_name));
	long_name[256] = 0;
	SHOW(touch(long_name));
	long_name[255] = 0;
	SHOW(touch(long_name));
	SHOW(unlink(long_name));
	memset(buf, '/', sizeof(buf));
	buf[PATH_MAX] = 0;
	SHOW(access(buf, F_OK));
	buf[PATH_MAX - 1] = 0;
	SHOW(access(buf, F_OK));
	show_stat("a");
	show_stat("a/b");
}

static void links(void)
{
	char buf[64] = {};

	SHOW(symlink("a/f", "s"));
	SHOW(symlink("a/f", "s"));
	SHOW(symlink("", "t"));
	SHOW(symlink("x", "a/f/t"));
	SHOW(symlink("x", "new/"));
	SHOW(readlink("s", buf, sizeof(buf)));
	show("readlink: %s", buf);
	memset(buf, 0, sizeof(buf));
	SHOW(readlink("s", buf, 2));
	show("readlink: %s", buf);
	SHOW(readlink("a", buf, sizeof(buf)));
	SHOW(readlink("none", buf, sizeof(buf)));
	SHOW(readlink("s", buf, 0));
	SHOW(symlink("loop", "loop"));
	SHOW(access("loop", F_OK));
	SHOW(open("loop", O_RDONLY));
	SHOW(symlink("dangling", "d"));
	SHOW(access("d", F_OK));
	SHOW(touch("d"));
	show_stat("dangling");
	SHOW(unlink("dangling"));
	SHOW(open("d", O_CREAT | O_EXCL | O_WRONLY, 0644));
	SHOW(symlink("a/", "dirlink"));
	SHOW(access("dirlink/f", F_OK));
	SHOW(access("dirlink/b/../f", F_OK));
	SHOW(rmdir("dirlink"));
	SHOW(rmdir("dirlink/"));
	SHOW(unlink("dirlink/"));
	SHOW(link("a/f", "h"));
	SHOW(link("a/f", "h"));
	SHOW(link("a", "h2"));
	SHOW(link("s", "hs"));
	show_stat("hs");
	SHOW(linkat(AT_FDCWD, "s", AT_FDCWD, "hf", AT_SYMLINK_FOLLOW));
	show_stat("hf");
	SHOW(link("none", "x"));
	SHOW(unlink("h"));
	show_stat("a/f");
	/* Forty links are followed, forty-one are not. */
	char from[16], to[16] = "a";

	for (int i = 0; i < 41; i++) {
		snprintf(from, sizeof(from), "chain%d", i);
		if (symlink(to, from))
			break;
		strcpy(to, from);
	}
	SHOW(access("chain39", F_OK));
	SHOW(access("chain40", F_OK));
}

static void removal(void)
{
	SHOW(rmdir("a"));
	SHOW(rmdir("a/f"));
	SHOW(rmdir("a/b/."));
	SHOW(rmdir("a/b/.."));
	SHOW(rmdir("/"));
	SHOW(unlink("a"));
	SHOW(unlink("a/b"));
	SHOW(unlink("a/f/"));
	SHOW(unlink("a/b/"));
	SHOW(unlink("a/none"));
	SHOW(unlink("/"));
	SHOW(unlink("."));
	SHOW(unlink(".."));
	SHOW(unlinkat(AT_FDCWD, "a/b", AT_REMOVEDIR));
	SHOW(unlinkat(AT_FDCWD, "a/b", AT_REMOVEDIR));
	SHOW(unlinkat(AT_FDCWD, "a/b", 4));
	SHOW(unlinkat(77, "a", 0));
	SHOW(unlinkat(1, "a", 0));
	show_stat("a");
}

static void renames(void)
{
	SHOW(mkdir("r", 0755));
	SHOW(mkdir("r/d1", 0755));
	SHOW(mkdir("r/d2", 0755));
	SHOW(touch("r/f1"));
	SHOW(touch("r/f2"));
	SHOW(touch("r/d1/in"));
	SHOW(rename("r/f1", "r/f3"));
	SHOW(rename("r/f1", "r/f4"));
	SHOW(rename("r/f3", "r/f2"));
	SHOW(rename("r/f2", "r/d2"));
	SHOW(rename("r/d2", "r/f2"));
	SHOW(rename("r/d2", "r/d1"));
	SHOW(rename("r/d1", "r/d2"));
	SHOW(rename("r", "r/d2/r"));
	SHOW(rename("r/d2", "r"));
	SHOW(rename("r/d2/in", "r"));
	SHOW(rename("r/f2/", "r/f9"));
	SHOW(rename("r/f2", "r/f9/"));
	SHOW(rename("r/d2", "r/d9/"));
	SHOW(rename("r/.", "r/q"));
	SHOW(rename("r/f2", "r/.."));
	SHOW(rename("/", "q"));
	SHOW(link("r/f2", "r/same"));
	SHOW(rename("r/f2", "r/same"));
	show_stat("r/f2");
	show_stat("r/same");
	SHOW(renameat2(AT_FDCWD, "r/f2", AT_FDCWD, "r/same", RENAME_NOREPLACE));
	SHOW(renameat2(AT_FDCWD, "r/f2", AT_FDCWD, "r/fresh", RENAME_NOREPLACE));
	SHOW(renameat2(AT_FDCWD, "r/fresh", AT_FDCWD, "r/d9", RENAME_EXCHANGE));
	show_stat("r/fresh");
	show_stat("r/d9");
	SHOW(renameat2(AT_FDCWD, "r/fresh", AT_FDCWD, "r/none", RENAME_EXCHANGE));
	SHOW(renameat2(AT_FDCWD, "r/fresh", AT_FDCWD, "r/d9", RENAME_EXCHANGE | RENAME_NOREPLACE));
	SHOW(renameat2(AT_FDCWD, "r/fresh", AT_FDCWD, "r/d9", 64));
	SHOW(mkdir("r2", 0755));
	show_stat("r");
	SHOW(rename("r/fresh", "r2/moved"));
	show_stat("r");
	show_stat("r2");
	SHOW(access("r2/moved/in", F_OK));
	SHOW(access("r2/moved/../moved/in", F_OK));
}

static void open_then_unlink(void)
{
	char buf[8] = {};
	struct stat st;
	int fd = open("gone", O_CREAT | O_RDWR, 0644);

	SHOW(write(fd, "hello", 5));
	SHOW(unlink("gone"));
	SHOW(access("gone", F_OK));
	SHOW(pread(fd, buf, 5, 0));
	fstat(fd, &st);
	show("%s nlink %d", buf, (int)st.st_nlink);
	SHOW(linkat(fd, "", AT_FDCWD, "back", AT_EMPTY_PATH));
	close(fd);

	SHOW(mkdir("cwd", 0755));
	SHOW(chdir("cwd"));
	SHOW(rmdir("../cwd"));
	SHOW(touch("x"));
	SHOW(mkdir("x", 0755));
	SHOW(access(".", F_OK));
	SHOW(access("..", F_OK));
	CHECK_ERRNO(syscall(SYS_getcwd, buf, sizeof(buf)), ENOENT);
	SHOW(chdir(".."));
	CHECK_ERRNO(syscall(SYS_getcwd, buf, 1), ERANGE);
	SHOW(syscall(SYS_getcwd, buf, sizeof(buf)));
	show("%s", buf);
}

static void nodes(void)
{
	struct stat st;

	umask(0);
	SHOW(mknod("fifo", S_IFIFO | 0666, 0));
	SHOW(mknod("sock", S_IFSOCK | 0666, 0));
	SHOW(mknod("reg", S_IFREG | 0666, 0));
	SHOW(mknod("zero", 0666, 0));
	SHOW(mknod("dir", S_IFDIR | 0666, 0));
	SHOW(mknod("bad", 0170000 | 0666, 0));
	SHOW(mknod("null", S_IFCHR | 0666, 0x103));
	SHOW(mknod("big", S_IFBLK | 0666, 0x12345678));
	stat("big", &st);
	show("rdev %llx", (unsigned long long)st.st_rdev);
	show_stat("fifo");
	show_stat("sock");
	show_stat("zero");
	SHOW(open("sock", O_RDONLY));
	SHOW(open("big", O_RDONLY));
	int fd = open("null", O_RDWR);

	CHECK(fd >= 0);
	SHOW(write(fd, "x", 1));
	SHOW(read(fd, &st, 1));
}

int main(void)
{
	umask(022);
	resolution();
	links();
	removal();
	renames();
	open_then_unlink();
	nodes();
	return abi_result();
}
