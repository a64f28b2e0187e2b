/* SPDX-License-Identifier: MIT */
/* Arch contract: a counter that runs at one rate on all CPUs, and a one-shot timer on each CPU. */
#pragma once

#include <lib/types.h>

/* Any context. */
static inline uint64_t arch_counter_read(void);

/* The same where some nanoseconds do not matter: not ordered against what stands before and after it. */
static inline uint64_t arch_counter_read_relaxed(void);

/* Ticks per second; 0 until known. Constant after arch_time_init(). */
uint64_t arch_counter_hz(void);

/* Finds the counter's rate and the timer: boot CPU, once, after firmware tables are readable. */
void arch_time_init(void);

/* Prepares this CPU's timer: each CPU once. */
void arch_timer_init_this_cpu(void);

/* Makes timer_interrupt() be called on this CPU once the counter reaches deadline (at once if it has
 * passed); UINT64_MAX disarms. Interrupts off. */
void arch_timer_arm(uint64_t deadline);

/* Wall clock of the firmware's or board's RTC in seconds since 1970, or 0. May busy-wait < 1 ms. */
uint64_t arch_rtc_read(void);

#include <port/time.h>
