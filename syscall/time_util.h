/* SPDX-License-Identifier: MIT */
/* Times as programs pass them, to and from nanoseconds. Values beyond 292 years become TIME_NEVER_NS. */
#pragma once

#include <kernel/time.h>
#include <lib/compiler.h>
#include <linux/time_types.h>
#include <mm/user_copy.h>

#define TIME_NEVER_NS ((uint64_t)INT64_MAX)

/* 0 or -EINVAL. */
__must_check static inline int timespec_to_ns(const struct __kernel_timespec *ts, uint64_t *ns)
{
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= (long long)NSEC_PER_SEC)
		return -EINVAL;
	*ns = ts->tv_sec >= (long long)(TIME_NEVER_NS / NSEC_PER_SEC)
		      ? TIME_NEVER_NS
		      : (uint64_t)ts->tv_sec * NSEC_PER_SEC + (uint64_t)ts->tv_nsec;
	return 0;
}

/* 0, -EFAULT, -EINVAL. */
__must_check static inline int timespec_from_user(const struct __kernel_timespec *user_ts, uint64_t *ns)
{
	struct __kernel_timespec ts;

	if (copy_from_user(&ts, user_ts, sizeof(ts)))
		return -EFAULT;
	return timespec_to_ns(&ts, ns);
}

static inline struct __kernel_timespec timespec_from_ns(uint64_t ns)
{
	return (struct __kernel_timespec){ (long long)(ns / NSEC_PER_SEC), (long long)(ns % NSEC_PER_SEC) };
}

__must_check static inline int timespec_to_user(struct __kernel_timespec *user_ts, uint64_t ns)
{
	struct __kernel_timespec ts = timespec_from_ns(ns);

	return copy_to_user(user_ts, &ts, sizeof(ts));
}

/* 0, -EFAULT, -EINVAL. */
__must_check static inline int timeval_to_ns(const struct __kernel_old_timeval *tv, uint64_t *ns)
{
	struct __kernel_timespec ts = { tv->tv_sec, tv->tv_usec * 1000LL };

	if (tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return -EINVAL;
	return timespec_to_ns(&ts, ns);
}

static inline struct __kernel_old_timeval timeval_from_ns(uint64_t ns)
{
	return (struct __kernel_old_timeval){ (long)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

/* Monotonic time that far from now. */
static inline uint64_t deadline_after_ns(uint64_t delta_ns)
{
	return delta_ns >= TIME_NEVER_NS ? UINT64_MAX : time_monotonic_ns() + delta_ns;
}
