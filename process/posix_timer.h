/* SPDX-License-Identifier: MIT */
/*
 * Timers of a process (man 2 timer_create, setitimer). Each has an ID; ITIMER_VIRTUAL and ITIMER_PROF are timers
 * with negative IDs that survive exec. A timer that measures CPU time is looked at when it could be due at the
 * earliest, with all the process' threads running.
 */
#pragma once

#include <asm/siginfo.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct pid;
struct process;

/* In nanoseconds of the timer's clock. */
struct timer_setting {
	uint64_t value_ns;    /* until it expires, 0: disarmed */
	uint64_t interval_ns; /* 0: once */
};

/* notify: SIGEV_*; target: thread for SIGEV_THREAD_ID, a reference that is taken over; else NULL. *id: the new one.
 * 0, -EINVAL, -EAGAIN. */
struct posix_timer_request {
	clockid_t clock;
	int notify, signo;
	sigval_t value;
	struct pid *target;
};
__must_check int posix_timer_create(const struct posix_timer_request *request, int *id);
__must_check int posix_timer_delete(int id);
/* setting->value_ns is a point in time of its clock if absolute. old may be NULL. 0, -EINVAL. */
__must_check int posix_timer_set(int id, bool absolute, const struct timer_setting *setting, struct timer_setting *old);
__must_check int posix_timer_get(int id, struct timer_setting *setting);
int posix_timer_overrun(int id); /* or -EINVAL */

/* setitimer(2) of the current process; which: ITIMER_*. old may be NULL. */
__must_check int itimer_set(int which, const struct timer_setting *setting, struct timer_setting *old);
__must_check int itimer_get(int which, struct timer_setting *setting);
