/* SPDX-License-Identifier: MIT */
/* The stable counter, the same on all CPUs. */
#pragma once

static inline uint64_t arch_counter_read(void)
{
	uint64_t value;

	__asm__ volatile("rdtime.d %0, $zero" : "=r"(value)::"memory");
	return value;
}

static inline uint64_t arch_counter_read_relaxed(void)
{
	return arch_counter_read();
}
