// SPDX-License-Identifier: MIT
/* PID and UTS namespaces: numbers inside and outside, init's protection, its end as everybody's end, unshare. */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "abi.h"

static char stack[65536];

static int first(void *arg)
{
	int status;

	show("init: pid %d ppid %d", getpid(), getppid());
	show("session %d group %d", getsid(0), getpgrp());
	pid_t pid = fork();

	if (pid == 0) {
		/* An orphan comes to the namespace's init. */
		if (fork() == 0) {
			while (getppid() != 1)
				usleep(1000);
			_exit(getpid());
		}
		_exit(getpid() == 2 && getppid() == 1 ? 100 : 101);
	}
	show("fork gave %d", pid);
	usleep(100000);
	for (int i = 0; i < 2; i++) {
		pid = wait(&status);
		show("waited %d: %#x", pid, status);
	}
	CHECK_ERRNO(kill(77, 0), ESRCH);
	CHECK_ERRNO(kill(getppid() + 5, 0), ESRCH);
	kill(1, SIGTERM);
	kill(1, SIGKILL);
	raise(SIGUSR1);
	show("init lives");
	if (arg)
		for (;;)
			pause();
	return 7;
}

static void pid_namespace(void)
{
	int status;
	pid_t pid = clone(first, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, NULL);

	CHECK(pid > 1 && waitpid(pid, &status, 0) == pid);
	show("ended %#x", status);
	pid = clone(first, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, "stay");
	usleep(200000);
	kill(pid, SIGTERM); /* has no handler: nothing */
	usleep(20000);
	SHOW(waitpid(pid, &status, WNOHANG));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show("killed %#x", status);
}

static int sleeper(void *arg)
{
	for (int i = 0; i < 3; i++)
		if (fork() == 0)
			for (;;)
				pause();
	write(*(int *)arg, "x", 1);
	pause();
	return 0;
}

/* The end of init closes the last writer: everything in the namespace is gone. */
static void all_end(void)
{
	int fds[2], status;
	char c;

	if (pipe(fds))
		return;
	pid_t pid = clone(sleeper, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, &fds[1]);

	close(fds[1]);
	SHOW(read(fds[0], &c, 1));
	kill(pid, SIGKILL);
	SHOW(read(fds[0], &c, 1));
	waitpid(pid, &status, 0);
	show("status %#x", status);
	close(fds[0]);
}

static void unshared(void)
{
	int status;

	if (fork() == 0) {
		SHOW(unshare(CLONE_NEWPID));
		pid_t own = getpid(), pid = fork();

		if (pid == 0) {
			show("first child: %d %d", getpid(), getppid());
			_exit(0);
		}
		wait(&status);
		show("own number stays %d", own == getpid());
		/* Its init is dead: no more processes there. */
		CHECK_ERRNO(fork(), ENOMEM);
		_exit(abi_failures);
	}
	wait(&status);
	show("status %#x", status);
}

static void uts(void)
{
	struct utsname before, after;
	int status;

	uname(&before);
	if (fork() == 0) {
		SHOW(unshare(CLONE_NEWUTS));
		SHOW(sethostname("inside", 6));
		uname(&after);
		show("%s", after.nodename);
		CHECK_ERRNO(sethostname("x", -1), EINVAL);
		CHECK_ERRNO(sethostname("x", 65), EINVAL);
		_exit(abi_failures);
	}
	wait(&status);
	uname(&after);
	show("outside unchanged %d", !strcmp(before.nodename, after.nodename));
	CHECK_ERRNO(unshare(1), EINVAL);
}

int main(void)
{
	pid_namespace();
	all_end();
	unshared();
	uts();
	return abi_result();
}
