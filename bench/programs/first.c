// SPDX-License-Identifier: MIT
/* /init whose first instruction is mark 1; then it turns the machine off. Needs no libc. */
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "mark.h"

__attribute__((naked, noreturn, used)) void _start(void)
{
	MARK(1);
	__asm__ volatile("mov %0, %%eax\n\tmov %1, %%edi\n\tmov %2, %%esi\n\tmov %3, %%edx\n\tsyscall\n\tud2"
			 :
			 : "i"(SYS_reboot), "i"((int)LINUX_REBOOT_MAGIC1), "i"(LINUX_REBOOT_MAGIC2),
			   "i"(LINUX_REBOOT_CMD_POWER_OFF));
}
