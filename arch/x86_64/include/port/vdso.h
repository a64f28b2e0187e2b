/* SPDX-License-Identifier: MIT */
/* What kernel/vdso_clock.h needs of the port. Runs in programs. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

#define VDSO_READ_BARRIER() compiler_barrier()

static __always_inline long call_kernel(long nr, long a, long b)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "a"(nr), "D"(a), "S"(b) : "rcx", "r11", "memory");
	return result;
}

static __always_inline uint64_t read_counter(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi)::"memory");
	return (uint64_t)hi << 32 | lo;
}
