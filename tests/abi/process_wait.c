// SPDX-License-Identifier: MIT
/* fork, exit codes, wait4 and waitid with their options, orphans, process groups and sessions. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "abi.h"

static void statuses(void)
{
	static const int codes[] = { 0, 1, 77, 255, 256 + 3 };
	static const int signals[] = { SIGTERM, SIGKILL, SIGSEGV, SIGUSR1 };
	int status;

	for (unsigned i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(codes[i]);
		CHECK(waitpid(pid, &status, 0) == pid);
		show("exit(%d): status %#x", codes[i], status);
	}
	for (unsigned i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		pid_t pid = fork();

		if (pid == 0) {
			raise(signals[i]);
			_exit(9);
		}
		CHECK(waitpid(pid, &status, 0) == pid);
		show("signal %d: status %#x", signals[i], status & ~0x80);
	}
}

static void options(void)
{
	int status, go[2];
	siginfo_t info = { 0 };
	pid_t pid;

	CHECK(pipe(go) == 0);
	CHECK_ERRNO(waitpid(-1, &status, 0), ECHILD);
	CHECK_ERRNO(waitpid(1, &status, 0), ECHILD);
	CHECK_ERRNO(waitpid(-1, &status, 0x1000), EINVAL);
	CHECK_ERRNO(waitid(P_PID, 0, &info, 0), EINVAL);
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		_exit(read(go[0], &status, 1) == 1 ? 4 : 5);
	}
	SHOW(waitpid(pid, &status, WUNTRACED) == pid);
	show("stopped %d by %d", WIFSTOPPED(status), WSTOPSIG(status));
	SHOW(waitpid(pid, &status, WNOHANG));
	kill(pid, SIGCONT);
	SHOW(waitpid(pid, &status, WCONTINUED) == pid);
	show("continued %d", WIFCONTINUED(status));
	CHECK(write(go[1], "x", 1) == 1);
	SHOW(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	show("code %d status %d pid %d signo %d", info.si_code == CLD_EXITED, info.si_status, info.si_pid == pid, info.si_signo == SIGCHLD);
	memset(&info, 0, sizeof(info));
	SHOW(waitid(P_ALL, 0, &info, WEXITED));
	show("status %d", info.si_status);
	CHECK_ERRNO(waitid(P_ALL, 0, &info, WEXITED), ECHILD);
}

static void orphans(void)
{
	int fds[2], status;
	char c;

	SHOW(prctl(PR_SET_CHILD_SUBREAPER, 1));
	if (pipe(fds))
		return;
	pid_t pid = fork();

	if (pid == 0) {
		if (fork() == 0) {
			close(fds[1]);
			read(fds[0], &c, 1);
			_exit(getppid() == getpgrp() ? 5 : 6);
		}
		_exit(0);
	}
	waitpid(pid, &status, 0);
	close(fds[0]);
	close(fds[1]);
	CHECK(waitpid(-1, &status, 0) > 0);
	show("the orphan came to us with %d", WEXITSTATUS(status));
}

static void groups(void)
{
	int status;

	show("leader %d %d", getsid(0) == getpid(), getpgrp() == getpid());
	CHECK_ERRNO(setsid(), EPERM);
	CHECK_ERRNO(setpgid(0, 1), EPERM);
	CHECK_ERRNO(setpgid(99999, 0), ESRCH);
	CHECK_ERRNO(setpgid(0, -1), EINVAL);
	CHECK_ERRNO(getpgid(99999), ESRCH);
	pid_t pid = fork();

	if (pid == 0) {
		SHOW(setpgid(0, 0));
		show("own group %d", getpgrp() == getpid());
		CHECK_ERRNO(setsid(), EPERM);
		SHOW(setpgid(0, getppid()));
		SHOW(setsid() == getpid());
		_exit(abi_result());
	}
	waitpid(pid, &status, 0);
	CHECK(status == 0);
}

static void sharing(void)
{
	struct rusage ru;
	int status, value = 1;
	pid_t pid = vfork();

	if (pid == 0) {
		value = 2;
		_exit(0);
	}
	SHOW(wait4(pid, &status, 0, &ru) == pid);
	show("vfork shares memory: %d", value);
	CHECK_ERRNO(syscall(SYS_clone, CLONE_SIGHAND, 0, 0, 0, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_clone, CLONE_THREAD | CLONE_SIGHAND, 0, 0, 0, 0), EINVAL);
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(prctl(PR_SET_NAME, "a-long-name-for-a-thread"));
	char name[17] = "";

	prctl(PR_GET_NAME, name);
	show("%s", name);
	CHECK_ERRNO(prctl(9999), EINVAL);
}

int main(void)
{
	statuses();
	options();
	orphans();
	groups();
	sharing();
	return abi_result();
}
