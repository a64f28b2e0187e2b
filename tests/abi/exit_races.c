// SPDX-License-Identifier: MIT
/* Ends that meet something else on another CPU: a stop, a thread that is just being made, a tracer that ends first. What
 * is lost there is a process that nobody can end any more: this program would not end either. ABI_SECONDS 60 */
#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "abi.h"

static void spin(int rounds)
{
	for (volatile int i = 0; i < rounds; i++)
		;
}

static void stop_and_kill(void)
{
	int killed = 0;

	for (int i = 0; i < 150; i++) {
		int status, child = fork();

		if (!child)
			for (;;)
				syscall(SYS_getppid);
		spin(i * 17 % 3000);
		kill(child, SIGSTOP);
		spin(i * 5 % 400);
		kill(child, SIGKILL);
		CHECK(waitpid(child, &status, 0) == child);
		killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	}
	show("stopped and killed: %d", killed);
}

static void *sleeper(void *arg)
{
	for (;;)
		pause();
}

/* Makes threads that sleep for ever. */
static void *maker(void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384);
	for (int i = 0; i < 100; i++)
		if (pthread_create(&thread, &attr, sleeper, NULL))
			break;
	return sleeper(NULL);
}

static void clone_and_exit(void)
{
	int ended = 0;

	for (int i = 0; i < 60; i++) {
		int status, child = fork();

		if (!child) {
			pthread_t thread;

			pthread_create(&thread, NULL, maker, NULL);
			pthread_create(&thread, NULL, maker, NULL);
			spin(i * 37 % 20000);
			_exit(7);
		}
		CHECK(waitpid(child, &status, 0) == child);
		ended += WIFEXITED(status) && WEXITSTATUS(status) == 7;
	}
	show("ended among new threads: %d", ended);
}

static int go[2], gone[2], traced[2];

static void *second_thread(void *arg)
{
	char c;

	/* Only this one is left: the first ends once it is traced. */
	(void)!read(go[0], &c, 1);
	_exit(9);
}

/* Its first thread ends while it is traced; the tracer ends before the second thread does. */
static void tracer_ends_first(void)
{
	int status, target, tracer;
	char c;

	CHECK(!pipe(go) && !pipe(gone) && !pipe(traced));
	target = fork();
	if (!target) {
		pthread_t thread;

		pthread_create(&thread, NULL, second_thread, NULL);
		(void)!read(traced[0], &c, 1);
		syscall(SYS_exit, 0);
	}
	tracer = fork();
	if (!tracer) {
		siginfo_t info = { 0 };

		CHECK(!ptrace(PTRACE_SEIZE, target, 0, 0));
		(void)!write(traced[1], "x", 1);
		usleep(100000);
		/* It is still to be waited for, and there is nothing yet. */
		show("tracer: %d, %d", waitid(P_PID, target, &info, WEXITED | WNOHANG), info.si_pid);
		_exit(0);
	}
	CHECK(waitpid(tracer, &status, 0) == tracer);
	(void)!write(go[1], "x", 1);
	CHECK(waitpid(target, &status, 0) == target);
	show("traced: %d %d", WIFEXITED(status), WEXITSTATUS(status));
}

int main(void)
{
	stop_and_kill();
	clone_and_exit();
	tracer_ends_first();
	return abi_failures != 0;
}
