// SPDX-License-Identifier: MIT
/* ptrace(2). */
#include <process/ptrace.h>

#include <kernel/errno.h>
#include <process/process.h>

void ptrace_event(int event, unsigned long message)
{
}

int ptrace_signal_stop(int signo, siginfo_t *info)
{
	return signo;
}

void ptrace_syscall_stop(struct trapframe *frame, bool exit)
{
}

void ptrace_group_stop(int signo)
{
}

bool ptrace_fork_locked(struct thread *child, int event)
{
	return false;
}

int ptrace_fork_event(uint64_t clone_flags, int exit_signal)
{
	return 0;
}

void ptrace_thread_exit_locked(struct thread *thread)
{
}

void ptrace_tracer_exit_locked(struct process *tracer)
{
}

void ptrace_exec(int old_tid)
{
}

int ptrace_wait_locked(const struct wait_request *request, struct wait_result *result)
{
	return 0;
}

bool ptrace_holds_zombie_locked(const struct process *process)
{
	return false;
}
