// SPDX-License-Identifier: MIT
/* clone3 and its errno, pidfd_open, pidfd_send_signal, pidfd_getfd, waitid(P_PIDFD), poll on a process. */
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "abi.h"

#define P_PIDFD 3

static long clone3(struct clone_args *args, size_t size)
{
	return syscall(SYS_clone3, args, size);
}

static void misuse(void)
{
	struct clone_args a = { .exit_signal = SIGCHLD };

	CHECK_ERRNO(clone3(&a, 8), EINVAL);
	CHECK_ERRNO(clone3(&a, 5000), E2BIG);
	CHECK_ERRNO(clone3((void *)8, sizeof(a)), EFAULT);
	a.exit_signal = 99;
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL);
	a = (struct clone_args){ .flags = CLONE_THREAD, .exit_signal = SIGCHLD };
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL);
	a = (struct clone_args){ .flags = CLONE_SIGHAND };
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL);
	a = (struct clone_args){ .flags = CLONE_FS | CLONE_NEWNS, .exit_signal = SIGCHLD };
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL);
	a = (struct clone_args){ .stack = 4096, .exit_signal = SIGCHLD };
	CHECK_ERRNO(clone3(&a, sizeof(a)), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_open, 0, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_open, 99999, 0), ESRCH);
	CHECK_ERRNO(syscall(SYS_pidfd_open, getpid(), 1), EINVAL);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, 0, 0, NULL, 0), EBADF);
	siginfo_t info;

	CHECK_ERRNO(syscall(SYS_waitid, P_PIDFD, 99, &info, WEXITED, NULL), EBADF);
}

static void life(void)
{
	int fd = -1, tid = 0;
	struct clone_args a = {
		.flags = CLONE_PIDFD | CLONE_PARENT_SETTID, .pidfd = (uintptr_t)&fd, .parent_tid = (uintptr_t)&tid,
		.exit_signal = SIGCHLD,
	};
	pid_t pid = clone3(&a, sizeof(a));

	if (pid == 0) {
		for (;;)
			pause();
	}
	show("tid set %d fd %d cloexec %d", tid == pid, fd >= 0, fcntl(fd, F_GETFD));
	struct pollfd p = { fd, POLLIN, 0 };

	SHOW(poll(&p, 1, 0));
	SHOW(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
	SHOW(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	SHOW(poll(&p, 1, 5000));
	show("revents %#x", p.revents);
	siginfo_t info = { 0 };

	SHOW(syscall(SYS_waitid, P_PIDFD, fd, &info, WEXITED, NULL));
	show("pid %d code %d status %d", info.si_pid == pid, info.si_code, info.si_status);
	CHECK_ERRNO(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0), ESRCH);
	CHECK_ERRNO(syscall(SYS_waitid, P_PIDFD, fd, &info, WEXITED, NULL), ECHILD);
	close(fd);
}

static void get_fd(void)
{
	int ready[2], fds[2], status;
	char c = 0;

	if (pipe(ready) || pipe(fds))
		return;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(fds[1], 50);
		write(ready[1], "r", 1);
		for (;;)
			pause();
	}
	close(fds[1]);
	read(ready[0], &c, 1);
	int fd = syscall(SYS_pidfd_open, pid, 0), copy = syscall(SYS_pidfd_getfd, fd, 50, 0);

	show("got %d", copy >= 0);
	CHECK_ERRNO(syscall(SYS_pidfd_getfd, fd, 51, 0), EBADF);
	CHECK_ERRNO(syscall(SYS_pidfd_getfd, fd, 50, 1), EINVAL);
	SHOW(write(copy, "p", 1));
	SHOW(read(fds[0], &c, 1));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show("%c %#x", c, status);
}

int main(void)
{
	misuse();
	life();
	get_fd();
	return abi_result();
}
