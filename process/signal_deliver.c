// SPDX-License-Identifier: MIT
/*
 * Delivering signals: on the way back to user mode the current thread takes its signals one by one; each is
 * dropped, stops or ends the process, or becomes a frame on the user stack.
 */
#include <process/signal.h>

#include <arch/signal.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <arch/vdso.h>
#include <asm/unistd.h>
#include <kernel/arch_upcalls.h>
#include <kernel/irq.h>
#include <kernel/sched.h>
#include <arch/irqflags.h>
#include <lib/string.h>
#include <mm/vm_space.h>
#include <process/family.h>
#include <process/process.h>
#include <process/ptrace.h>

/* Architectures without it have no such member; without the flag, the member has any value (glibc's on arm64). */
#ifndef SA_RESTORER
#define SA_RESTORER 0
#endif

/* --- stopping --------------------------------------------------------------------------------------- */

/* Out of a stop: the first thread tells the parent. */
static void go_on(struct process *process)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	bool tell;

	spin_lock(&process->signal_lock);
	tell = process->signals.tell_continued;
	process->signals.tell_continued = false;
	signal_recalc_locked();
	spin_unlock(&process->signal_lock);
	if (tell)
		family_notify_parent_locked(process, CLD_CONTINUED, SIGCONT);
	spin_unlock_irqrestore(&process_lock, flags);
}

/* The current thread takes part in its process' stop: sleeps until SIGCONT or SIGKILL. signal_lock is dropped. */
static void stop_here(struct process *process, unsigned long flags)
{
	struct signal_shared *shared = &process->signals;
	int signo = shared->stop_signal;
	bool last;

	current->signal->stop_pending = false;
	if (ptrace_is_traced(current)) {
		/* wait4 of a tracer that is the parent sees the trap, not the stop. */
		if (shared->nr_to_stop && --shared->nr_to_stop == 0) {
			shared->is_stopped = true;
			shared->stop_waitable = current->ptrace->tracer != process->parent;
		}
		spin_unlock_irqrestore(&process->signal_lock, flags);
		ptrace_group_stop(signo);
		return;
	}
	last = shared->nr_to_stop && --shared->nr_to_stop == 0;
	if (last) {
		shared->is_stopped = true;
		shared->stop_waitable = true;
		shared->continue_waitable = false;
	}
	thread_set_state(THREAD_STOPPED);
	spin_unlock_irqrestore(&process->signal_lock, flags);
	if (last) {
		flags = spin_lock_irqsave(&process_lock);
		family_notify_parent_locked(process, CLD_STOPPED, signo);
		spin_unlock_irqrestore(&process_lock, flags);
	}
	schedule();
	thread_set_state(THREAD_RUNNING);
	go_on(process);
}

/* Asks every thread of the process to stop. signal_lock held. */
static void begin_stop_locked(struct process *process, int signo)
{
	struct thread *thread;

	if (process->signals.is_stopped)
		return;
	process->signals.stop_signal = signo;
	process->signals.nr_to_stop = 0;
	list_for_each_entry(thread, &process->threads, process_node) {
		if (thread->signal->is_exiting)
			continue;
		process->signals.nr_to_stop++;
		thread->signal->stop_pending = true;
		signal_wake_thread(thread, false);
	}
}

static bool stop_signal_applies(struct process *process, int signo)
{
	unsigned long flags;
	bool orphaned;

	if (signo == SIGSTOP)
		return true;
	flags = spin_lock_irqsave(&process_lock);
	orphaned = family_group_orphaned_locked(process->group, NULL);
	spin_unlock_irqrestore(&process_lock, flags);
	return !orphaned;
}

/* --- choosing ---------------------------------------------------------------------------------------- */

/* Does not return when the thread is being killed: by SIGKILL, the end of its process, or an exec of another thread. */
static void exit_if_killed(struct process *process)
{
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);
	bool by_group = process->group_exiting;
	bool by_exec = process->exec_thread && process->exec_thread != current;
	bool by_signal = current->signal->pending.set & SIGMASK(SIGKILL) && !process->exec_thread;

	spin_unlock_irqrestore(&process->signal_lock, flags);
	if (by_group || by_exec)
		process_exit_thread(process->exit_code);
	if (by_signal)
		process_exit_group(SIGKILL);
}

