/* SPDX-License-Identifier: MIT */
/* x86_64: see mark.h. */
#pragma once

#include <stdint.h>

#define MARK(id) __asm__ volatile(".byte 0x0f, 0x1f, 0x80, 'K', 'N', 'D', %c0" : : "i"(id) : "memory")
#define MARK_AND_STOP(id) 0x0f, 0x1f, 0x80, 'K', 'N', 'D', id, 0xfa, 0xf4, 0xeb, 0xfd
#define MEMORY_START 0UL
#define KEXEC_FILE NULL
#define KEXEC_TEXT ""

#define SYSCALL_AND_STOP(nr, a, b, c) \
	__asm__ volatile("mov %0, %%eax\n\tmov %1, %%edi\n\tmov %2, %%esi\n\tmov %3, %%edx\n\tsyscall\n\tud2" \
			 : : "i"(nr), "i"((int)(a)), "i"(b), "i"(c))

static inline uint64_t count(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low | (uint64_t)high << 32;
}
