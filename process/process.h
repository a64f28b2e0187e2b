/* SPDX-License-Identifier: MIT */
/*
 * process: what its threads share: identity, family, signal handlers, limits, accounting.
 *
 * Life cycle: process_fork() makes one with its first thread; exit of the last thread (or exit_group) turns it
 * into a zombie that keeps its pid and exit code; wait4 by the parent reaps it. Orphans go to the nearest
 * subreaper or init. The record lives until the last reference.
 *
 * Locks: process_lock (one spinlock for the family tree: parent, children, groups, sessions, states), then
 * process->signal_lock. Both taken with _irqsave.
 */
#pragma once

#include <asm/resource.h>
#include <kernel/mutex.h>
#include <kernel/pid.h>
#include <kernel/spinlock.h>
#include <kernel/thread.h>
#include <kernel/timer.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>
#include <linux/resource.h>
#include <process/signal.h>

struct process {
	unsigned int refs; /* refcount */
	struct pid *pid;

	/* Guarded by process_lock. */
	struct process *parent;		/* real parent */
	int parent_nr;			/* its number in this process' PID namespace; atomic: getppid reads it alone */
	struct list_head children;	/* by sibling */
	struct list_head sibling;
	struct list_head threads;	/* by thread->process_node */
	unsigned int nr_threads;	/* on the list */
	unsigned int nr_live;		/* of these, not yet exiting */
	struct thread *exec_thread;	/* kills the others and waits for their end in child_wait */
	struct pid *group, *session;
	struct list_head group_node, session_node;
	bool is_subreaper, did_exec, is_zombie;
	int exit_signal;		/* to the parent; SIGCHLD, 0: none */
	int exit_code;			/* wait status of the group once exiting */
	int pdeath_signal;		/* prctl(PR_SET_PDEATHSIG) */
	uint32_t exit_uid;		/* of a zombie, for waitid */
	char exit_name[THREAD_NAME_LEN]; /* of a zombie, for /proc */
	bool group_exiting;		/* also read under signal_lock */
	struct list_head tracees;	/* ptrace_thread->tracee_node */
	struct process *zombie_tracer;	/* waits for this process, whose first thread has ended, before the parent does */
	struct list_head traced_zombies, tracer_node;

	struct wait_queue child_wait;	/* wait4 sleeps here; woken by children's changes */

	struct spinlock signal_lock;
	/* Guarded by signal_lock. */
	struct signal_shared signals;	/* handlers, shared pending set: process/signal.h */

	struct spinlock limits_lock;
	struct rlimit limits[RLIM_NLIMITS]; /* Guarded by limits_lock. */

	/* Of threads that ended and children that were waited for; guarded by process_lock. */
	struct rusage_ns {
		uint64_t user_ns, system_ns, min_faults, maj_faults, voluntary, involuntary, max_rss_pages;
	} ended, children_usage;

	uint64_t start_ns;
	unsigned int personality;
	unsigned int dumpable;
	struct timer itimer_real;
	uint64_t itimer_interval_ns;
	struct list_head posix_timers;
	int next_timer_id;
	unsigned int nr_timers; /* of timer_create(2) */
	int oom_score_adj;
};

extern struct spinlock process_lock;
extern struct process *init_process; /* pid 1, NULL before it exists */

static inline struct process *current_process(void)
{
	return current->process;
}

struct process *process_get(struct process *process);
void process_put(struct process *process);

/* The process or thread with a number as the current thread's pid namespace counts; a reference, or NULL. */
struct process *process_find_get(int nr);
struct thread *thread_find_get(int nr);

/* A thread of the process that can stand for it (the leader while it lives), with a reference; NULL: none is left. */
struct thread *process_any_thread_get(struct process *process);

/* The first program: makes pid 1 from the calling kernel thread's request: rdinit=, init= and their
 * fall-backs as Linux; never returns unless none could be run (then -errno of the last). */
int process_start_init(void);

/* clone(2), clone3(2), fork, vfork. Returns the new ID in the caller's namespace or -errno. */
struct clone_request {
	uint64_t flags; /* CLONE_*, without the signal byte */
	int exit_signal;
	uintptr_t stack; /* user sp of the child, 0: as the parent's */
	uintptr_t tls;
	uintptr_t parent_tid, child_tid; /* user pointers to int */
	uintptr_t pidfd;		 /* user pointer */
	const pid_t *set_tid; size_t nr_set_tid; /* kernel copy */
};
long process_clone(const struct clone_request *request);

/* process/fork.c, for process/init.c: a process without threads or family; -ENOMEM, -EAGAIN. */
__must_check int process_create(struct pid *pid, struct process **out);

/* exit(2) of a thread, exit_group(2). code is a wait status (code << 8 or signal). */
[[noreturn]] void process_exit_thread(int status);
[[noreturn]] void process_exit_group(int status);

/* kexec and power-off: every user process but the caller is killed; returns when none is left running. */
void process_stop_all_user(void);

/* timer_create(2) timers go when their process ends (and at exec): set by syscall/timer.c. NULL: none. */
extern void (*process_timers_exit)(struct process *process);

/* Before the first process: registers process/ with the levels below. */
void process_init(void);

/* Reaps the children that are zombies already. */
void process_reap_zombies(struct process *process);

/* Threads of all processes, for sysinfo(2) and /proc/loadavg. */
unsigned int process_nr_threads(void);

/* The nth resource limit, current soft value. */
uint64_t process_limit(unsigned int resource);