/* The next signal off the queues; 0: none. Stops that are due are taken on the way: -1, look again. */
static int take_signal(struct process *process, siginfo_t *info)
{
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);
	int signo;

	if (current->signal->stop_pending && !(current->signal->pending.set & SIGMASK(SIGKILL))) {
		stop_here(process, flags);
		return -1;
	}
	if (current->ptrace && current->ptrace->interrupt_pending) {
		spin_unlock_irqrestore(&process->signal_lock, flags);
		ptrace_pending_stop();
		return -1;
	}
	signo = signal_dequeue_locked(~current->signal->blocked, info);
	spin_unlock_irqrestore(&process->signal_lock, flags);
	if (signo && info->si_code == SI_TIMER && signal_timer_taken)
		signal_timer_taken(info);
	if (signo && signo != SIGKILL && ptrace_is_traced(current)) {
		signo = ptrace_signal_stop(signo, info);
		return signo ? signo : -1;
	}
	return signo;
}

/* A handler, if there is one: filled in, with what is blocked while it runs. */
static bool find_handler(struct process *process, int signo, struct signal_delivery *delivery, sigmask_t *mask)
{
	struct signal_action *action = &process->signals.handlers->action[signo - 1];
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);
	bool found = action->handler != (uintptr_t)SIG_DFL;

	delivery->signo = signo;
	delivery->handler = action->handler;
	delivery->restorer = action->flags & SA_RESTORER ? action->restorer : 0;
	delivery->sa_flags = action->flags;
	*mask = action->mask | (action->flags & SA_NODEFER ? 0 : SIGMASK(signo));
	if (found && action->flags & SA_RESETHAND && action->handler != (uintptr_t)SIG_IGN)
		action->handler = (uintptr_t)SIG_DFL;
	spin_unlock_irqrestore(&process->signal_lock, flags);
	return found;
}

static void stop_process(struct process *process, int signo)
{
	unsigned long flags;

	if (!stop_signal_applies(process, signo))
		return;
	flags = spin_lock_irqsave(&process->signal_lock);
	/* A SIGCONT in between has won. */
	if (!process->group_exiting && !(process->signals.pending.set & SIGMASK(SIGCONT)))
		begin_stop_locked(process, signo);
	spin_unlock_irqrestore(&process->signal_lock, flags);
}

/*
 * Takes signals until one has a handler: fills delivery and returns its number with the action's mask; 0: none left.
 * Does not return when one of them ends the process.
 */
static int next_handled(struct signal_delivery *delivery, sigmask_t *mask)
{
	struct process *process = current_process();

	for (;;) {
		int signo;

		exit_if_killed(process);
		signo = take_signal(process, &delivery->info);
		if (!signo)
			return 0;
		if (signo < 0)
			continue;
		if (find_handler(process, signo, delivery, mask)) {
			if (delivery->handler == (uintptr_t)SIG_IGN)
				continue;
			return signo;
		}
		if (SIGMASK(signo) & SIGMASK_IGNORE ||
			(process->signals.is_unkillable && !(SIGMASK(signo) & SIGMASK_UNBLOCKABLE)))
			continue;
		if (SIGMASK(signo) & SIGMASK_STOP)
			stop_process(process, signo);
		else
			process_exit_group(signo); /* no core is ever dumped, so the status never says so */
	}
}

/* --- the interrupted system call ------------------------------------------------------------------------ */

static void restart_without_handler(struct trapframe *frame)
{
	switch (arch_syscall_result(frame)) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
		arch_syscall_restart(frame, -1);
		break;
	case -ERESTART_RESTARTBLOCK:
		arch_syscall_restart(frame, __NR_restart_syscall);
		break;
	}
	arch_frame_clear_syscall(frame);
}

static void restart_with_handler(struct trapframe *frame, unsigned long sa_flags)
{
	switch (arch_syscall_result(frame)) {
	case -ERESTARTSYS:
		if (!(sa_flags & SA_RESTART)) {
			arch_syscall_set_result(frame, -EINTR);
			break;
		}
		[[fallthrough]];
	case -ERESTARTNOINTR:
		arch_syscall_restart(frame, -1);
		break;
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		arch_syscall_set_result(frame, -EINTR);
		break;
	}
	arch_frame_clear_syscall(frame);
}

