// SPDX-License-Identifier: MIT
/* Directories as lists: getdents, seeking, changes while listing; /proc/self/fd links; getcwd after renames. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "abi.h"

static int touch(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0644);

	return fd < 0 ? -1 : close(fd);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void listing(void)
{
	char names[16][16];
	struct dirent *entry;
	struct stat st;
	int n = 0, wrong = 0;
	DIR *dir;

	mkdir("l", 0755);
	touch("l/a");
	mkdir("l/b", 0755);
	symlink("x", "l/c");
	mkfifo("l/d", 0644);
	touch("l/.e");
	dir = opendir("l");
	while ((entry = readdir(dir)) && n < 16) {
		snprintf(names[n++], 16, "%s %d", entry->d_name, entry->d_type);
		fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW);
		wrong += st.st_ino != entry->d_ino;
	}
	qsort(names, n, 16, compare);
	for (int i = 0; i < n; i++)
		show("%s", names[i]);
	SHOW(wrong);
	rewinddir(dir);
	for (n = 0; readdir(dir); n++)
		;
	SHOW(n);
	closedir(dir);
}

/* From any entry's position the list goes on with the one behind it. */
static void seeking(void)
{
	long where[300];
	char names[300][32], name[32];
	struct dirent *entry;
	int n = 0, wrong = 0;
	DIR *dir;

	mkdir("s", 0755);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "s/file%d", i);
		touch(name);
	}
	dir = opendir("s");
	for (;;) {
		where[n] = telldir(dir);
		entry = readdir(dir);
		if (!entry)
			break;
		strcpy(names[n++], entry->d_name);
	}
	SHOW(n);
	for (int i = n - 1; i >= 0; i -= 7) {
		seekdir(dir, where[i]);
		entry = readdir(dir);
		wrong += !entry || strcmp(entry->d_name, names[i]);
	}
	SHOW(wrong);
	/* Each entry is removed as it is seen: none is missed. */
	rewinddir(dir);
	for (n = 0; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		n += !unlinkat(dirfd(dir), entry->d_name, 0);
	}
	SHOW(n);
	closedir(dir);
	SHOW(rmdir("s"));
}

static void raw(void)
{
	char buf[1024];
	int fd = open("l", O_RDONLY), file = open("l/a", O_RDONLY);

	SHOW(syscall(SYS_getdents64, fd, buf, 8));
	SHOW(syscall(SYS_getdents64, fd, buf, 24));
	SHOW(syscall(SYS_getdents64, fd, (void *)8, 1024));
	SHOW(syscall(SYS_getdents64, file, buf, 1024));
	SHOW(syscall(SYS_getdents64, 99, buf, 1024));
	SHOW(syscall(SYS_getdents64, fd, buf, 1024) > 100);
	SHOW(syscall(SYS_getdents64, fd, buf, 1024));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(syscall(SYS_getdents64, fd, buf, 1024) > 100);
	SHOW(read(fd, buf, 10));
	SHOW(lseek(fd, -1, SEEK_SET));
	SHOW(mkdir("gone", 0755));
	close(fd);
	fd = open("gone", O_RDONLY);
	SHOW(rmdir("gone"));
	SHOW(syscall(SYS_getdents64, fd, buf, 1024));
	SHOW(openat(fd, "x", O_CREAT | O_WRONLY, 0644));
	SHOW(mkdirat(fd, "x", 0755));
	close(fd);
	close(file);
}

static void show_link(int fd)
{
	char link[64], text[PATH_MAX + 1];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, text, PATH_MAX);
	if (n < 0) {
		show("link: %s", strerror(errno));
		return;
	}
	text[n] = 0;
	show("link: %s", text);
}

static void descriptor_links(void)
{
	char link[64];
	struct stat st, by_link;
	int fd = open("l/a", O_RDWR), other;

	show_link(fd);
	SHOW(rename("l/a", "l/renamed"));
	show_link(fd);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	SHOW(fstat(fd, &st) | stat(link, &by_link));
	SHOW(st.st_ino == by_link.st_ino);
	other = open(link, O_RDONLY);
	SHOW(other >= 0);
	close(other);
	SHOW(open(link, O_RDONLY | O_NOFOLLOW));
	SHOW(chmod(link, 0600));
	SHOW(unlink("l/renamed"));
	show_link(fd);
	SHOW(open(link, O_RDONLY) >= 0);
	SHOW(linkat(AT_FDCWD, link, AT_FDCWD, "again", AT_SYMLINK_FOLLOW));
	close(fd);
	fd = open(".", O_TMPFILE | O_RDWR, 0600);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	SHOW(linkat(AT_FDCWD, link, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	SHOW(access("named", F_OK));
	close(fd);
	fd = open("l/c", O_PATH | O_NOFOLLOW);
	SHOW(readlinkat(fd, "", link, sizeof(link)));
	show_link(fd);
	close(fd);
	fd = open("l", O_PATH);
	show_link(fd);
	snprintf(link, sizeof(link), "/proc/self/fd/%d/b/..", fd);
	SHOW(access(link, F_OK));
	close(fd);
}

static void where_am_i(void)
{
	char buf[256];

	SHOW(mkdir("w1", 0755) | mkdir("w1/in", 0755) | mkdir("w2", 0755));
	SHOW(chdir("w1/in"));
	SHOW(rename("/tmp/w1/in", "/tmp/w2/moved"));
	SHOW(syscall(SYS_getcwd, buf, sizeof(buf)));
	show("%s", buf);
	SHOW(chdir(".."));
	SHOW(syscall(SYS_getcwd, buf, sizeof(buf)));
	show("%s", buf);
	SHOW(chdir("/tmp"));
	SHOW(symlink("w2", "way"));
	SHOW(chdir("way"));
	SHOW(syscall(SYS_getcwd, buf, sizeof(buf)));
	show("%s", buf);
	SHOW(chdir("/tmp/l/b/../../.."));
	SHOW(syscall(SYS_getcwd, buf, sizeof(buf)));
	show("%s", buf);
	SHOW(chdir("/tmp"));
	SHOW(chdir("again"));
	SHOW(chdir("none"));
	SHOW(fchdir(99));
}

static void controls(void)
{
	char termios[64];
	int fd = open("named", O_RDWR), n = 5, off = 0;

	SHOW(write(fd, "0123456789", 10));
	SHOW(lseek(fd, 3, SEEK_SET));
	SHOW(ioctl(fd, FIONREAD, &n));
	SHOW(n);
	SHOW(ioctl(fd, TCGETS, termios));
	SHOW(ioctl(fd, FIONBIO, &n));
	SHOW(fcntl(fd, F_GETFL) & O_NONBLOCK);
	SHOW(ioctl(fd, FIONBIO, &off));
	SHOW(fcntl(fd, F_GETFL) & O_NONBLOCK);
	SHOW(ioctl(fd, FIOCLEX));
	SHOW(fcntl(fd, F_GETFD));
	SHOW(ioctl(fd, 0x12345678, 0));
	SHOW(ioctl(99, FIONREAD, &n));
	close(fd);
}

int main(void)
{
	umask(022);
	listing();
	seeking();
	raw();
	descriptor_links();
	where_am_i();
	controls();
	return abi_result();
}
