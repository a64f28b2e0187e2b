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

void time_init(void)
{
	uint64_t hz = arch_counter_hz(), seconds = arch_rtc_read();

	time_scale.base = arch_counter_read();
	time_scale.mult = (NSEC_PER_SEC << 32) / hz;
	counter_per_ns = (hz / NSEC_PER_SEC << 32) + ((hz % NSEC_PER_SEC << 32) / NSEC_PER_SEC) + 1;
	realtime_offset = seconds * NSEC_PER_SEC;
	vdso_update(time_scale.base, time_scale.mult, realtime_offset);
	pr_info("time: counter at %lu.%03lu MHz, RTC says %lu s since 1970", (unsigned long)(hz / 1000000),
		(unsigned long)(hz / 1000 % 1000), (unsigned long)seconds);
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
