// SPDX-License-Identifier: MIT
/*
 * /init that measures system calls in instructions (by a clock under -icount shift=0) and
 * prints "FIGURE name value" lines. Each figure is the smallest of several rounds' averages, so that
 * what is rare (a timer, a log line) does not count.
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/reboot.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mark.h"

#define ROUNDS 7

static int zero, null, fds[2], big;
static char *pages;
static char block[65536];

static void getppid_call(void)
{
	syscall(SYS_getppid);
}

static void read_zero(void)
{
	char c;

	read(zero, &c, 1);
}

static void write_null(void)
{
	write(null, "x", 1);
}

static void open_close(void)
{
	close(open("/tmp/file", O_RDONLY));
}

static void stat_file(void)
{
	struct stat st;

	stat("/tmp/file", &st);
}

static void pipe_one(void)
{
	char c;

	write(fds[1], "x", 1);
	read(fds[0], &c, 1);
}

static void fork_wait(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void vfork_exec(void)
{
	static char *argv[] = { "nothing", NULL };
	pid_t pid = vfork();

	if (pid == 0) {
		execve("/nothing", argv, argv + 1);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void *nothing(void *arg)
{
	return arg;
}

static void thread_join(void)
{
	pthread_t t;

	pthread_create(&t, NULL, nothing, NULL);
	pthread_join(t, NULL);
}

static void read_64k(void)
{
	pread(big, block, sizeof(block), 0);
}

static void figure(const char *name, void (*f)(void), int n)
{
	uint64_t best = UINT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t begin = count();

		for (int i = 0; i < n; i++)
			f();
		uint64_t took = (count() - begin) / n;

		best = took < best ? took : best;
	}
	printf("FIGURE %s %lu\n", name, best);
}

static void page_fault(void)
{
	enum { N = 512 };
	size_t page = sysconf(_SC_PAGESIZE);
	uint64_t best = UINT64_MAX;

	for (int round = 0; round < ROUNDS; round++) {
		pages = mmap(NULL, N * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		uint64_t begin = count();

		for (int i = 0; i < N; i++)
			pages[i * page] = 1;
		uint64_t took = (count() - begin) / N;

		best = took < best ? took : best;
		munmap(pages, N * page);
	}
	printf("FIGURE page-fault %lu\n", best);
}

static uint32_t turn;

static void wait_turn(uint32_t mine)
{
	while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != mine)
		syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, !mine, NULL, NULL, 0);
}

static void pass_turn(uint32_t other)
{
	__atomic_store_n(&turn, other, __ATOMIC_RELEASE);
	syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

enum { TRIPS = 1000 };

static void *partner(void *arg)
{
	for (int i = 0; i < TRIPS * ROUNDS; i++) {
		wait_turn(1);
		pass_turn(0);
	}
	return arg;
}

static void futex_ping_pong(void)
{
	uint64_t best = UINT64_MAX;
	pthread_t t;

	pthread_create(&t, NULL, partner, NULL);
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t begin = count();

		for (int i = 0; i < TRIPS; i++) {
			pass_turn(1);
			wait_turn(0);
		}
		uint64_t took = (count() - begin) / TRIPS;

		best = took < best ? took : best;
	}
	pthread_join(t, NULL);
	printf("FIGURE futex-round-trip %lu\n", best);
}

static void pipe_ping_pong(void)
{
	uint64_t best = UINT64_MAX;
	int there[2], back[2];
	char c = 0;

	if (pipe(there) || pipe(back))
		return;
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < TRIPS * ROUNDS; i++) {
			read(there[0], &c, 1);
			write(back[1], &c, 1);
		}
		_exit(0);
	}
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t begin = count();

		for (int i = 0; i < TRIPS; i++) {
			write(there[1], &c, 1);
			read(back[0], &c, 1);
		}
		uint64_t took = (count() - begin) / (2 * TRIPS);

		best = took < best ? took : best;
	}
	waitpid(pid, NULL, 0);
	printf("FIGURE pipe-switch %lu\n", best);
}

int main(void)
{
	mkdir("/tmp", 01777);
	mkdir("/dev", 0755);
	mount("none", "/dev", "devtmpfs", 0, NULL);
	mount("none", "/tmp", "tmpfs", 0, NULL);
	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	close(open("/tmp/file", O_CREAT | O_WRONLY, 0644));
	big = open("/tmp/big", O_CREAT | O_RDWR, 0644);
	write(big, block, sizeof(block));
	if (pipe(fds) || zero < 0 || null < 0 || big < 0)
		perror("bench: set-up");
	setvbuf(stdout, NULL, _IOLBF, 0);
	figure("getppid", getppid_call, 1000);
	figure("read-zero", read_zero, 1000);
	figure("write-null", write_null, 1000);
	figure("open-close", open_close, 500);
	figure("stat", stat_file, 500);
	figure("pipe-write-read", pipe_one, 500);
	figure("fork-exit-wait", fork_wait, 50);
	figure("vfork-exec-exit-wait", vfork_exec, 50);
	page_fault();
	futex_ping_pong();
	pipe_ping_pong();
	figure("thread-create-join", thread_join, 100);
	figure("read-64k", read_64k, 50);
	puts("FIGURES end");
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, NULL);
	for (;;)
		pause();
}
