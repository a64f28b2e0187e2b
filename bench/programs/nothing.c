// SPDX-License-Identifier: MIT
/* The program that fork and exec are measured with: it ends. Needs no libc. */
#include <sys/syscall.h>

__attribute__((naked, noreturn, used)) void _start(void)
{
	__asm__ volatile("mov %0, %%eax\n\txor %%edi, %%edi\n\tsyscall\n\tud2" : : "i"(SYS_exit_group));
}
