/* SPDX-License-Identifier: MIT */
/*
 * Signals (man 7 signal): pending sets per thread and per process, handlers per process, delivery on the
 * way back to user mode. Real-time signals queue, others merge.
 */
#pragma once

#include <asm/siginfo.h>
#include <asm/signal.h>
#include <kernel/wait.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct pid;
struct process;
struct thread;
struct trapframe;

#define KERNEL_NSIG 64
typedef uint64_t sigmask_t; /* bit n - 1: signal n; the kernel's form of sigset_t on every port */
#define SIGMASK(n) (1ULL << ((n) - 1))

/* One queued signal. */
struct signal_item {
	struct list_head node;
	siginfo_t info;
};

struct signal_pending_set {
	sigmask_t set;
	struct list_head queue; /* struct signal_item */
};

struct signal_action {
	uintptr_t handler; /* SIG_DFL, SIG_IGN or a user address */
	unsigned long flags; /* SA_* */
	uintptr_t restorer;
	sigmask_t mask;
};

/* Per process; guarded by process->signal_lock. handlers is shared under CLONE_SIGHAND. */
struct signal_handlers {
	unsigned int refs;
	struct signal_action action[KERNEL_NSIG];
};

struct signal_shared {
	struct signal_handlers *handlers;
	struct signal_pending_set pending;
	unsigned int nr_queued;
	struct wait_queue signalfd_wait; /* signalfd poll */
	int stop_signal;	/* group stop in progress or done */
	unsigned int nr_to_stop;
	bool is_stopped, stop_reported, continued_reported;
};

/* Per thread: guarded by its process' signal_lock; blocked is written by the thread itself only. */
struct signal_thread {
	struct signal_pending_set pending;
	sigmask_t blocked, saved_mask, real_blocked;
	stack_t altstack;
	siginfo_t *last_info; /* ptrace GETSIGINFO */
};

/* Send. info may be NULL (SI_KERNEL). Any context. 0, -ESRCH, -EAGAIN (queue full). */
int signal_send_thread(struct thread *thread, int signo, const siginfo_t *info);
int signal_send_process(struct process *process, int signo, const siginfo_t *info);
int signal_send_group(struct pid *group, int signo, const siginfo_t *info);
/* A fault: not ignorable; if blocked or ignored the process dies. */
void signal_force(int signo, int code, uintptr_t addr);

/* Delivers what is deliverable to the current thread; the frame is changed to run a handler. */
void signal_deliver(struct trapframe *frame);

/* Changes the current thread's mask and looks for what became deliverable. */
void signal_set_blocked(sigmask_t mask);
/* ppoll, sigsuspend ...: mask for the duration of a call; the old one comes back on the way out. */
int signal_set_temporary_mask(const void *user_mask, size_t sigset_size);

/* Takes a pending signal of the set off the queues (sigwaitinfo, signalfd). 0: none. */
int signal_dequeue(sigmask_t set, siginfo_t *info);

void signal_fork(struct thread *child);
void signal_exec(void);	 /* handlers to default, altstack off */
void signal_init(void);
