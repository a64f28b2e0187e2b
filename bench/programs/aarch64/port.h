/* SPDX-License-Identifier: MIT */
/* aarch64: see mark.h. */
#pragma once

#include <stdint.h>

#define MARK_WORD(id) (0xd289681f | (id) << 5) /* mov xzr, ... */
#define STOP_WORD 0x14000000
#define MEMORY_START 0x40000000UL
#define KEXEC_FILE "/sys/firmware/fdt"
#define KEXEC_TEXT ""

#define SYSCALL_AND_STOP(nr, a, b, c) \
	__asm__ volatile("mov x8, %0\n\tldr w0, =%c1\n\tldr w1, =%c2\n\tldr w2, =%c3\n\tsvc #0\n\tudf #0\n\t.ltorg" \
			 : : "i"(nr), "i"(a), "i"(b), "i"(c))

/* The clock of programs, as it counts in steps of several nanoseconds. */
static inline uint64_t count(void)
{
	uint64_t now, per_second;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(per_second));
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(now) : : "memory");
	return now * (1000000000 / per_second);
}
