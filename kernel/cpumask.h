/* SPDX-License-Identifier: MIT */
/* Sets of CPUs. */
#pragma once

#include <lib/types.h>

#define MAX_CPUS 1024 /* bits in a mask; records are allocated by need */

struct cpumask {
	unsigned long bits[MAX_CPUS / 64];
};

static inline void cpumask_set(struct cpumask *mask, unsigned int cpu)
{
	__atomic_fetch_or(&mask->bits[cpu / 64], 1UL << (cpu % 64), __ATOMIC_SEQ_CST);
}

static inline void cpumask_clear(struct cpumask *mask, unsigned int cpu)
{
	__atomic_fetch_and(&mask->bits[cpu / 64], ~(1UL << (cpu % 64)), __ATOMIC_SEQ_CST);
}

static inline bool cpumask_test(const struct cpumask *mask, unsigned int cpu)
{
	return __atomic_load_n(&mask->bits[cpu / 64], __ATOMIC_SEQ_CST) >> (cpu % 64) & 1;
}
