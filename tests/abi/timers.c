// SPDX-License-Identifier: MIT
/* POSIX timers, interval timers, timerfd, signalfd, alarm, CPU-time clocks. */
#include <pthread.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "abi.h"

static volatile int caught, last_code, last_value, last_overrun;
static volatile pthread_t caught_in;

static void on_timer(int signo, siginfo_t *info, void *context)
{
	caught++;
	last_code = info->si_code;
	last_value = info->si_value.sival_int;
	last_overrun = info->si_overrun;
	caught_in = pthread_self();
}

static long long now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void wait_for(int n)
{
	for (int i = 0; i < 400 && caught < n; i++)
		usleep(5000);
}

static void posix_timers(void)
{
	struct sigaction a = { .sa_sigaction = on_timer, .sa_flags = SA_SIGINFO };
	struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77 };
	struct itimerspec it = { { 0, 10000000 }, { 0, 10000000 } }, old, off = { 0 };
	sigset_t set;
	timer_t t;

	sigaction(SIGUSR1, &a, NULL);
	sigaction(SIGALRM, &a, NULL);
	CHECK_ERRNO(timer_create(99, &e, &t), EINVAL);
	e.sigev_signo = 99;
	CHECK_ERRNO(timer_create(CLOCK_MONOTONIC, &e, &t), EINVAL);
	e.sigev_signo = SIGUSR1;
	SHOW(timer_create(CLOCK_MONOTONIC, &e, &t));
	SHOW(timer_gettime(t, &old));
	show("disarmed %d", !old.it_value.tv_sec && !old.it_value.tv_nsec);
	SHOW(timer_settime(t, 0, &it, NULL));
	SHOW(timer_settime(t, 0, &it, &old));
	show("was running %d, interval %ld", old.it_value.tv_nsec > 0, old.it_interval.tv_nsec);
	wait_for(3);
	show("code %d value %d", last_code == SI_TIMER, last_value);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	usleep(100000);
	caught = 0;
	SHOW(timer_settime(t, 0, &off, NULL));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* Since Linux 6.13 the signal of an expiry goes with the timer that is stopped. */
	show("one for many %d", caught == !abi_linux(6, 13));
	it.it_value.tv_nsec = 1000000000;
	CHECK_ERRNO(timer_settime(t, 0, &it, NULL), EINVAL);
	SHOW(timer_delete(t));
	CHECK_ERRNO(syscall(SYS_timer_delete, 1234), EINVAL);
	CHECK_ERRNO(syscall(SYS_timer_getoverrun, 1234), EINVAL);
	SHOW(timer_create(CLOCK_REALTIME, NULL, &t));
	caught = 0;
	it = (struct itimerspec){ .it_value = { 0, 1000000 } };
	SHOW(timer_settime(t, 0, &it, NULL));
	wait_for(1);
	show("SIGALRM by default %d", caught);
	clock_gettime(CLOCK_REALTIME, &it.it_value);
	caught = 0;
	SHOW(timer_settime(t, TIMER_ABSTIME, &it, NULL));
	wait_for(1);
	show("absolute and past %d", caught);
	SHOW(timer_delete(t));
	e.sigev_notify = SIGEV_NONE;
	SHOW(timer_create(CLOCK_MONOTONIC, &e, &t));
	it = (struct itimerspec){ { 0, 7000000 }, { 5, 0 } };
	SHOW(timer_settime(t, 0, &it, NULL));
	SHOW(timer_gettime(t, &old));
	show("left %ld interval %ld", (long)old.it_value.tv_sec, old.it_interval.tv_nsec);
	SHOW(timer_delete(t));
}

static volatile int stop;

static void *burn(void *arg)
{
	while (!stop)
		;
	return NULL;
}

static void *sleeper(void *arg)
{
	struct sigevent e = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 5 };
	struct itimerspec it = { .it_value = { 0, 5000000 } };
	timer_t t;

	e.sigev_notify_thread_id = gettid();
	caught = 0;
	SHOW(timer_create(CLOCK_MONOTONIC, &e, &t));
	SHOW(timer_settime(t, 0, &it, NULL));
	wait_for(1);
	show("this thread got it %d", caught == 1 && pthread_equal(caught_in, pthread_self()));
	SHOW(timer_delete(t));
	return NULL;
}

