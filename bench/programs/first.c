// SPDX-License-Identifier: MIT
/* /init whose first instruction is mark 1; then it turns the machine off. Needs no libc. */
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "mark.h"

__attribute__((naked, noreturn, used)) void _start(void)
{
	MARK(1);
#if defined(__x86_64__)
	__asm__ volatile("mov %0, %%eax\n\tmov %1, %%edi\n\tmov %2, %%esi\n\tmov %3, %%edx\n\tsyscall\n\tud2"
			 :
			 : "i"(SYS_reboot), "i"((int)LINUX_REBOOT_MAGIC1), "i"(LINUX_REBOOT_MAGIC2),
			   "i"(LINUX_REBOOT_CMD_POWER_OFF));
#elif defined(__riscv)
	__asm__ volatile("li a7, %0\n\tli a0, %1\n\tli a1, %2\n\tli a2, %3\n\tecall\n\tunimp"
			 :
			 : "i"(SYS_reboot), "i"((int)LINUX_REBOOT_MAGIC1), "i"(LINUX_REBOOT_MAGIC2),
			   "i"(LINUX_REBOOT_CMD_POWER_OFF));
#elif defined(__aarch64__)
	__asm__ volatile("mov x8, %0\n\tldr w0, =%c1\n\tldr w1, =%c2\n\tldr w2, =%c3\n\tsvc #0\n\tudf #0\n\t.ltorg"
			 :
			 : "i"(SYS_reboot), "i"(LINUX_REBOOT_MAGIC1), "i"(LINUX_REBOOT_MAGIC2),
			   "i"(LINUX_REBOOT_CMD_POWER_OFF));
#elif defined(__loongarch__)
	__asm__ volatile("li.w $a7, %0\n\tli.w $a0, %1\n\tli.w $a1, %2\n\tli.w $a2, %3\n\tsyscall 0\n\tbreak 0"
			 :
			 : "i"(SYS_reboot), "i"((int)LINUX_REBOOT_MAGIC1), "i"(LINUX_REBOOT_MAGIC2),
			   "i"(LINUX_REBOOT_CMD_POWER_OFF));
#endif
}
