/* SPDX-License-Identifier: MIT */
/* The counter is the TSC. lfence keeps it from being read early (SDM 2B, RDTSC). */
#pragma once

static inline uint64_t arch_counter_read(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi)::"memory");
	return (uint64_t)hi << 32 | lo;
}

static inline uint64_t arch_counter_read_relaxed(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}
