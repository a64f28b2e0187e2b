// SPDX-License-Identifier: MIT
/* Timers: order, moving, cancelling against a running function; clocks do not go back. */
#include <kernel/cpu.h>
#include <kernel/selftest.h>
#include <kernel/smp.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <kernel/timer.h>
#include <lib/atomic.h>

static struct timer timers[4];
static unsigned int fired[4], nr_fired; /* atomic */
static uint64_t fired_at_ns[4];

static void note(struct timer *timer)
{
	unsigned int i = (unsigned int)(timer - timers);

	fired_at_ns[i] = time_monotonic_ns();
	fired[i] = atomic_add_return(&nr_fired, 1);
}

SELFTEST(timers)
{
	uint64_t now_ns = time_monotonic_ns();

	nr_fired = 0;
	for (int i = 0; i < 4; i++) {
		fired[i] = 0;
		timer_init(&timers[i], note);
	}
	timer_arm(&timers[0], now_ns + 45 * NSEC_PER_MSEC);
	timer_arm(&timers[1], now_ns + 15 * NSEC_PER_MSEC);
	timer_arm(&timers[2], now_ns + 30 * NSEC_PER_MSEC);
	timer_arm(&timers[3], now_ns + 15 * NSEC_PER_MSEC);
	timer_arm(&timers[3], now_ns + 3600 * NSEC_PER_SEC);
	CHECK(timer_armed(&timers[3]));
	sleep_ms(50); /* wide steps: QEMU's host may be busy */
	CHECK(nr_fired == 3);
	CHECK(fired[1] == 1 && fired[2] == 2 && fired[0] == 3);
	CHECK(fired_at_ns[0] >= now_ns + 45 * NSEC_PER_MSEC);
	CHECK(timer_cancel(&timers[3]));
	CHECK(!timer_cancel(&timers[3]));
	CHECK(!timer_cancel(&timers[0]));
	CHECK(!timer_armed(&timers[0]));
	return 0;
}

static void again(struct timer *timer)
{
	atomic_inc(&nr_fired);
	timer_arm(timer, time_monotonic_ns() + 20 * NSEC_PER_USEC);
}

SELFTEST(timer_cancel)
{
	for (int i = 0; i < 20; i++) {
		unsigned int before;

		timer_init(&timers[0], again);
		timer_arm(&timers[0], time_monotonic_ns());
		delay_us(100);
		CHECK(timer_cancel(&timers[0]));
		before = atomic_load(&nr_fired);
		delay_us(50);
		CHECK(atomic_load(&nr_fired) == before);
	}
	return 0;
}

static unsigned int is_armed_again; /* atomic */

/* Goes on for a while after the timer was armed on another CPU. */
static void linger(struct timer *timer)
{
	atomic_store(&fired[1], 1);
	for (unsigned int us = 0; us < 100000 && !atomic_load(&is_armed_again); us++)
		delay_us(1);
	delay_us(300);
	atomic_store(&fired[2], 1);
}

static void arm_here(void *arg)
{
	timer_arm(arg, time_monotonic_ns());
}

SELFTEST(timer_moved)
{
	struct cpu *me = arch_this_cpu(), *other;
	struct cpumask mask = { 0 };

	cpu_for_each(other) /* the caller is not preempted, and does not sleep here */
		if (other != me && atomic_load(&other->online))
			break;
	if (!other)
		return 0;
	cpumask_set(&mask, other->id);
	for (int i = 0; i < 20; i++) {
		is_armed_again = fired[1] = fired[2] = 0;
		timer_init(&timers[0], linger);
		smp_call(&mask, arm_here, &timers[0]);
		for (unsigned int us = 0; us < 1000000 && !atomic_load(&fired[1]); us++)
			delay_us(1);
		CHECK(atomic_load(&fired[1]));
		timer_arm(&timers[0], time_monotonic_ns() + 3600 * NSEC_PER_SEC);
		atomic_store(&is_armed_again, 1);
		CHECK(timer_cancel(&timers[0]));
		CHECK(atomic_load(&fired[2]));
	}
	return 0;
}

SELFTEST(clocks)
{
	uint64_t last_ns = time_monotonic_ns(), real_ns = time_realtime_ns();

	for (int i = 0; i < 10000; i++) {
		uint64_t now_ns = time_monotonic_ns();

		CHECK(now_ns >= last_ns);
		last_ns = now_ns;
	}
	CHECK(time_realtime_ns() >= real_ns);
	CHECK(time_to_counter(last_ns) >= time_to_counter(last_ns - 1000));
	last_ns = time_monotonic_ns();
	delay_us(500);
	last_ns = time_monotonic_ns() - last_ns;
	CHECK(last_ns >= 499 * NSEC_PER_USEC);
	return 0;
}
