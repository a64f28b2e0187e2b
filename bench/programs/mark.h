/* SPDX-License-Identifier: MIT */
/* Marks that bench/count.c sees, and the counter that counts instructions under -icount shift=0. */
#pragma once

#include <stdint.h>

#define MARK(id) __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 'K', 'N', 'D', %c0" : : "i"(id) : "memory")

static inline uint64_t count(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low | (uint64_t)high << 32;
}
