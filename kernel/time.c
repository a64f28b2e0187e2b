// SPDX-License-Identifier: MIT
/* Clocks: one counter with one rate on all CPUs; real time is an offset to it. */
#include <kernel/time.h>

#include <arch/cpu.h>
#include <arch/time.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <kernel/vdso_data.h>
#include <kernel/wait.h>
#include <lib/atomic.h>

struct time_scale time_scale;

static uint64_t counter_per_ns; /* ticks per ns, 32 fractional bits, rounded up */
static uint64_t realtime_offset; /* atomic: nanoseconds */
static struct wait_queue clock_set_wait = WAIT_QUEUE_INIT(clock_set_wait);

/* The proleptic Gregorian calendar, counted from 0000-03-01: leap days come last in such years. */
static void print_date(uint64_t seconds)
{
	uint64_t days = seconds / 86400 + 719468, era = days / 146097, day_of_era = days % 146097;
	uint64_t year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	uint64_t day = day_of_era - (365 * year + year / 4 - year / 100), month = (5 * day + 2) / 153;

	pr_info("time: %04lu-%02lu-%02lu %02lu:%02lu:%02lu UTC", era * 400 + year + (month >= 10),
		month < 10 ? month + 3 : month - 9, day - (153 * month + 2) / 5 + 1, seconds / 3600 % 24,
		seconds / 60 % 60, seconds % 60);
}

void time_init(void)
{
	uint64_t hz = arch_counter_hz(), seconds = arch_rtc_read();

	time_scale.base = arch_counter_read();
	time_scale.mult = (NSEC_PER_SEC << 32) / hz;
	/* The inverse of mult, not of the rate: a timer is never early by the rounding of the two. */
	counter_per_ns = UINT64_MAX / time_scale.mult + 1;
	realtime_offset = seconds * NSEC_PER_SEC;
	vdso_update(time_scale.base, time_scale.mult, realtime_offset);
	print_date(seconds);
}

uint64_t time_to_counter(uint64_t monotonic_ns)
{
	return time_scale.base + (uint64_t)((unsigned __int128)monotonic_ns * counter_per_ns >> 32) + 1;
}

uint64_t time_realtime_offset_ns(void)
{
	return atomic_load(&realtime_offset);
}

uint64_t time_realtime_ns(void)
{
	return time_monotonic_ns() + time_realtime_offset_ns();
}

void time_set_realtime(uint64_t ns)
{
	uint64_t offset_ns = ns - time_monotonic_ns();

	atomic_store(&realtime_offset, offset_ns);
	vdso_update(time_scale.base, time_scale.mult, offset_ns);
	wake_up_all(&clock_set_wait);
}

struct wait_queue *time_clock_set_wait(void)
{
	return &clock_set_wait;
}

void delay_us(unsigned int us)
{
	uint64_t start = arch_counter_read();
	uint64_t ticks = (uint64_t)us * (arch_counter_hz() / 1000) / 1000 + 1;

	while (arch_counter_read() - start < ticks)
		arch_cpu_relax();
}

void sleep_ms(unsigned int ms)
{
	uint64_t deadline_ns = time_monotonic_ns() + ms * NSEC_PER_MSEC;

	do
		thread_set_state(THREAD_UNINTERRUPTIBLE);
	while (schedule_until(deadline_ns));
}
