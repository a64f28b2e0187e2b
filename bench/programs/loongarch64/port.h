/* SPDX-License-Identifier: MIT */
/* loongarch64: see mark.h. */
#pragma once

#include <stdint.h>

#define MARK_WORD(id) (0x14969c00 | (id) << 5) /* lu12i.w $zero, ... */
#define STOP_WORD 0x50000000
#define MEMORY_START 0UL
#define KEXEC_FILE NULL
#define KEXEC_TEXT "kexec "

#define SYSCALL_AND_STOP(nr, a, b, c) \
	__asm__ volatile("li.w $a7, %0\n\tli.w $a0, %1\n\tli.w $a1, %2\n\tli.w $a2, %3\n\tsyscall 0\n\tbreak 0" \
			 : : "i"(nr), "i"((int)(a)), "i"(b), "i"(c))

/* The clock of programs, as it counts in steps of several nanoseconds. */
static inline uint64_t count(void)
{
	uint64_t now;

	__asm__ volatile("rdtime.d %0, $zero" : "=r"(now) : : "memory");
	return now * 10;
}
