/* SPDX-License-Identifier: MIT */
/*
 * What bench/count.c sees and what differs by architecture: marks (no-ops that no compiler emits), a counter of
 * instructions under -icount shift=0 (there an instruction takes a nanosecond), and the addresses of memory.
 */
#pragma once

#include <stdint.h>

#if defined(__x86_64__)
#define MARK(id) __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 'K', 'N', 'D', %c0" : : "i"(id) : "memory")
#define MARK_AND_STOP(id) 0x0f, 0x1f, 0x80, 'K', 'N', 'D', id, 0xfa, 0xf4, 0xeb, 0xfd
#define MEMORY_START 0UL

static inline uint64_t count(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low | (uint64_t)high << 32;
}
#else
#if defined(__riscv)
#define MARK_WORD(id) (0x4b4e0037 | (id) << 12) /* lui zero, ... */
#define STOP_WORD 0x0000006f
#define MEMORY_START 0x80000000UL
#elif defined(__aarch64__)
#define MARK_WORD(id) (0xd289681f | (id) << 5) /* mov xzr, ... */
#define STOP_WORD 0x14000000
#define MEMORY_START 0x40000000UL
#elif defined(__loongarch__)
#define MARK_WORD(id) (0x14969c00 | (id) << 5) /* lu12i.w $zero, ... */
#define STOP_WORD 0x50000000
#define MEMORY_START 0UL
#endif
#define MARK(id) __asm__ volatile(".word %c0" : : "i"(MARK_WORD(id)) : "memory")
#define BYTES_OF(w) (w) & 255, (w) >> 8 & 255, (w) >> 16 & 255, (w) >> 24 & 255
#define MARK_AND_STOP(id) BYTES_OF(MARK_WORD(id)), BYTES_OF(STOP_WORD)

/* The clock of programs, as it counts in steps of several nanoseconds. */
static inline uint64_t count(void)
{
	uint64_t now;

#if defined(__riscv)
	__asm__ volatile("rdtime %0" : "=r"(now) : : "memory");
	return now * 100;
#elif defined(__aarch64__)
	uint64_t per_second;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(per_second));
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(now) : : "memory");
	return now * (1000000000 / per_second);
#elif defined(__loongarch__)
	__asm__ volatile("rdtime.d %0, $zero" : "=r"(now) : : "memory");
	return now * 10;
#endif
}
#endif
