/* SPDX-License-Identifier: MIT */
/* What kernel/vdso_clock.h needs of the port. Runs in programs. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

#define VDSO_READ_BARRIER() __asm__ volatile("dmb ishld" ::: "memory")

static __always_inline long call_kernel(long nr, long a, long b)
{
	register long x0 __asm__("x0") = a, x1 __asm__("x1") = b, x8 __asm__("x8") = nr;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x8) : "memory");
	return x0;
}

/* The counter may be read before what stands in front of it. */
static __always_inline uint64_t read_counter(void)
{
	uint64_t value;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value)::"memory");
	return value;
}
