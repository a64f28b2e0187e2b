// SPDX-License-Identifier: MIT
/* Many processes at once: names that come, go and move, the same files opened, mounts over them. ABI_SECONDS 60 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "abi.h"

#define ROUNDS 1500

static unsigned int seed;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static void random_name(char *name, size_t size)
{
	switch (rnd(4)) {
	case 0:
		snprintf(name, size, "f%u", rnd(4));
		break;
	case 1:
		snprintf(name, size, "d%u/f%u", rnd(3), rnd(4));
		break;
	case 2:
		snprintf(name, size, "d%u/../d%u/e%u", rnd(3), rnd(3), rnd(3));
		break;
	default:
		snprintf(name, size, "d%u/e%u/f%u", rnd(3), rnd(3), rnd(4));
	}
}

/* Errors are expected; what counts is that nothing breaks. */
static void one_change(void)
{
	char a[64], b[64], buf[16];
	struct stat st;
	int fd;

	random_name(a, sizeof(a));
	random_name(b, sizeof(b));
	switch (rnd(10)) {
	case 0:
		fd = open(a, O_CREAT | O_RDWR, 0644);
		if (fd >= 0) {
			if (write(fd, a, 8) == 8 && pread(fd, buf, 8, 0) < 0)
				show("read failed");
			close(fd);
		}
		break;
	case 1:
		unlink(a);
		break;
	case 2:
		mkdir(a, 0755);
		break;
	case 3:
		rmdir(a);
		break;
	case 4:
		rename(a, b);
		break;
	case 5:
		link(a, b);
		break;
	case 6:
		symlink(b, a);
		break;
	case 7:
		renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
		break;
	case 8:
		fd = open("d0", O_RDONLY | O_DIRECTORY);
		if (fd >= 0) {
			DIR *dir = fdopendir(fd);

			while (dir && readdir(dir))
				;
			if (dir)
				closedir(dir);
			else
				close(fd);
		}
		break;
	default:
		stat(a, &st);
	}
}

static void names(unsigned int worker)
{
	seed = worker * 7919 + 1;
	for (int i = 0; i < ROUNDS; i++)
		one_change();
}

/* A tree that is moved about; who walks through it finds the file, or nothing. */
static void movers(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		rename("tree/x", "tree/y");
		rename("tree/y", "tree/x");
	}
}

static void walkers(void)
{
	int found = 0;

	for (int i = 0; i < ROUNDS; i++) {
		if (!access("tree/x/deep/deeper/file", F_OK) || !access("tree/y/deep/deeper/file", F_OK))
			found++;
		if (access("tree/x/deep/../../", F_OK) && errno != ENOENT)
			show("walk: %s", strerror(errno));
	}
	if (!found)
		show("never found");
}

static void mounter(void)
{
	for (int i = 0; i < ROUNDS / 10; i++) {
		if (mount("m", "mnt", "tmpfs", 0, NULL))
			show("mount: %s", strerror(errno));
		close(open("mnt/f", O_CREAT | O_RDWR, 0644));
		if (umount2("mnt", MNT_DETACH))
			show("umount: %s", strerror(errno));
	}
}

static void mount_users(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		int fd = open("mnt/f", O_RDWR);

		if (fd >= 0)
			close(fd);
		access("mnt/..", F_OK);
	}
}

/* Threads that open and close each other's descriptors. */
static void *descriptors(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int fd = open("same", O_RDWR);
		char c;

		if (read(fd, &c, 1) < 0 && errno != EBADF)
			show("read: %s", strerror(errno));
		dup2(fd, 20);
		write(20, "x", 1);
		close(20);
		close(fd);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t t[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, descriptors, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
}

static void start(void (*fn)(void))
{
	if (!fork()) {
		fn();
		_exit(abi_failures);
	}
}

int main(void)
{
	int status;

	CHECK(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	for (int i = 0; i < 3; i++) {
		char name[8];

		snprintf(name, sizeof(name), "d%d", i);
		CHECK(!mkdir(name, 0755));
	}
	CHECK(!mkdir("tree", 0755) && !mkdir("tree/x", 0755) && !mkdir("tree/x/deep", 0755) && !mkdir("tree/x/deep/deeper", 0755));
	close(open("tree/x/deep/deeper/file", O_CREAT | O_RDWR, 0644));
	close(open("same", O_CREAT | O_RDWR, 0644));
	CHECK(!mkdir("mnt", 0755));
	for (unsigned int worker = 0; worker < 4; worker++)
		if (!fork()) {
			names(worker);
			_exit(abi_failures);
		}
	start(movers);
	start(walkers);
	start(walkers);
	start(mounter);
	start(mount_users);
	start(threads);
	while (wait(&status) > 0)
		CHECK(status == 0);
	SHOW(access("tree/x/deep/deeper/file", F_OK));
	SHOW(umount("mnt"));
	show("done");
	return abi_result();
}
