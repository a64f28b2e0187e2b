// SPDX-License-Identifier: MIT
/* /init whose first instruction is mark 1; then it turns the machine off. Needs no libc. */
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "mark.h"

__attribute__((naked, noreturn, used)) void _start(void)
{
	MARK(1);
	SYSCALL_AND_STOP(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF);
}
