/* SPDX-License-Identifier: MIT */
/* What kernel/vdso_clock.h needs of the port. Runs in programs. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

#define VDSO_READ_BARRIER() __asm__ volatile("dbar 0" ::: "memory")

static __always_inline long call_kernel(long nr, long a, long b)
{
	register long a0 __asm__("$a0") = a, a1 __asm__("$a1") = b, a7 __asm__("$a7") = nr;

	__asm__ volatile("syscall 0"
		: "+r"(a0) : "r"(a1), "r"(a7)
		: "memory", "$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8");
	return a0;
}

static __always_inline uint64_t read_counter(void)
{
	uint64_t value;

	__asm__ volatile("rdtime.d %0, $zero" : "=r"(value)::"memory");
	return value;
}
