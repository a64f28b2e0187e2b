/* SPDX-License-Identifier: MIT */
/* The counter is `time`, the same on all harts. */
#pragma once

static inline uint64_t arch_counter_read(void)
{
	uint64_t value;

	__asm__ volatile("rdtime %0" : "=r"(value)::"memory");
	return value;
}

static inline uint64_t arch_counter_read_relaxed(void)
{
	return arch_counter_read();
}
