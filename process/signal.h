/* SPDX-License-Identifier: MIT */
/*
 * Signals (man 7 signal): pending sets per thread and per process, handlers per process, delivery on the
 * way back to user mode. Real-time signals queue, others merge.
 */
#pragma once

#include <kernel/wait.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>
#include <linux/signal.h>

struct pid;
struct process;
struct thread;
struct trapframe;

#define KERNEL_NSIG 64
typedef uint64_t sigmask_t; /* bit n - 1: signal n; the kernel's form of sigset_t on every port */
#define SIGMASK(n) (1ULL << ((n) - 1))

/* Sets of signals by what Linux does with them (man 7 signal). */
#define SIGMASK_UNBLOCKABLE (SIGMASK(SIGKILL) | SIGMASK(SIGSTOP))
#define SIGMASK_STOP (SIGMASK(SIGSTOP) | SIGMASK(SIGTSTP) | SIGMASK(SIGTTIN) | SIGMASK(SIGTTOU))
#define SIGMASK_IGNORE (SIGMASK(SIGCONT) | SIGMASK(SIGCHLD) | SIGMASK(SIGWINCH) | SIGMASK(SIGURG))
#define SIGMASK_CORE                                                                               \
	(SIGMASK(SIGQUIT) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | SIGMASK(SIGABRT) | SIGMASK(SIGFPE) | \
		SIGMASK(SIGSEGV) | SIGMASK(SIGBUS) | SIGMASK(SIGSYS) | SIGMASK(SIGXCPU) | SIGMASK(SIGXFSZ))
#define SIGMASK_SYNCHRONOUS                                                                        \
	(SIGMASK(SIGSEGV) | SIGMASK(SIGBUS) | SIGMASK(SIGILL) | SIGMASK(SIGTRAP) | SIGMASK(SIGFPE) | SIGMASK(SIGSYS))

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
	bool is_stopped;	/* every thread has stopped */
	bool stop_waitable, continue_waitable; /* wait4 has not told it yet */
	bool tell_continued;	/* SIGCONT ended a stop, the parent does not know yet */
	bool is_unkillable;	/* init: signals without a handler do nothing */
};

/* Per thread: guarded by its process' signal_lock; blocked is written by the thread itself only. */
struct signal_thread {
	struct signal_pending_set pending;
	sigmask_t blocked, saved_mask, real_blocked;
	sigmask_t awaited;	/* sigtimedwait sleeps for these */
	stack_t altstack;
	siginfo_t *last_info; /* ptrace GETSIGINFO */
	bool stop_pending;    /* a group stop wants this thread to stop */
	bool is_exiting;      /* past process_exit_thread(): takes no signals */
};

/* Send. info may be NULL (SI_KERNEL). Any context. 0, -ESRCH, -EAGAIN (queue full). */
int signal_send_thread(struct thread *thread, int signo, const siginfo_t *info);
int signal_send_process(struct process *process, int signo, const siginfo_t *info);
int signal_send_group(struct pid *group, int signo, const siginfo_t *info);
/* With process_lock held. */
int signal_send_process_locked(struct process *process, int signo, const siginfo_t *info);
/* siginfo of kill(2) from the current thread. */
void signal_info_user(siginfo_t *info, int signo, int code);
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

/* Same, returning from pop of a frame: sets the mask and the alternate stack as they were (rt_sigreturn). */
void signal_restore(sigmask_t mask, const stack_t *altstack);
/* sigtimedwait: takes a signal of the set, or sleeps for one until deadline_ns. Number, -EAGAIN, -EINTR. */
int signal_wait(sigmask_t set, uint64_t deadline_ns, siginfo_t *info);
/* sigaction(2), sigaltstack(2), sigpending(2). old and action may be NULL. */
int signal_set_action(int signo, const struct signal_action *action, struct signal_action *old);
int signal_set_altstack(const stack_t *altstack, stack_t *old, uintptr_t user_sp, size_t min_size);
sigmask_t signal_pending_mask(void);

/* Ends the process' other threads (exit_group, exec, fatal signals): SIGKILL to each but the current one. signal_lock held. */
void signal_kill_threads_locked(struct process *process);
/* The current process ends as if by signo, on its way back to user mode: what its call holds is given back before. */
void signal_end_process(int signo);
/* The current thread begins to exit: signals that it would have taken go to another thread. signal_lock held. */
void signal_retarget_locked(struct thread *thread);
/* Wakes a thread to look at its signals; fatal: also from killable sleeps and stops. signal_lock held. */
void signal_wake_thread(struct thread *thread, bool fatal);

/* clone: the child's own part (mask and altstack as the flags say). NULL: no memory. */
struct signal_thread *signal_thread_create(const struct signal_thread *parent, bool keep_altstack);
void signal_thread_destroy(struct signal_thread *signal);
struct signal_handlers *signal_handlers_get(struct signal_handlers *handlers);
struct signal_handlers *signal_handlers_copy(struct signal_handlers *handlers, bool clear); /* NULL: no memory */
void signal_handlers_put(struct signal_handlers *handlers);
void signal_flush(struct signal_pending_set *pending);
__must_check int signal_exec(void); /* handlers unshared and set to default, altstack off; -ENOMEM */
void signal_init(void);

/* --- inside process/ ------------------------------------------------------------------------------ */

/* The current thread's next signal of a set; recalculates WORK_SIGNAL. signal_lock held. */
int signal_dequeue_locked(sigmask_t set, siginfo_t *info);
void signal_recalc_locked(void);
/* Discards pending signals of a set everywhere in the process. signal_lock held. */
void signal_discard_locked(struct process *process, sigmask_t mask);
/* What is queued for the current thread alone, which ends. signal_lock held. */
void signal_drop_own_locked(void);
/* timer_create(2): called when a SI_TIMER signal was taken, to fill the overrun count and arm anew. NULL: none. */
extern void (*signal_timer_taken)(siginfo_t *info);