/* --- handlers --------------------------------------------------------------------------------------- */

static bool on_altstack(const stack_t *altstack, uintptr_t sp)
{
	if (altstack->ss_flags & (int)SS_AUTODISARM)
		return false;
	return sp > (uintptr_t)altstack->ss_sp && sp - (uintptr_t)altstack->ss_sp <= altstack->ss_size;
}

static void run_handler(struct trapframe *frame, struct signal_delivery *delivery, sigmask_t mask)
{
	struct signal_thread *signal = current->signal;
	sigmask_t saved = current->work & WORK_RESTORE_MASK ? signal->saved_mask : signal->blocked;
	uintptr_t sp = arch_frame_sp(frame);

	memcpy(&delivery->saved_mask, &saved, sizeof(saved));
	delivery->altstack = signal->altstack;
	if (!signal->altstack.ss_size)
		delivery->altstack.ss_flags = SS_DISABLE;
	else if (on_altstack(&signal->altstack, sp))
		delivery->altstack.ss_flags |= SS_ONSTACK;
	delivery->stack_top = sp;
	if (delivery->sa_flags & SA_ONSTACK && signal->altstack.ss_size && !on_altstack(&signal->altstack, sp))
		delivery->stack_top = (uintptr_t)signal->altstack.ss_sp + signal->altstack.ss_size;
	if (!delivery->restorer && arch_vdso_sigreturn())
		delivery->restorer = current->vm->vdso + arch_vdso_sigreturn();
	if (arch_signal_push_frame(frame, delivery)) {
		if (delivery->signo == SIGSEGV)
			current_process()->signals.handlers->action[SIGSEGV - 1].handler = (uintptr_t)SIG_DFL;
		signal_force(SIGSEGV, SI_KERNEL, 0);
		return;
	}
	if (signal->altstack.ss_flags & (int)SS_AUTODISARM)
		signal->altstack = (stack_t){ .ss_flags = SS_DISABLE };
	thread_clear_work(current, WORK_RESTORE_MASK);
	signal_set_blocked(signal->blocked | mask);
}

void signal_deliver(struct trapframe *frame)
{
	struct signal_delivery delivery;
	sigmask_t mask;

	if (!next_handled(&delivery, &mask)) {
		if (arch_frame_in_syscall(frame))
			restart_without_handler(frame);
		if (current->work & WORK_RESTORE_MASK) {
			thread_clear_work(current, WORK_RESTORE_MASK);
			signal_set_blocked(current->signal->saved_mask);
		}
		return;
	}
	if (arch_frame_in_syscall(frame))
		restart_with_handler(frame, delivery.sa_flags);
	run_handler(frame, &delivery, mask);
}

/* A temporary mask holds only while the call sleeps: a call that had a result takes no signal under it. */
static void drop_temporary_mask(struct trapframe *frame)
{
	long result = arch_syscall_result(frame);

	if (arch_frame_in_syscall(frame) && (result == -ERESTARTNOHAND || result == -EINTR) && current->work & WORK_SIGNAL)
		return;
	thread_clear_work(current, WORK_RESTORE_MASK);
	signal_set_blocked(current->signal->saved_mask);
}

void exit_to_user_work(struct trapframe *frame)
{
	for (;;) {
		unsigned int work = __atomic_load_n(&current->work, __ATOMIC_RELAXED);

		if (!work)
			return;
		arch_irq_enable();
		if (work & WORK_RESCHED)
			sched_preempt();
		if (work & WORK_NOTIFY)
			thread_clear_work(current, WORK_NOTIFY);
		if (!current->process) {
			thread_clear_work(current, ~WORK_RESCHED);
		} else {
			if (work & WORK_RESTORE_MASK)
				drop_temporary_mask(frame);
			if (work & (WORK_SIGNAL | WORK_KILL))
				signal_deliver(frame);
		}
		arch_irq_disable();
	}
}
