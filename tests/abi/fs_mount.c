// SPDX-License-Identifier: MIT
/* mount(2), umount2(2), pivot_root(2), chroot(2): what the man pages say, with tmpfs and ramfs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "abi.h"

static int touch(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0644);

	return fd < 0 ? -1 : close(fd);
}

static void show_size(const char *name)
{
	struct statfs st;
	struct stat s;

	statfs(name, &st);
	stat(name, &s);
	show("%s: type %lx blocks %lld free %lld files %lld flags %lx mode %o", name, (long)st.f_type, (long long)st.f_blocks,
		(long long)st.f_bfree, (long long)st.f_files, (long)st.f_flags, s.st_mode);
}

static void basics(void)
{
	SHOW(mkdir("m", 0755));
	SHOW(touch("m/below"));
	SHOW(touch("file"));
	SHOW(mount("src", "m", "nosuchfs", 0, NULL));
	SHOW(mount("src", "none", "tmpfs", 0, NULL));
	SHOW(mount("src", "file", "tmpfs", 0, NULL));
	SHOW(mount("src", "m", NULL, 0, NULL));
	SHOW(mount("src", "m", "tmpfs", 0, "nonsense=1"));
	SHOW(mount("src", "m", "tmpfs", 0, "size=xx"));
	SHOW(mount("src", "m", "ramfs", 0, "nonsense=1"));
	SHOW(umount("m"));
	SHOW(mount("src", "m", "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,nr_inodes=10,mode=700"));
	show_size("m");
	SHOW(access("m/below", F_OK));
	SHOW(umount("m/below"));
	SHOW(umount("file"));
	SHOW(umount("none"));
	SHOW(rmdir("m"));
	SHOW(rename("m", "n"));
	SHOW(rename("file", "m/file"));
	SHOW(link("file", "m/file"));

	int fd = open("m/big", O_CREAT | O_RDWR, 0644);
	char buf[4096] = {};
	int n = 0;

	while (write(fd, buf, sizeof(buf)) == sizeof(buf))
		n++;
	show("%d pages, then %s", n, strerror(errno));
	SHOW(umount("m"));
	SHOW(umount2("m", MNT_EXPIRE));
	show_size("m");
	SHOW(unlink("m/big"));
	close(fd);
	show_size("m");
	n = 0;
	for (char name[16];; n++) {
		snprintf(name, sizeof(name), "m/%d", n);
		if (touch(name))
			break;
	}
	show("%d files, then %s", n, strerror(errno));
	SHOW(mount(NULL, "m", NULL, MS_REMOUNT, "size=128k,nr_inodes=20"));
	show_size("m");
	SHOW(mount(NULL, "m", NULL, MS_REMOUNT, "nonsense"));
	SHOW(touch("m/more"));
	SHOW(mount(NULL, "m/1", NULL, MS_REMOUNT, NULL));
	SHOW(umount2("m", MNT_EXPIRE));
	SHOW(umount2("m", MNT_EXPIRE | MNT_DETACH));
	SHOW(umount2("m", 64));
	SHOW(umount2("m", MNT_EXPIRE));
	SHOW(umount2("m", MNT_EXPIRE));
	SHOW(access("m/below", F_OK));
}

static void read_only(void)
{
	int fd;

	SHOW(mount("src", "m", "tmpfs", 0, NULL));
	SHOW(touch("m/f"));
	fd = open("m/f", O_WRONLY);
	SHOW(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	close(fd);
	SHOW(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL));
	SHOW(touch("m/g"));
	SHOW(open("m/f", O_WRONLY));
	SHOW(open("m/f", O_RDONLY | O_TRUNC));
	SHOW(open("m/f", O_RDONLY | O_CREAT, 0644) >= 0);
	SHOW(mkdir("m/d", 0755));
	SHOW(mkdir("m/f", 0755));
	SHOW(unlink("m/f"));
	SHOW(unlink("m/none"));
	SHOW(rename("m/f", "m/g"));
	SHOW(chmod("m/f", 0600));
	SHOW(truncate("m/f", 0));
	SHOW(access("m/f", W_OK));
	SHOW(mount(NULL, "m", NULL, MS_REMOUNT, NULL));
	SHOW(touch("m/g"));
	SHOW(umount2("m", MNT_DETACH));
}

static void binds(void)
{
	SHOW(mkdir("b", 0755));
	SHOW(mkdir("m/sub", 0755));
	SHOW(touch("m/sub/x"));
	SHOW(mount("m", "b", NULL, MS_BIND, NULL));
	SHOW(access("b/sub/x", F_OK));
	SHOW(mount("src", "m/sub", "tmpfs", 0, NULL));
	SHOW(access("m/sub/x", F_OK));
	SHOW(access("b/sub/x", F_OK));
	SHOW(mount(NULL, "b", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
	SHOW(touch("b/y"));
	SHOW(touch("m/y"));
	SHOW(access("b/y", F_OK));
	SHOW(umount("b"));
	SHOW(mount("m", "b", NULL, MS_BIND | MS_REC, NULL));
	SHOW(access("b/sub/x", F_OK));
	SHOW(umount("b"));
	SHOW(umount2("b", MNT_DETACH));
	SHOW(touch("target"));
	SHOW(mount("m/y", "target", NULL, MS_BIND, NULL));
	SHOW(mount("m", "target", NULL, MS_BIND, NULL));
	SHOW(mount("m/y", "b", NULL, MS_BIND, NULL));
	SHOW(mount("none", "b", NULL, MS_BIND, NULL));
	SHOW(mount(NULL, "b", NULL, MS_BIND, NULL));
	SHOW(unlink("target"));
	SHOW(umount("target"));
	SHOW(unlink("target"));
	SHOW(umount("m/sub"));
	SHOW(access("m/sub/x", F_OK));
}

static void stacked_and_moved(void)
{
	SHOW(mkdir("s", 0755));
	SHOW(mount("one", "s", "tmpfs", 0, NULL));
	SHOW(touch("s/one"));
	SHOW(mount("two", "s", "tmpfs", 0, NULL));
	SHOW(touch("s/two"));
	SHOW(access("s/one", F_OK));
	SHOW(mkdir("moved", 0755));
	SHOW(mount("s", "moved", NULL, MS_MOVE, NULL));
	SHOW(access("s/one", F_OK));
	SHOW(access("moved/two", F_OK));
	SHOW(access("moved/../moved/two", F_OK));
	SHOW(mount("moved", "none", NULL, MS_MOVE, NULL));
	SHOW(mount("b", "moved", NULL, MS_MOVE, NULL));
	SHOW(mkdir("moved/in", 0755));
	SHOW(mount("moved", "moved/in", NULL, MS_MOVE, NULL));
	SHOW(mount(NULL, "moved", NULL, MS_PRIVATE, NULL));
	SHOW(mount(NULL, "moved", NULL, MS_SHARED | MS_PRIVATE, NULL));
	SHOW(mount(NULL, "moved/in", NULL, MS_PRIVATE, NULL));
	SHOW(chdir("moved"));
	SHOW(umount("/tmp/moved"));
	SHOW(umount2("/tmp/moved", MNT_DETACH));
	SHOW(access("two", F_OK));
	SHOW(access("/tmp/moved/two", F_OK));
	SHOW(chdir("/tmp"));
	SHOW(umount("s"));
	SHOW(umount("s"));
}

static void new_root(void)
{
	char buf[64];
	int status;

	/* As switch_root does it. */
	SHOW(mkdir("root", 0755));
	SHOW(mount("r", "root", "tmpfs", 0, NULL));
	SHOW(mkdir("root/put", 0755));
	SHOW(touch("root/here"));
	/* The first root stays where it is, until Linux 7 puts another one below it. */
	if (!fork()) {
		unshare(CLONE_NEWNS);
		_exit(syscall(SYS_pivot_root, "root", "root/put") ? errno : 0);
	}
	wait(&status);
	CHECK(WEXITSTATUS(status) == (abi_linux(7, 0) ? 0 : EINVAL));
	SHOW(chdir("root"));
	SHOW(mount(".", "/", NULL, MS_MOVE, NULL));
	SHOW(chroot("."));
	SHOW(chdir("/"));
	SHOW(access("/here", F_OK));
	SHOW(access("/../here", F_OK));
	SHOW(syscall(SYS_getcwd, buf, sizeof(buf)));
	show("%s", buf);
	/* The root is a mount below another now: pivot_root works. */
	SHOW(mkdir("/next", 0755));
	SHOW(mount("n", "/next", "tmpfs", 0, NULL));
	SHOW(mkdir("/next/old", 0755));
	SHOW(syscall(SYS_pivot_root, "/next", "/put"));
	SHOW(syscall(SYS_pivot_root, "/put", "/put"));
	SHOW(syscall(SYS_pivot_root, "/next", "/next/old"));
	SHOW(access("/old/here", F_OK));
	SHOW(access("/here", F_OK));
	SHOW(chdir("/"));
	SHOW(umount2("/old", MNT_DETACH));
	SHOW(access("/old/here", F_OK));
}

int main(void)
{
	int status;

	/* All in a namespace of its own: the runner's tree stays as it is. */
	SHOW(unshare(CLONE_NEWNS));
	SHOW(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	umask(022);
	basics();
	read_only();
	binds();
	stacked_and_moved();
	if (!fork()) {
		new_root();
		_exit(abi_failures);
	}
	wait(&status);
	SHOW(status);
	return abi_result();
}
