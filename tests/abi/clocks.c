// SPDX-License-Identifier: MIT
/* Clocks and sleeps: order, resolution, absolute sleeps, POSIX timers, the vDSO agreeing with the system call. */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>

#include "abi.h"

static long long ns(struct timespec t)
{
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long now(clockid_t c)
{
	struct timespec t;

	clock_gettime(c, &t);
	return ns(t);
}

static long long now_call(clockid_t c)
{
	struct timespec t;

	syscall(SYS_clock_gettime, c, &t);
	return ns(t);
}

static volatile int ticks;

static void tick(int signo)
{
	ticks++;
}

int main(void)
{
	static const clockid_t all[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
		CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME, CLOCK_TAI };
	struct timespec t, r;

	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
		long long a = now(all[i]), b = now_call(all[i]), c = now(all[i]);

		show("clock %d: there %d in order %d", all[i], clock_gettime(all[i], &t) == 0, a <= b && b <= c);
	}
	CHECK_ERRNO(clock_gettime(99, &t), EINVAL);
	SHOW(clock_getres(CLOCK_MONOTONIC, &r));
	show("resolution %ld", r.tv_nsec);
#ifdef __loongarch__
	/* Debian has the driver of this clock as a module: without it, time begins with 1970. */
	CHECK(time(NULL) > 1577836800 || time(NULL) < 86400);
#else
	CHECK(time(NULL) > 1577836800);
#endif
	show("real and gettimeofday agree %d", llabs(now(CLOCK_REALTIME) / 1000000000 - time(NULL)) <= 1);
	for (int i = 0; i < 5; i++) {
		long long begin = now(CLOCK_MONOTONIC);

		t = (struct timespec){ 0, 10000000 };
		nanosleep(&t, NULL);
		CHECK(now(CLOCK_MONOTONIC) - begin >= 10000000);
		CHECK(now(CLOCK_MONOTONIC) - begin < 500000000);
	}
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += 20000000;
	if (t.tv_nsec >= 1000000000)
		t.tv_sec++, t.tv_nsec -= 1000000000;
	SHOW(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));
	show("not before %d", now(CLOCK_MONOTONIC) >= ns(t));
	CHECK_ERRNO(nanosleep(&(struct timespec){ 0, 1000000000 }, NULL), EINVAL);
	CHECK_ERRNO(nanosleep(&(struct timespec){ -1, 0 }, NULL), EINVAL);
	long long cpu = now(CLOCK_PROCESS_CPUTIME_ID);

	usleep(50000);
	show("sleeping is not work %d", now(CLOCK_PROCESS_CPUTIME_ID) - cpu < 30000000);
	while (now(CLOCK_PROCESS_CPUTIME_ID) - cpu < 20000000)
		;
	show("working is");
	timer_t id;
	struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	struct itimerspec it = { { 0, 5000000 }, { 0, 5000000 } }, left;

	signal(SIGUSR1, tick);
	SHOW(timer_create(CLOCK_MONOTONIC, &e, &id));
	SHOW(timer_settime(id, 0, &it, NULL));
	while (ticks < 5)
		pause();
	SHOW(timer_gettime(id, &left));
	show("interval %ld", left.it_interval.tv_nsec);
	SHOW(timer_delete(id));
	CHECK_ERRNO(timer_settime(id, 0, &it, NULL), EINVAL);
	struct itimerval v = { { 0, 0 }, { 100, 0 } }, old;

	SHOW(setitimer(ITIMER_REAL, &v, NULL));
	SHOW(alarm(0) >= 99);
	SHOW(getitimer(ITIMER_REAL, &old));
	show("%ld", (long)old.it_value.tv_sec);
	v.it_value = (struct timeval){ 0, 20000 };
	signal(SIGVTALRM, tick);
	ticks = 0;
	SHOW(setitimer(ITIMER_VIRTUAL, &v, NULL));
	long long begin = now(CLOCK_MONOTONIC);

	while (!ticks && now(CLOCK_MONOTONIC) - begin < 5000000000LL)
		;
	show("virtual alarm %d", ticks);
	CHECK_ERRNO(setitimer(7, &v, NULL), EINVAL);
	return abi_result();
}
