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

static inline bool cpumask_test_and_clear(struct cpumask *mask, unsigned int cpu)
{
	unsigned long bit = 1UL << (cpu % 64);

	return __atomic_fetch_and(&mask->bits[cpu / 64], ~bit, __ATOMIC_SEQ_CST) & bit;
}

/* The first CPU >= from in the mask, or MAX_CPUS. */
static inline unsigned int cpumask_next(const struct cpumask *mask, unsigned int from)
{
	while (from < MAX_CPUS) {
		unsigned long word = __atomic_load_n(&mask->bits[from / 64], __ATOMIC_RELAXED) >> (from % 64);

		if (word)
			return from + (unsigned int)__builtin_ctzl(word);
		from = (from | 63) + 1;
	}
	return MAX_CPUS;
}
