/* SPDX-License-Identifier: MIT */
/* The counter is the generic timer's virtual one, the same on all CPUs. */
#pragma once

static inline uint64_t arch_counter_read_relaxed(void)
{
	uint64_t value;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(value)::"memory");
	return value;
}

/* The counter may be read before what stands in front of it. */
static inline uint64_t arch_counter_read(void)
{
	__asm__ volatile("isb" ::: "memory");
	return arch_counter_read_relaxed();
}