static void cpu_timers(void)
{
	struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec it = { { 0, 20000000 }, { 0, 20000000 } };
	struct itimerval v = { { 0, 10000 }, { 0, 10000 } };
	pthread_t a, b;
	clockid_t clock;
	timer_t t;

	pthread_create(&a, NULL, sleeper, NULL);
	pthread_join(a, NULL);
	caught = 0;
	SHOW(timer_create(CLOCK_PROCESS_CPUTIME_ID, &e, &t));
	SHOW(timer_settime(t, 0, &it, NULL));
	usleep(100000);
	show("asleep: none %d", caught == 0);
	stop = 0;
	pthread_create(&b, NULL, burn, NULL);
	wait_for(3);
	show("busy: some %d", caught >= 3);
	SHOW(pthread_getcpuclockid(b, &clock));
	show("its clock runs %d", now_ms(clock) >= 10);
	SHOW(clock_getcpuclockid(0, &clock));
	show("the process' clock runs %d", now_ms(clock) >= 10);
	SHOW(timer_delete(t));
	struct sigaction act = { .sa_sigaction = on_timer, .sa_flags = SA_SIGINFO };
	sigaction(SIGPROF, &act, NULL);
	caught = 0;
	SHOW(setitimer(ITIMER_PROF, &v, NULL));
	wait_for(2);
	show("profiled %d code %d", caught >= 2, last_code);
	memset(&v, 0, sizeof(v));
	SHOW(setitimer(ITIMER_PROF, &v, NULL));
	stop = 1;
	pthread_join(b, NULL);
	CHECK_ERRNO(clock_getcpuclockid(999999, &clock) ? (errno = clock_getcpuclockid(999999, &clock), -1) : 0, ESRCH);
}

static void itimers(void)
{
	struct itimerval v = { { 0, 0 }, { 0, 200000 } }, old;

	caught = 0;
	SHOW(setitimer(ITIMER_REAL, &v, NULL));
	SHOW(getitimer(ITIMER_REAL, &old));
	show("runs %d", old.it_value.tv_usec > 0);
	wait_for(1);
	SHOW(getitimer(ITIMER_REAL, &old));
	show("once %d, rest %ld", caught, (long)old.it_value.tv_usec);
	SHOW(alarm(100));
	SHOW(alarm(5));
	SHOW(alarm(0));
	SHOW(alarm(0));
	CHECK_ERRNO(setitimer(3, &v, NULL), EINVAL);
	v.it_value.tv_usec = 1000000;
	CHECK_ERRNO(setitimer(ITIMER_REAL, &v, NULL), EINVAL);
	/* Not inherited by fork, kept by exec is the exec test's. */
	alarm(50);
	if (fork() == 0)
		_exit((int)alarm(0));
	int status;
	wait(&status);
	show("child has %d", WEXITSTATUS(status));
	alarm(0);
}

static void timer_files(void)
{
	struct itimerspec it = { { 0, 0 }, { 0, 10000000 } }, old;
	struct pollfd f;
	uint64_t n = 0;
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC);

	CHECK_ERRNO(timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
	CHECK_ERRNO(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0), EINVAL);
	CHECK_ERRNO(timerfd_settime(1, 0, &it, NULL), EINVAL);
	CHECK_ERRNO(timerfd_settime(99, 0, &it, NULL), EBADF);
	CHECK_ERRNO(timerfd_settime(fd, 64, &it, NULL), EINVAL);
	SHOW(timerfd_settime(fd, 0, &it, &old));
	SHOW(read(fd, &n, 8));
	show("count %lu", (unsigned long)n);
	CHECK_ERRNO(read(fd, &n, 4), EINVAL);
	f = (struct pollfd){ fd, POLLIN, 0 };
	SHOW(poll(&f, 1, 20));
	clock_gettime(CLOCK_REALTIME, &it.it_value);
	it.it_value.tv_sec -= 3;
	it.it_interval.tv_sec = 1;
	SHOW(timerfd_settime(fd, TFD_TIMER_ABSTIME, &it, NULL));
	SHOW(poll(&f, 1, 1000));
	SHOW(read(fd, &n, 8));
	show("count %lu", (unsigned long)n);
	SHOW(timerfd_gettime(fd, &old));
	show("interval %ld, next within %d", (long)old.it_interval.tv_sec, old.it_value.tv_sec == 0);
	CHECK_ERRNO(write(fd, &n, 8), EINVAL);
	close(fd);
}

static void signal_files(void)
{
	struct signalfd_siginfo info;
	struct pollfd f;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	f = (struct pollfd){ fd, POLLIN, 0 };
	SHOW(poll(&f, 1, 0));
	CHECK_ERRNO(read(fd, &info, sizeof(info)), EAGAIN);
	CHECK_ERRNO(read(fd, &info, 10), EINVAL);
	CHECK_ERRNO(signalfd(-1, &set, 1), EINVAL);
	CHECK_ERRNO(signalfd(1, &set, 0), EINVAL);
	sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 4711 });
	SHOW(poll(&f, 1, 0));
	SHOW(read(fd, &info, sizeof(info)));
	show("signo %u code %d int %d from me %d", info.ssi_signo, info.ssi_code, info.ssi_int,
		info.ssi_pid == (unsigned)getpid());
	if (fork() == 0)
		_exit(9);
	SHOW(poll(&f, 1, 2000));
	SHOW(read(fd, &info, sizeof(info)));
	show("signo %u code %d status %d", info.ssi_signo, info.ssi_code, info.ssi_status);
	wait(NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	SHOW(signalfd(fd, &set, 0) == fd);
	kill(getpid(), SIGUSR2);
	SHOW(poll(&f, 1, 0));
	close(fd);
}

int main(void)
{
	posix_timers();
	cpu_timers();
	itimers();
	timer_files();
	signal_files();
	return abi_result();
}
