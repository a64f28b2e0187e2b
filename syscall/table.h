/* SPDX-License-Identifier: MIT */
/*
 * The system-call table: one line per call, in man-page families. syscall/table.c expands the list into
 * [__NR_name] = sys_name; numbers are the UAPI headers'. A line whose number a port's ABI does not have
 * (x86_64's legacy names: open, stat, fork, poll ...) is listed in that port's port/syscalls.h instead.
 *
 *	SYSCALL(name)			complete
 *	SYSCALL_PARTIAL(name, "what")	what is there or missing; docs/syscalls.md is generated from this
 */
SYSCALL(read)
SYSCALL(write)
