/* SPDX-License-Identifier: MIT */
/*
 * Threads: what the scheduler runs. A user thread belongs to a process (process/process.h); a kernel
 * thread has none and borrows whatever address space is loaded.
 *
 * Life cycle: thread_create() gives a thread in state NEW with one reference; thread_start() makes it
 * runnable (it holds a reference of its own while it can run); thread_exit() ends the current one;
 * the scheduler drops the running reference after the last switch away; the last thread_put() frees
 * stack and record.
 */
#pragma once

#include <arch/context.h>
#include <kernel/cpumask.h>
#include <kernel/sched.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct cred;	    /* kernel/cred.h */
struct fd_table;    /* process/fd_table.h */
struct fs_context;  /* fs/fs_context.h */
struct ns_proxy;    /* process/ns_proxy.h */
struct process;	    /* process/process.h */
struct pid;	    /* kernel/pid.h */
struct signal_thread; /* process/signal.h: pending set, mask, alternate stack */
struct ptrace_thread; /* process/ptrace.h */
struct vm_space;    /* mm/vm_space.h */

enum thread_state {
	THREAD_RUNNING,		/* running or on a run queue */
	THREAD_INTERRUPTIBLE,	/* woken by wake-ups and signals */
	THREAD_KILLABLE,	/* woken by wake-ups and fatal signals */
	THREAD_UNINTERRUPTIBLE, /* woken by wake-ups only */
	THREAD_STOPPED,		/* job control */
	THREAD_TRACED,		/* ptrace stop */
	THREAD_NEW,
	THREAD_DEAD,
};

/* Bits of thread->work: why the way back to user mode has to go through exit_to_user_work(). */
enum thread_work {
	WORK_RESCHED = 1 << 0,	  /* another thread should run */
	WORK_SIGNAL = 1 << 1,	  /* a signal may be deliverable */
	WORK_NOTIFY = 1 << 2,	  /* process/ wants a look (exit of a group, timers) */
	WORK_RESTORE_MASK = 1 << 3, /* sigsuspend, ppoll: put the saved mask back */
	WORK_KILL = 1 << 4,	  /* a fatal signal is pending: ends killable sleeps too (WORK_SIGNAL is set as well) */
};

/* Bits of thread->syscall_work: why a system call goes the slow way. */
enum thread_syscall_work {
	SYSCALL_WORK_TRACE = 1 << 0, /* ptrace syscall stops */
	SYSCALL_WORK_SECCOMP = 1 << 1,
};

#define THREAD_NAME_LEN 16 /* TASK_COMM_LEN, with NUL */

struct thread {
	struct arch_thread arch; /* first: entry code knows its offsets */

	/* Atomic bit sets; entry code tests work. */
	unsigned int work;
	unsigned int syscall_work;

	unsigned int state; /* enum thread_state, atomic */
	int pagefault_disabled; /* own thread only: user copies fail instead of faulting */

	void *stack; /* lowest address; KERNEL_STACK_SIZE bytes, guard page below */
	unsigned int refs; /* refcount */
	void (*entry)(void *arg); /* where it starts */
	void *entry_arg;
	struct thread *dead_next; /* kernel/thread.c: waits to be freed */
	struct sched_thread sched; /* kernel/sched.h */
	char name[THREAD_NAME_LEN];

	/* Owned by the thread itself; others read them under process rules (process/process.h). */
	struct vm_space *vm; /* NULL in kernel threads */
	struct process *process;
	struct cred *cred; /* effective; replaced, never written */
	struct fs_context *fs;
	struct fd_table *files;
	struct ns_proxy *ns;
	struct pid *pid; /* its thread ID */
	struct signal_thread *signal;
	struct ptrace_thread *ptrace;
	struct vfork_wait *vfork; /* process/fork.c: who sleeps until this thread gave up its memory */
	struct list_head process_node; /* process->threads */

	/* set_tid_address, CLONE_CHILD_CLEARTID; robust futexes; restartable call. */
	uintptr_t clear_child_tid;
	uintptr_t robust_list;
	long (*restart_fn)(struct thread *thread); /* restart_syscall */
	uint64_t restart_args[4];

	/* Accounting, own CPU writes. */
	uint64_t user_ticks, system_ticks; /* kernel/account.h, sched_thread_times() */
	uint64_t start_ns;
	uint64_t min_faults, maj_faults, voluntary_switches, involuntary_switches;
};

static inline struct thread *current_thread(void)
{
	return arch_current();
}

#define current arch_current()

/* A new thread in state THREAD_NEW that will call entry(arg); name is cut to fit. -ENOMEM. May sleep. */
__must_check int thread_create(const char *name, void (*entry)(void *arg), void *arg, struct thread **out);

/* First run: puts it on a run queue. */
void thread_start(struct thread *thread);

/* Kernel thread in one call: created, started, reference dropped. */
__must_check int kthread_run(const char *name, void (*entry)(void *arg), void *arg);

/* Ends the current thread. What belongs to the process was given up before (process/exit.c). */
[[noreturn]] void thread_exit(void);

/* Called by the last thread_put() before the record is freed: process/ drops what a user thread holds of it (process,
 * signal, ptrace). Any context, does not sleep. NULL until process/ sets it. */
extern void (*thread_release_user)(struct thread *thread);

struct thread *thread_get(struct thread *thread);
void thread_put(struct thread *thread);

/* thread_put() where memory cannot be given back (a switch); thread_reap_dead() does that part later. */
void thread_put_deferred(struct thread *thread);
void thread_reap_dead(void);

/* Makes a sleeping thread runnable if its state is in the mask 1 << state; true if it was. Any context. */
bool thread_wake_states(struct thread *thread, unsigned int states);
static inline bool thread_wake(struct thread *thread)
{
	return thread_wake_states(thread, 1u << THREAD_INTERRUPTIBLE | 1u << THREAD_KILLABLE |
						  1u << THREAD_UNINTERRUPTIBLE);
}

static inline void thread_set_state(enum thread_state state)
{
	/* A fence, as a sequentially consistent store alone does not keep later plain loads behind it. */
	__atomic_store_n(&current->state, state, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void thread_set_work(struct thread *thread, unsigned int bits)
{
	__atomic_fetch_or(&thread->work, bits, __ATOMIC_SEQ_CST);
}

static inline void thread_clear_work(struct thread *thread, unsigned int bits)
{
	__atomic_fetch_and(&thread->work, ~bits, __ATOMIC_SEQ_CST);
}

/* Whether the current thread, about to sleep in state, has a signal that ends the sleep. */
bool thread_wait_interrupted(enum thread_state state);

/* A signal is deliverable to the current thread (WORK_SIGNAL is set). */
static inline bool signal_pending(void)
{
	return __atomic_load_n(&current->work, __ATOMIC_RELAXED) & WORK_SIGNAL;
}
