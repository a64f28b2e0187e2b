// SPDX-License-Identifier: MIT
/*
 * Clock numbers: the fixed ones, and negative ones that name a process or thread (man 3 clock_getcpuclockid):
 * ~id << 3 | per-thread << 2 | kind (0 all, 1 user, 2 scheduler's).
 */
#include <process/clock.h>

#include <kernel/errno.h>
#include <kernel/sched.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <linux/time.h>
#include <process/cpu_time.h>
#include <process/process.h>

#define CPU_CLOCK_PER_THREAD 4
#define CPU_CLOCK_KIND_MASK 3
#define CPU_CLOCK_USER 1
#define CPU_CLOCK_FD 3

static int thread_clock(clockid_t clock, uint64_t *ns)
{
	int id = ~(clock >> 3), kind = clock & CPU_CLOCK_KIND_MASK;
	struct thread *thread = id ? thread_find_get(id) : thread_get(current);
	struct cpu_times times;

	if (!thread)
		return -EINVAL;
	if (thread->process != current->process) {
		thread_put(thread);
		return -EINVAL;
	}
	sched_thread_times(thread, &times);
	*ns = times.user_ns + (kind == CPU_CLOCK_USER ? 0 : times.system_ns);
	thread_put(thread);
	return 0;
}

static int process_clock(clockid_t clock, uint64_t *ns)
{
	int id = ~(clock >> 3), kind = clock & CPU_CLOCK_KIND_MASK;
	struct process *process = id ? process_find_get(id) : process_get(current->process);

	if (!process)
		return -EINVAL;
	if (kind == CPU_CLOCK_USER) {
		struct process_times times;

		process_get_times(process, &times);
		*ns = times.user_ns;
	} else {
		*ns = process_cpu_ns(process);
	}
	process_put(process);
	return 0;
}

enum clock_kind clock_kind(clockid_t clock)
{
	if (clock < 0)
		return (clock & CPU_CLOCK_KIND_MASK) == CPU_CLOCK_FD ? CLOCK_KIND_NONE : CLOCK_KIND_CPU;
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		return CLOCK_KIND_REALTIME;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		return CLOCK_KIND_MONOTONIC;
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		return CLOCK_KIND_CPU;
	default:
		return CLOCK_KIND_NONE;
	}
}

int clock_read(clockid_t clock, uint64_t *ns)
{
	switch (clock_kind(clock)) {
	case CLOCK_KIND_REALTIME:
		*ns = time_realtime_ns();
		return 0;
	case CLOCK_KIND_MONOTONIC:
		*ns = time_monotonic_ns();
		return 0;
	case CLOCK_KIND_CPU:
		if (clock == CLOCK_PROCESS_CPUTIME_ID)
			*ns = process_cpu_ns(current->process);
		else if (clock == CLOCK_THREAD_CPUTIME_ID)
			*ns = sched_thread_ns(current);
		else if (clock & CPU_CLOCK_PER_THREAD)
			return thread_clock(clock, ns);
		else
			return process_clock(clock, ns);
		return 0;
	default:
		return -EINVAL;
	}
}
