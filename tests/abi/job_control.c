// SPDX-License-Identifier: MIT
/* Stop and continue: SIGCHLD's siginfo, what is discarded, group stops of threads, orphaned groups, setpgid and setsid. */
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "abi.h"

static volatile int child_code[8], nr_codes, hups, conts;

static void on_child(int signo, siginfo_t *info, void *context)
{
	if (nr_codes < 8)
		child_code[nr_codes++] = info->si_code * 1000 + info->si_status;
}

static void on_hup(int signo)
{
	hups++;
}

static void on_cont(int signo)
{
	conts++;
}

static void codes(int flags)
{
	struct sigaction a = { .sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART | flags };
	int status;

	nr_codes = 0;
	sigaction(SIGCHLD, &a, NULL);
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	setpgid(pid, 0); /* not orphaned: its parent is in another group of the session */
	kill(pid, SIGTSTP);
	while (waitpid(pid, &status, WUNTRACED) != pid)
		;
	show("stopped %d by %d", WIFSTOPPED(status), WSTOPSIG(status));
	SHOW(waitpid(pid, &status, WUNTRACED | WNOHANG));
	kill(pid, SIGTERM); /* stays pending */
	usleep(20000);
	SHOW(waitpid(pid, &status, WNOHANG));
	kill(pid, SIGCONT);
	while (waitpid(pid, &status, 0) != pid)
		;
	show("status %#x", status);
	/* The last one may have merged with that of the continuing. */
	for (int i = 0; i < nr_codes && i < (flags ? 1 : 2); i++)
		show("SIGCHLD %d", child_code[i]);
	signal(SIGCHLD, SIG_DFL);
}

static void discarded(void)
{
	sigset_t all, pending;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	kill(getpid(), SIGTSTP);
	kill(getpid(), SIGTTIN);
	sigpending(&pending);
	show("stops pending %d %d", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGTTIN));
	kill(getpid(), SIGCONT);
	sigpending(&pending);
	show("after SIGCONT %d %d", sigismember(&pending, SIGTSTP), sigismember(&pending, SIGTTIN));
	kill(getpid(), SIGTSTP);
	sigpending(&pending);
	show("cont pending %d", sigismember(&pending, SIGCONT));
	kill(getpid(), SIGCONT);
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

static volatile long turns;

static void *runner(void *arg)
{
	for (;;)
		turns++;
	return arg;
}

/* Every thread of a process stops. */
static void threads(void)
{
	int status, fds[2];
	long seen[2];

	if (pipe(fds))
		return;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_t t;

		pthread_create(&t, NULL, runner, NULL);
		for (;;) {
			usleep(1000);
			write(fds[1], "x", 1);
		}
	}
	close(fds[1]);
	char c;

	read(fds[0], &c, 1);
	kill(pid, SIGSTOP);
	SHOW(waitpid(pid, &status, WUNTRACED) == pid);
	(void)seen;
	kill(pid, SIGCONT);
	SHOW(waitpid(pid, &status, WCONTINUED) == pid);
	kill(pid, SIGSTOP);
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	show("killed while stopped %#x", status);
	close(fds[0]);
}

/* The group's last link to its session goes: a stopped member gets SIGHUP and SIGCONT. */
static void orphaned(void)
{
	int status, fds[2];
	char c;

	if (pipe(fds))
		return;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		pid_t child = fork();

		if (child == 0) {
			setpgid(0, 0);
			signal(SIGHUP, on_hup);
			signal(SIGCONT, on_cont);
			kill(getpid(), SIGSTOP);
			show("hups %d conts %d", hups, conts);
			/* In an orphaned group the terminal's stops do nothing. */
			kill(getpid(), SIGTSTP);
			show("not stopped");
			write(fds[1], "d", 1);
			_exit(6);
		}
		waitpid(child, &status, WUNTRACED);
		_exit(WIFSTOPPED(status));
	}
	int middle;

	waitpid(pid, &middle, 0);
	SHOW(read(fds[0], &c, 1));
	wait(&status);
	show("middle %#x", middle);
	show("orphan %#x", status);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void groups(void)
{
	int status;

	CHECK_ERRNO(setpgid(0, -1), EINVAL);
	CHECK_ERRNO(setpgid(99999, 0), ESRCH);
	CHECK_ERRNO(setpgid(1, 0), ESRCH);
	pid_t pid = fork();

	if (pid == 0) {
		CHECK_ERRNO(setpgid(0, 99999), EPERM);
		SHOW(setpgid(0, 0));
		show("leader %d", getpgrp() == getpid());
		CHECK_ERRNO(setsid(), EPERM);
		pid_t child = fork();

		if (child == 0) {
			show("inherits %d", getpgrp() == getppid());
			SHOW(setsid() == getpid());
			CHECK_ERRNO(setpgid(0, 0), EPERM);
			_exit(abi_failures);
		}
		waitpid(child, &status, 0);
		CHECK_ERRNO(getpgid(child), ESRCH);
		CHECK_ERRNO(kill(-child, 0), ESRCH);
		_exit(abi_failures + WEXITSTATUS(status));
	}
	waitpid(pid, &status, 0);
	show("status %#x", status);
}

int main(void)
{
	codes(0);
	codes(SA_NOCLDSTOP);
	discarded();
	threads();
	orphaned();
	groups();
	return abi_result();
}
