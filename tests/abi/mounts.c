// SPDX-License-Identifier: MIT
/* mount, umount, bind, move, remount, read-only, busy; chroot and the mounts that u-root's init makes. */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "abi.h"

static long type(const char *path)
{
	struct statfs s;

	return statfs(path, &s) ? -errno : (long)s.f_type;
}

static void basics(void)
{
	mkdir("m", 0755);
	close(open("m/below", O_CREAT | O_WRONLY, 0600));
	CHECK_ERRNO(mount("none", "m", "nosuchfs", 0, NULL), ENODEV);
	CHECK_ERRNO(mount("none", "missing", "tmpfs", 0, NULL), ENOENT);
	CHECK_ERRNO(umount("m"), EINVAL);
	SHOW(mount("none", "m", "tmpfs", MS_NOSUID, "size=1m,mode=0711"));
	show("type %lx", type("m"));
	struct stat st;

	stat("m", &st);
	show("mode %o below %d", st.st_mode, access("m/below", F_OK));
	int fd = open("m/file", O_CREAT | O_RDWR, 0600);
	static char block[65536];
	int n = 0;

	while (write(fd, block, sizeof(block)) == (ssize_t)sizeof(block))
		n++;
	show("room for %d blocks of 64 KiB", n);
	CHECK(errno == ENOSPC);
	CHECK_ERRNO(umount("m"), EBUSY);
	CHECK_ERRNO(umount2("m", 0x100), EINVAL);
	SHOW(umount2("m", MNT_DETACH));
	show("below %d", access("m/below", F_OK));
	SHOW(pwrite(fd, "x", 1, 0));
	close(fd);
	mkdir("a", 0755), mkdir("b", 0755), mkdir("c", 0755);
	SHOW(mount("none", "a", "tmpfs", 0, NULL));
	mkdir("a/sub", 0755);
	close(open("a/f", O_CREAT | O_WRONLY, 0600));
	SHOW(mount("a", "b", NULL, MS_BIND, NULL));
	show("bound %d", access("b/f", F_OK));
	SHOW(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	CHECK_ERRNO(open("b/new", O_CREAT | O_WRONLY, 0600), EROFS);
	CHECK_ERRNO(unlink("b/f"), EROFS);
	SHOW(open("a/new", O_CREAT | O_WRONLY, 0600) >= 0);
	SHOW(umount("b"));
	CHECK_ERRNO(rmdir("a"), EBUSY);
	CHECK_ERRNO(rename("a", "d"), EBUSY);
	SHOW(link("a/f", "c/f"));
	CHECK(errno == EXDEV);
	close(open("a/g", O_CREAT | O_WRONLY, 0600));
	CHECK_ERRNO(rename("a/g", "c/g"), EXDEV);
	SHOW(mount("a", "c", NULL, MS_MOVE, NULL));
	show("moved %d %d", access("c/f", F_OK), access("a/f", F_OK));
	SHOW(mount(NULL, "c", NULL, MS_REMOUNT | MS_RDONLY, NULL));
}

static void u_root(void)
{
	static const struct {
		const char *fs, *options;
	} list[] = { { "devtmpfs", NULL }, { "proc", NULL }, { "tmpfs", NULL }, { "devpts", "newinstance,ptmxmode=666,gid=5,mode=620" },
		{ "sysfs", NULL }, { "securityfs", NULL }, { "debugfs", NULL }, { "ramfs", NULL } };

	mkdir("u", 0755);
	for (unsigned i = 0; i < sizeof(list) / sizeof(*list); i++) {
		int r = mount("none", "u", list[i].fs, 0, list[i].options);

		show("%s %d type %lx", list[i].fs, r, type("u"));
		SHOW(umount("u"));
	}
}

/* A name that a socket has, and a terminal that is open, outlast the mount. */
static void held(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "s/name" };
	int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0), master;

	mkdir("s", 0755);
	SHOW(mount("none", "s", "tmpfs", 0, NULL));
	SHOW(bind(socket_fd, (void *)&addr, sizeof(addr)));
	CHECK_ERRNO(umount("s"), EBUSY);
	SHOW(umount2("s", MNT_DETACH));
	SHOW(mount("none", "s", "tmpfs", 0, NULL));
	SHOW(close(socket_fd));
	SHOW(umount("s"));

	mkdir("pts", 0755);
	SHOW(mknod("ptmx", S_IFCHR | 0600, makedev(5, 2)));
	for (int i = 0; i < 100; i++) {
		CHECK(!mount("none", "pts", "devpts", 0, "newinstance,ptmxmode=666"));
		master = open("ptmx", O_RDWR | O_NOCTTY);
		CHECK(master >= 0 && !access("pts/0", F_OK));
		if (i % 2)
			close(master);
		CHECK(!umount("pts"));
		if (!(i % 2))
			CHECK(!close(master));
	}
}

static void roots(void)
{
	int status;

	mkdir("r", 0755), mkdir("r/in", 0755);
	if (fork() == 0) {
		SHOW(chroot("r"));
		SHOW(chdir("/"));
		char cwd[64];

		show("%s %d", getcwd(cwd, sizeof(cwd)) ? cwd : "-", access("/../../in", F_OK));
		CHECK_ERRNO(chroot("/missing"), ENOENT);
		_exit(abi_result());
	}
	wait(&status);
	CHECK(status == 0);
	if (fork() == 0) {
		SHOW(unshare(CLONE_NEWNS));
		SHOW(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
		SHOW(mount("none", "r", "tmpfs", 0, NULL));
		show("only here %d", access("r/in", F_OK));
		_exit(abi_result());
	}
	wait(&status);
	CHECK(status == 0);
	show("not there %d", access("r/in", F_OK));
	if (fork() == 0) {
		setuid(1000);
		CHECK_ERRNO(mount("none", "r", "tmpfs", 0, NULL), EPERM);
		CHECK_ERRNO(chroot("r"), EPERM);
		_exit(abi_result());
	}
	wait(&status);
	CHECK(status == 0);
}

int main(void)
{
	basics();
	u_root();
	held();
	roots();
	return abi_result();
}
