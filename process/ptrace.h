/* SPDX-License-Identifier: MIT */
/*
 * ptrace(2): a tracer process controls the threads it traces. thread->ptrace is NULL until the first attach and is
 * set and cleared under process_lock; the stops are taken by the traced thread itself.
 */
#pragma once

#include <asm/siginfo.h>
#include <kernel/thread.h>
#include <lib/list.h>
#include <lib/types.h>

struct process;
struct thread;
struct trapframe;

/* Why a traced thread enters or left a stop; the events are PTRACE_EVENT_*. */
struct ptrace_thread {
	/* Guarded by process_lock. */
	struct process *tracer; /* NULL: not traced now */
	struct list_head tracee_node; /* tracer->tracees */
	struct thread *thread;
	bool seized;
	unsigned int options;	/* PTRACE_O_* */
	int stop_code;		/* wait status >> 8 of the present stop, 0: runs */
	bool stop_waitable;
	unsigned long message;	/* PTRACE_GETEVENTMSG */
	siginfo_t info;		/* GETSIGINFO, SETSIGINFO */
	int resume_signal;	/* what the tracer lets through */
	bool listening;		/* PTRACE_LISTEN: SIGCONT ends the stop */
	bool interrupt_pending; /* stops with PTRACE_EVENT_STOP at the next chance */
	bool exited;		/* a thread of many has ended, the tracer was not told yet */
	int exit_status;
	uint8_t syscall_op;	/* PTRACE_SYSCALL_INFO_* of the present stop */
};

static inline bool ptrace_is_traced(const struct thread *thread)
{
	return thread->ptrace && __atomic_load_n(&thread->ptrace->tracer, __ATOMIC_ACQUIRE);
}

/* The current thread stops for an event if its tracer asked for it (PTRACE_EVENT_*). */
void ptrace_event(int event, unsigned long message);
/* A signal is about to be delivered: stops; returns the signal to go on with (0: none), info changed as the tracer wants. */
int ptrace_signal_stop(int signo, siginfo_t *info);
/* Enter and exit of a system call. */
void ptrace_syscall_stop(struct trapframe *frame, bool exit);
/* A group stop of a traced thread. */
void ptrace_group_stop(int signo);
/* SEIZE'd thread with PTRACE_INTERRUPT or an event pending at delivery. */
void ptrace_pending_stop(void);
/* clone: the child is traced too if the options say so; event PTRACE_EVENT_*; returns true if it was attached. */
bool ptrace_fork_locked(struct thread *child, int event);
int ptrace_fork_event(uint64_t clone_flags, int exit_signal);
/* The thread has gone; the tracer has gone (process_lock held). */
void ptrace_thread_exit_locked(struct thread *thread);
void ptrace_tracer_exit_locked(struct process *tracer);
/* execve succeeded. */
void ptrace_exec(int old_tid);
/* process_lock held. attach: NULL without memory; the caller checked that it may. */
struct ptrace_thread *ptrace_attach_locked(struct thread *thread, struct process *tracer);
void ptrace_detach_locked(struct ptrace_thread *pt);
/* Whether the current thread may look into that one (/proc/PID/mem, fd ...). */
bool ptrace_may_access(const struct thread *thread);
long ptrace_call(long request, int tid, unsigned long addr, unsigned long data);
/* wait4, process_lock held: news of a tracee of the current process: 1 told in *result, -1 there are tracees that may
 * have some later, 0 none is meant. */
struct wait_request;
struct wait_result;
int ptrace_wait_locked(const struct wait_request *request, struct wait_result *result);
/* A tracer that is not the parent has to see the zombie first. */
bool ptrace_holds_zombie_locked(const struct process *process);
/* A new zombie: true: it was given to its tracer, the parent is told later. */
bool ptrace_take_zombie_locked(struct process *process);
