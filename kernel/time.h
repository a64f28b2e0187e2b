/* SPDX-License-Identifier: MIT */
/* Clocks. Any context. */
#pragma once

#include <arch/time.h>
#include <lib/compiler.h>
#include <lib/types.h>

#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_USEC 1000ULL

/* How the counter becomes nanoseconds: (counter - base) * mult >> 32. Fixed by time_init(). */
struct time_scale {
	uint64_t base;
	uint64_t mult; /* 0: clocks do not run yet */
};
extern struct time_scale time_scale;

/* CLOCK_MONOTONIC and BOOTTIME: since boot; 0 before time_init(). */
static __always_inline uint64_t time_monotonic_ns(void)
{
	return (uint64_t)((unsigned __int128)(arch_counter_read() - time_scale.base) * time_scale.mult >> 32);
}

/* A number of the counter's ticks. */
static inline uint64_t time_ticks_to_ns(uint64_t ticks)
{
	return (uint64_t)((unsigned __int128)ticks * time_scale.mult >> 32);
}

/* The counter's value at that time, rounded up. */
uint64_t time_to_counter(uint64_t monotonic_ns);

uint64_t time_realtime_ns(void);  /* CLOCK_REALTIME: since 1970 */

/* settimeofday, clock_settime: moves CLOCK_REALTIME; wakes what waits for absolute times of it. */
void time_set_realtime(uint64_t ns);
uint64_t time_realtime_offset_ns(void); /* realtime - monotonic */
struct wait_queue;
struct wait_queue *time_clock_set_wait(void); /* woken by time_set_realtime() */

/* Busy-waits. */
void delay_us(unsigned int us);

/* Sleeps, uninterruptible. */
void sleep_ms(unsigned int ms);

/* Starts the clocks: after arch_time_init(). */
void time_init(void);
