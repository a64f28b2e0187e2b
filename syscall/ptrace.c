// SPDX-License-Identifier: MIT
/* man 2 ptrace. */
#include <process/ptrace.h>
#include <syscall/define.h>

SYSCALL_DEFINE(ptrace, long, request, int, tid, unsigned long, addr, unsigned long, data)
{
	return ptrace_call(request, tid, addr, data);
}
