/* SPDX-License-Identifier: MIT */
/*
 * The clocks of a vDSO, for every port's arch/ARCH/vdso/vdso.c, which alone includes it. port/vdso.h gives
 * read_counter() (what arch_counter_read() reads), call_kernel() and VDSO_READ_BARRIER() (orders reads of memory).
 *
 * Runs in programs: no kernel function is called. The kernel's data page lies just below the image.
 */
#pragma once

#include <arch/layout.h>
#include <asm/unistd.h>
#include <kernel/vdso_data.h>
#include <lib/compiler.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <port/vdso.h>

#define NSEC_PER_SEC 1000000000ULL

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

/* Nanoseconds of monotonic (or real) time; false: ask the kernel. */
static __always_inline bool read_clock(bool realtime, uint64_t *ns)
{
	const struct vdso_data *data = (const struct vdso_data *)(__ehdr_start - PAGE_SIZE);
	uint64_t ticks;
	uint32_t seq;

	do {
		do
			seq = READ_ONCE(data->seq);
		while (unlikely(seq & 1));
		VDSO_READ_BARRIER();
		if (unlikely(!data->has_clock))
			return false;
		ticks = read_counter() - data->counter_base;
		*ns = (uint64_t)(((unsigned __int128)ticks * data->counter_mult) >> 32);
		if (realtime)
			*ns += data->realtime_offset_ns;
		VDSO_READ_BARRIER();
	} while (unlikely(READ_ONCE(data->seq) != seq));
	return true;
}

static __always_inline bool is_realtime(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

/* Clocks that are the counter, as a bit set. */
#define OUR_CLOCKS \
	(1u << CLOCK_REALTIME | 1u << CLOCK_MONOTONIC | 1u << CLOCK_MONOTONIC_RAW | 1u << CLOCK_REALTIME_COARSE | \
		1u << CLOCK_MONOTONIC_COARSE | 1u << CLOCK_BOOTTIME | 1u << CLOCK_TAI)

static __always_inline bool is_ours(int clock)
{
	return (unsigned int)clock < 32 && (OUR_CLOCKS >> clock & 1);
}

static __always_inline int vdso_clock_gettime(int clock, struct __kernel_timespec *ts)
{
	uint64_t ns;

	if (!is_ours(clock) || !read_clock(is_realtime(clock), &ns))
		return (int)call_kernel(__NR_clock_gettime, clock, (long)ts);
	ts->tv_sec = (long long)(ns / NSEC_PER_SEC);
	ts->tv_nsec = (long long)(ns % NSEC_PER_SEC);
	return 0;
}

static __always_inline int vdso_clock_getres(int clock, struct __kernel_timespec *res)
{
	return (int)call_kernel(__NR_clock_getres, clock, (long)res);
}

static __always_inline int vdso_gettimeofday(struct __kernel_old_timeval *tv, struct timezone *tz)
{
	uint64_t ns;

	if (tz || !tv || !read_clock(true, &ns))
		return (int)call_kernel(__NR_gettimeofday, (long)tv, (long)tz);
	tv->tv_sec = (long)(ns / NSEC_PER_SEC);
	tv->tv_usec = (long)(ns % NSEC_PER_SEC / 1000);
	return 0;
}
