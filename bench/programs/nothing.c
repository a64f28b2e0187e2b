// SPDX-License-Identifier: MIT
/* The program that fork and exec are measured with: it ends. Needs no libc. */
#include <sys/syscall.h>

__attribute__((naked, noreturn, used)) void _start(void)
{
#if defined(__x86_64__)
	__asm__ volatile("mov %0, %%eax\n\txor %%edi, %%edi\n\tsyscall\n\tud2" : : "i"(SYS_exit_group));
#elif defined(__riscv)
	__asm__ volatile("li a7, %0\n\tli a0, 0\n\tecall\n\tunimp" : : "i"(SYS_exit_group));
#elif defined(__aarch64__)
	__asm__ volatile("mov x8, %0\n\tmov x0, 0\n\tsvc #0\n\tudf #0" : : "i"(SYS_exit_group));
#elif defined(__loongarch__)
	__asm__ volatile("li.w $a7, %0\n\tmove $a0, $zero\n\tsyscall 0\n\tbreak 0" : : "i"(SYS_exit_group));
#endif
}
