/* SPDX-License-Identifier: MIT */
/* Clocks. Any context. */
#pragma once

#include <lib/types.h>

#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_USEC 1000ULL

uint64_t time_monotonic_ns(void); /* CLOCK_MONOTONIC and BOOTTIME: since boot */
uint64_t time_realtime_ns(void);  /* CLOCK_REALTIME: since 1970 */

/* settimeofday, clock_settime: moves CLOCK_REALTIME; wakes what waits for absolute times of it. */
void time_set_realtime(uint64_t ns);
uint64_t time_realtime_offset_ns(void); /* realtime - monotonic */

/* Busy-waits. */
void delay_us(unsigned int us);

/* Sleeps, uninterruptible. */
void sleep_ms(unsigned int ms);

/* Starts the clocks: after arch_time_init(). */
void time_init(void);
