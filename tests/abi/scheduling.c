// SPDX-License-Identifier: MIT
/* Scheduling calls: policies, priorities, nice, affinity, and what each refuses. */
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "abi.h"

struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};

static int set(int policy, int priority)
{
	struct sched_param p = { .sched_priority = priority };

	return (int)syscall(SYS_sched_setscheduler, 0, policy, &p);
}

static int get(void)
{
	return (int)syscall(SYS_sched_getscheduler, 0);
}

static void policies(void)
{
	static const int all[] = { SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE, 4, 99 };
	struct sched_param p;
	struct timespec t;
	struct attr a = { 0 };

	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
		show("policy %d", all[i]);
		SHOW(sched_get_priority_min(all[i]));
		SHOW(sched_get_priority_max(all[i]));
		SHOW(set(all[i], 0));
		SHOW(set(all[i], 50));
		SHOW(set(all[i], 100));
		SHOW(get());
		syscall(SYS_sched_getparam, 0, &p);
		show("priority %d", p.sched_priority);
	}
	SHOW(set(SCHED_RR, 7));
	SHOW(syscall(SYS_sched_rr_get_interval, 0, &t));
	show("slice %ld", t.tv_nsec);
	SHOW(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0));
	show("size %u policy %u priority %u nice %d", a.size, a.policy, a.priority, a.nice);
	a.policy = SCHED_OTHER, a.priority = 0, a.nice = 5;
	SHOW(syscall(SYS_sched_setattr, 0, &a, 0));
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(get());
	a.size = 10;
	CHECK_ERRNO(syscall(SYS_sched_setattr, 0, &a, 0), E2BIG);
	CHECK_ERRNO(syscall(SYS_sched_getattr, 0, &a, 10, 0), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_getattr, 0, &a, sizeof(a), 1), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_setscheduler, -1, 0, &p), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_setscheduler, 0, 0, NULL), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_getscheduler, 999999), ESRCH);
	SHOW(set(SCHED_OTHER, 0));
	SHOW(sched_yield());
}

static void nices(void)
{
	SHOW(setpriority(PRIO_PROCESS, 0, 0));
	SHOW(nice(3));
	SHOW(nice(100));
	SHOW(setpriority(PRIO_PROCESS, 0, -100));
	SHOW(getpriority(PRIO_PROCESS, 0));
	SHOW(setpriority(PRIO_PGRP, 0, 2));
	SHOW(getpriority(PRIO_PGRP, 0));
	SHOW(getpriority(PRIO_PROCESS, getpid()));
	CHECK_ERRNO(getpriority(PRIO_PROCESS, 999999), ESRCH);
	CHECK_ERRNO(setpriority(9, 0, 0), EINVAL);
	int status;

	if (fork() == 0) {
		if (setuid(1000))
			_exit(1);
		SHOW(setpriority(PRIO_PROCESS, 0, 10));
		CHECK_ERRNO(setpriority(PRIO_PROCESS, 0, 0), EACCES);
		CHECK_ERRNO(setpriority(PRIO_PROCESS, getppid(), 10), EPERM);
		CHECK_ERRNO(set(SCHED_FIFO, 1), EPERM);
		SHOW(set(SCHED_BATCH, 0));
		_exit(abi_result());
	}
	wait(&status);
	show("unprivileged %d", status);
	SHOW(setpriority(PRIO_PROCESS, 0, 0));
}

static void affinity(void)
{
	cpu_set_t all, one;
	int n, first;
	unsigned cpu = 99;

	CPU_ZERO(&all);
	SHOW(sched_getaffinity(0, sizeof(all), &all));
	n = CPU_COUNT(&all);
	show("all %d", n == sysconf(_SC_NPROCESSORS_ONLN));
	for (first = 0; !CPU_ISSET(first, &all); first++)
		;
	CPU_ZERO(&one);
	CHECK_ERRNO(sched_setaffinity(0, sizeof(one), &one), EINVAL);
	CHECK_ERRNO(sched_setaffinity(999999, sizeof(one), &all), ESRCH);
	CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, 7, &one), EINVAL);
	CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, 8, 1), EFAULT);
	for (int i = 0; i < n && i < 4; i++) {
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		if (sched_setaffinity(0, sizeof(one), &one) || sched_getcpu() != i)
			show("not on CPU %d", i);
		if (fork() == 0) {
			cpu_set_t got;

			CPU_ZERO(&got);
			sched_getaffinity(0, sizeof(got), &got);
			_exit(!CPU_EQUAL(&got, &one) || sched_getcpu() != i);
		}
		int status;

		wait(&status);
		if (status)
			show("child of CPU %d elsewhere", i);
	}
	SHOW(sched_setaffinity(0, sizeof(all), &all));
	SHOW(syscall(SYS_getcpu, &cpu, NULL, NULL));
	show("there %d", !!CPU_ISSET(cpu, &all));
}

/* Nobody starves: threads that spin all get somewhere, whatever the number of CPUs. */
static volatile unsigned long long turns[6];
static volatile int stop;

static void *spin(void *arg)
{
	while (!stop)
		(*(volatile unsigned long long *)arg)++;
	return NULL;
}

static void fairness(void)
{
	pthread_t t[6];
	int moved = 0;

	for (int i = 0; i < 6; i++)
		pthread_create(&t[i], NULL, spin, (void *)&turns[i]);
	usleep(400000);
	stop = 1;
	for (int i = 0; i < 6; i++) {
		pthread_join(t[i], NULL);
		moved += turns[i] > 1000;
	}
	show("all moved %d", moved == 6);
}

int main(void)
{
	policies();
	nices();
	affinity();
	fairness();
	return abi_result();
}
