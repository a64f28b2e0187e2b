// SPDX-License-Identifier: MIT
/* Handlers, masks, queues, alternate stacks, restarts, signalfd, timers that signal. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "abi.h"

static volatile int count, last_code, last_value, on_alt;
static void *volatile fault_address;
static sigjmp_buf jump;
static char alt[65536];

static void simple(int signo)
{
	count++;
}

static void with_info(int signo, siginfo_t *info, void *context)
{
	char here;

	count++;
	last_code = info->si_code;
	last_value = info->si_value.sival_int;
	fault_address = info->si_addr;
	on_alt = &here >= alt && &here < alt + sizeof(alt);
}

static void leave(int signo, siginfo_t *info, void *context)
{
	last_code = info->si_code;
	fault_address = info->si_addr;
	siglongjmp(jump, 1);
}

static void set(int signo, void (*f)(int, siginfo_t *, void *), int flags)
{
	struct sigaction a = { .sa_sigaction = f, .sa_flags = SA_SIGINFO | flags };

	CHECK(sigaction(signo, &a, NULL) == 0);
}

static void masks(void)
{
	sigset_t s, old, pending;
	union sigval v = { .sival_int = 42 };
	siginfo_t info;
	struct timespec none = { 0, 0 }, some = { 0, 20000000 };

	CHECK_ERRNO(sigaction(SIGKILL, &(struct sigaction){ .sa_handler = simple }, NULL), EINVAL);
	CHECK_ERRNO(sigaction(65, &(struct sigaction){ .sa_handler = simple }, NULL), EINVAL);
	CHECK_ERRNO(kill(getpid(), 65), EINVAL);
	CHECK_ERRNO(kill(99999, 0), ESRCH);
	set(SIGRTMIN, with_info, 0);
	set(SIGUSR1, with_info, 0);
	sigemptyset(&s);
	sigaddset(&s, SIGRTMIN);
	sigaddset(&s, SIGUSR1);
	SHOW(sigprocmask(SIG_BLOCK, &s, &old));
	for (int i = 0; i < 3; i++) {
		sigqueue(getpid(), SIGRTMIN, v);
		kill(getpid(), SIGUSR1);
	}
	sigpending(&pending);
	show("pending %d %d %d", sigismember(&pending, SIGRTMIN), sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2));
	SHOW(sigtimedwait(&s, &info, &none) == SIGUSR1);
	show("code %d pid %d", info.si_code, info.si_pid == getpid());
	sigprocmask(SIG_SETMASK, &old, NULL);
	show("handled %d times, code %d value %d", count, last_code, last_value);
	CHECK_ERRNO(sigtimedwait(&s, &info, &some), EAGAIN);
}

static void faults(void)
{
	stack_t st = { .ss_sp = alt, .ss_size = sizeof(alt) }, got;
	char *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK_ERRNO(sigaltstack(&(stack_t){ .ss_sp = alt, .ss_size = 100 }, NULL), ENOMEM);
	SHOW(sigaltstack(&st, NULL));
	set(SIGSEGV, leave, SA_ONSTACK);
	set(SIGBUS, leave, SA_ONSTACK);
	set(SIGFPE, leave, 0);
	set(SIGILL, leave, 0);
	set(SIGTRAP, leave, 0);
	if (!sigsetjmp(jump, 1))
		*(volatile int *)8 = 1;
	show("unmapped: code %d address %p", last_code, fault_address);
	if (!sigsetjmp(jump, 1))
		none[5] = 1;
	show("no access: code %d offset %ld", last_code, (char *)fault_address - none);
	if (!sigsetjmp(jump, 1))
		((void (*)(void))none)();
	show("no execution: code %d offset %ld", last_code, (char *)fault_address - none);
	if (!sigsetjmp(jump, 1)) {
		volatile int zero = 0;

		show("never %d", 5 / zero);
	}
	show("division: code %d", last_code);
	if (!sigsetjmp(jump, 1))
		__builtin_trap();
	show("illegal: code %d", last_code);
	if (!sigsetjmp(jump, 1))
		*(volatile char *)0x8000000000000000UL = 1;
	show("not canonical: code %d address %p", last_code, fault_address);
	set(SIGUSR2, with_info, SA_ONSTACK);
	raise(SIGUSR2);
	show("on the alternate stack %d", on_alt);
	SHOW(sigaltstack(NULL, &got));
	show("flags %d size %zu", got.ss_flags, got.ss_size);
}

static void restarts(void)
{
	struct itimerval t = { .it_value = { 0, 30000 } };
	struct sigaction a = { .sa_handler = simple };
	int fds[2];
	char c;

	if (pipe(fds))
		return;
	sigaction(SIGALRM, &a, NULL);
	count = 0;
	setitimer(ITIMER_REAL, &t, NULL);
	CHECK_ERRNO(read(fds[0], &c, 1), EINTR);
	setitimer(ITIMER_REAL, &t, NULL);
	CHECK_ERRNO(pause(), EINTR);
	setitimer(ITIMER_REAL, &t, NULL);
	CHECK_ERRNO(select(0, NULL, NULL, NULL, NULL), EINTR);
	setitimer(ITIMER_REAL, &t, NULL);
	struct timespec second = { 1, 0 }, left = { 0, 0 };

	CHECK_ERRNO(nanosleep(&second, &left), EINTR);
	show("left %d", left.tv_nsec > 900000000);
	a.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &a, NULL);
	pid_t pid = fork();

	if (pid == 0) {
		usleep(100000);
		write(fds[1], "x", 1);
		_exit(0);
	}
	setitimer(ITIMER_REAL, &t, NULL);
	SHOW(read(fds[0], &c, 1));
	waitpid(pid, NULL, 0);
	show("alarms %d", count);
	a.sa_flags = SA_RESETHAND | SA_NODEFER;
	sigaction(SIGUSR1, &a, NULL);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &a);
	show("reset %d", a.sa_handler == SIG_DFL);
}

static void descriptor(void)
{
	struct signalfd_siginfo si;
	sigset_t s;
	int fd;

	sigemptyset(&s);
	sigaddset(&s, SIGHUP);
	sigprocmask(SIG_BLOCK, &s, NULL);
	fd = signalfd(-1, &s, SFD_NONBLOCK | SFD_CLOEXEC);
	CHECK_ERRNO(read(fd, &si, sizeof(si)), EAGAIN);
	CHECK_ERRNO(read(fd, &si, 10), EINVAL);
	kill(getpid(), SIGHUP);
	SHOW(read(fd, &si, sizeof(si)));
	show("signo %u code %d", si.ssi_signo, si.ssi_code);
	CHECK_ERRNO(signalfd(0, &s, 0), EINVAL);
}

static int queued(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	int n = -1;

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "SigQ: %d/", &n);
	if (f)
		fclose(f);
	return n;
}

static void *leave_some(void *arg)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (int i = 0; i < 5; i++)
		CHECK(!pthread_kill(pthread_self(), SIGRTMIN + 1));
	CHECK(!pthread_kill(pthread_self(), SIGUSR2));
	return NULL;
}

/* Signals that a thread leaves behind are counted no more. */
static void left_behind(void)
{
	pthread_t thread;
	int before = queued();

	CHECK(!pthread_create(&thread, NULL, leave_some, NULL) && !pthread_join(thread, NULL));
	usleep(20000); /* join returns before its end */
	show("left behind: %d", queued() - before);
}

int main(void)
{
	masks();
	faults();
	restarts();
	descriptor();
	left_behind();
	return abi_result();
}
