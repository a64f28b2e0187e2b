// SPDX-License-Identifier: MIT
/*
 * Sending signals: what is ignored is dropped here, what kills for sure ends every thread at once, all else is
 * queued and a thread that may take it is woken. Delivery is signal_deliver.c.
 */
#include <process/signal.h>

#include <kernel/cred.h>
#include <kernel/sched.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/eventpoll.h>
#include <process/family.h>
#include <process/pid_ns.h>
#include <process/process.h>
#include <process/ptrace.h>

/* --- pending sets --------------------------------------------------------------------------------- */

void signal_flush(struct signal_pending_set *pending)
{
	struct signal_item *item, *next;

	list_for_each_entry_safe(item, next, &pending->queue, node)
		kfree(item);
	list_init(&pending->queue);
	pending->set = 0;
}

static void pending_discard(struct process *process, struct signal_pending_set *pending, sigmask_t mask)
{
	struct signal_item *item, *next;

	if (!(pending->set & mask))
		return;
	pending->set &= ~mask;
	list_for_each_entry_safe(item, next, &pending->queue, node) {
		if (!(SIGMASK(item->info.si_signo) & mask))
			continue;
		list_del(&item->node);
		process->signals.nr_queued--;
		kfree(item);
	}
}

void signal_discard_locked(struct process *process, sigmask_t mask)
{
	struct thread *thread;

	pending_discard(process, &process->signals.pending, mask);
	list_for_each_entry(thread, &process->threads, process_node)
		pending_discard(process, &thread->signal->pending, mask);
}

void signal_drop_own_locked(void)
{
	pending_discard(current_process(), &current->signal->pending, ~(sigmask_t)0);
}

/* --- waking --------------------------------------------------------------------------------------- */

void signal_wake_thread(struct thread *thread, bool fatal)
{
	unsigned int states = 1u << THREAD_INTERRUPTIBLE;

	if (fatal)
		states |= 1u << THREAD_KILLABLE | 1u << THREAD_STOPPED | 1u << THREAD_TRACED;
	thread_set_work(thread, fatal ? WORK_SIGNAL | WORK_KILL : WORK_SIGNAL);
	/* Also the current one: an interrupt may send while the thread is about to sleep. */
	if (thread_wake_states(thread, states) || thread == current)
		return;
	sched_interrupt(thread); /* in user mode on another CPU it has to come in to see its work */
}

void signal_kill_threads_locked(struct process *process)
{
	struct thread *thread;

	list_for_each_entry(thread, &process->threads, process_node) {
		if (thread == current || thread->signal->is_exiting)
			continue;
		thread->signal->pending.set |= SIGMASK(SIGKILL);
		signal_wake_thread(thread, true);
	}
}

static bool thread_wants(const struct thread *thread, int signo)
{
	const struct signal_thread *signal = thread->signal;

	if (signal->is_exiting)
		return false;
	if (signo == SIGKILL)
		return true;
	if (signal->blocked & SIGMASK(signo) & ~signal->awaited)
		return false;
	return __atomic_load_n(&thread->state, __ATOMIC_RELAXED) != THREAD_STOPPED;
}

static struct thread *thread_to_take(struct process *process, struct thread *target, int signo)
{
	struct thread *thread;

	if (target)
		return thread_wants(target, signo) ? target : NULL;
	list_for_each_entry(thread, &process->threads, process_node)
		if (thread_wants(thread, signo))
			return thread;
	return NULL;
}

void signal_retarget_locked(struct thread *exiting)
{
	struct process *process = exiting->process;
	sigmask_t left = process->signals.pending.set & ~exiting->signal->blocked;
	struct thread *thread;

	while (left) {
		int signo = (int)ffs64(left) + 1;

		left &= left - 1;
		thread = thread_to_take(process, NULL, signo);
		if (thread)
			signal_wake_thread(thread, false);
	}
}

/* --- the rules of sending ---------------------------------------------------------------------------- */

/* init takes no signal without a handler; the one of a PID namespace has to take SIGKILL and SIGSTOP from outside. */
static bool is_protected(const struct process *process, int signo)
{
	if (!process->signals.is_unkillable)
		return false;
	return process == init_process || !(SIGMASK(signo) & SIGMASK_UNBLOCKABLE) ||
	       pid_ns_of(current->pid) == pid_ns_of(process->pid);
}

static bool is_ignored(const struct process *process, const struct thread *thread, int signo)
{
	const struct signal_action *action = &process->signals.handlers->action[signo - 1];
	sigmask_t bit = SIGMASK(signo);

	/* Blocked ones stay: the handler may be another one when they are unblocked. */
	if (thread && thread->signal->blocked & bit)
		return false;
	if (thread && ptrace_is_traced(thread) && signo != SIGKILL)
		return false;
	if (action->handler == (uintptr_t)SIG_IGN)
		return true;
	if (action->handler != (uintptr_t)SIG_DFL)
		return false;
	return is_protected(process, signo) || (bit & SIGMASK_IGNORE);
}

static bool is_fatal(const struct process *process, const struct thread *thread, int signo)
{
	if (signo == SIGKILL)
		return !is_protected(process, signo);
	if (SIGMASK(signo) & (SIGMASK_CORE | SIGMASK_STOP | SIGMASK_IGNORE))
		return false;
	return process->signals.handlers->action[signo - 1].handler == (uintptr_t)SIG_DFL &&
	       !process->signals.is_unkillable && !(thread->signal->blocked & SIGMASK(signo)) &&
	       !(thread->signal->awaited & SIGMASK(signo)) && !ptrace_is_traced(thread);
}

/* SIGCONT's effect does not wait for delivery; the first thread that goes on tells the parent. signal_lock held. */
static void continue_threads(struct process *process)
{
	struct signal_shared *shared = &process->signals;
	bool was_stopped = shared->is_stopped;
	struct thread *thread;

	signal_discard_locked(process, SIGMASK_STOP);
	list_for_each_entry(thread, &process->threads, process_node) {
		thread->signal->stop_pending = false;
		thread_wake_states(thread, 1u << THREAD_STOPPED);
		if (thread->ptrace && thread->ptrace->listening) {
			thread->ptrace->interrupt_pending = true;
			thread_wake_states(thread, 1u << THREAD_TRACED);
		}
	}
	shared->is_stopped = false;
	shared->stop_signal = 0;
	shared->nr_to_stop = 0;
	if (!was_stopped)
		return;
	shared->stop_waitable = false;
	shared->continue_waitable = true;
	shared->tell_continued = true;
}

static int queue_signal(struct process *process, struct signal_pending_set *pending, int signo, const siginfo_t *info)
{
	struct signal_item *item = NULL;
	bool real_time = signo >= SIGRTMIN;

	if (!real_time && pending->set & SIGMASK(signo))
		return 0; /* merges */
	if (signo != SIGKILL && (!real_time || process->signals.nr_queued < process->limits[RLIMIT_SIGPENDING].rlim_cur))
		item = kmalloc(sizeof(*item));
	/* Without a place in the queue kill(2)'s is only marked; sigqueue(3) learns that its value is lost. */
	if (!item && real_time && info && info->si_code != SI_USER)
		return -EAGAIN;
	pending->set |= SIGMASK(signo);
	if (!item)
		return 0;
	if (info) {
		item->info = *info;
	} else {
		memset(&item->info, 0, sizeof(item->info));
		item->info.si_code = SI_KERNEL;
	}
	item->info.si_signo = signo;
	list_add_tail(&item->node, &pending->queue);
	process->signals.nr_queued++;
	return 0;
}

static void end_group(struct process *process, int signo)
{
	process->group_exiting = true;
	process->exit_code = signo;
	process->signals.stop_signal = 0;
	signal_kill_threads_locked(process);
	if (current_thread()->process == process && !current->signal->is_exiting) {
		current->signal->pending.set |= SIGMASK(SIGKILL);
		signal_wake_thread(current, true);
	}
}

void signal_end_process(int signo)
{
	struct process *process = current_process();
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);

	if (!process->group_exiting)
		end_group(process, signo);
	spin_unlock_irqrestore(&process->signal_lock, flags);
}

/* target NULL: to the process. signal_lock held. */
static int send_locked(struct process *process, struct thread *target, int signo, const siginfo_t *info)
{
	struct thread *taker;
	int err;

	if (process->group_exiting || !process->signals.handlers || list_empty(&process->threads))
		return 0; /* it is dying: nothing will look */
	if (SIGMASK(signo) & SIGMASK_STOP)
		signal_discard_locked(process, SIGMASK(SIGCONT));
	else if (signo == SIGCONT)
		continue_threads(process);
	if (is_ignored(process, target ? target : list_first_entry(&process->threads, struct thread, process_node),
		    signo))
		return 0;
	err = queue_signal(process, target ? &target->signal->pending : &process->signals.pending, signo, info);
	if (err)
		return err;
	if (wait_queue_active(&process->signals.signalfd_wait))
		wake_up_poll(&process->signals.signalfd_wait, EPOLLIN);
	taker = thread_to_take(process, target, signo);
	if (!taker)
		return 0;
	if (is_fatal(process, taker, signo))
		end_group(process, signo);
	else
		signal_wake_thread(taker, false);
	return 0;
}

int signal_send_process_locked(struct process *process, int signo, const siginfo_t *info)
{
	int err;

	spin_lock(&process->signal_lock);
	err = send_locked(process, NULL, signo, info);
	spin_unlock(&process->signal_lock);
	return err;
}

int signal_send_process(struct process *process, int signo, const siginfo_t *info)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	int err = signal_send_process_locked(process, signo, info);

	spin_unlock_irqrestore(&process_lock, flags);
	return err;
}

int signal_send_thread(struct thread *thread, int signo, const siginfo_t *info)
{
	struct process *process = thread->process;
	unsigned long flags;
	int err;

	if (!process)
		return -ESRCH;
	flags = spin_lock_irqsave(&process->signal_lock);
	err = thread->signal->is_exiting ? 0 : send_locked(process, thread, signo, info);
	spin_unlock_irqrestore(&process->signal_lock, flags);
	return err;
}

int signal_send_group(struct pid *group, int signo, const siginfo_t *info)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct process *process;
	int result = -ESRCH;

	list_for_each_entry(process, &group->group, group_node) {
		int err = signo ? signal_send_process_locked(process, signo, info) : 0;

		if (result)
			result = err;
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return result;
}

void signal_info_user(siginfo_t *info, int signo, int code)
{
	memset(info, 0, sizeof(*info));
	info->si_signo = signo;
	info->si_code = code;
	info->si_pid = pid_vnr(current_process()->pid);
	info->si_uid = current->cred->uid;
}

void signal_force(int signo, int code, uintptr_t addr)
{
	struct process *process = current_process();
	struct signal_action *action = &process->signals.handlers->action[signo - 1];
	siginfo_t info = { .si_signo = signo, .si_code = code };
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);
	sigmask_t bit = SIGMASK(signo);

	info.si_addr = (void *)addr;
	if (current->signal->blocked & bit || action->handler == (uintptr_t)SIG_IGN) {
		action->handler = (uintptr_t)SIG_DFL;
		current->signal->blocked &= ~bit;
	}
	if (action->handler == (uintptr_t)SIG_DFL && !ptrace_is_traced(current))
		process->signals.is_unkillable = false;
	if (send_locked(process, current, signo, &info) == 0)
		thread_set_work(current, WORK_SIGNAL);
	spin_unlock_irqrestore(&process->signal_lock, flags);
}

/* --- taking them off ------------------------------------------------------------------------------ */

static int pending_take(struct process *process, struct signal_pending_set *pending, sigmask_t mask, siginfo_t *info)
{
	sigmask_t ready = pending->set & mask;
	struct signal_item *item, *next, *found = NULL;
	bool more = false;
	int signo;

	if (!ready)
		return 0;
	signo = (int)ffs64(ready & SIGMASK_SYNCHRONOUS ? ready & SIGMASK_SYNCHRONOUS : ready) + 1;
	list_for_each_entry_safe(item, next, &pending->queue, node) {
		if (item->info.si_signo != signo)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = item;
	}
	if (!more)
		pending->set &= ~SIGMASK(signo);
	if (!found) { /* SIGKILL, or there was no memory for the item */
		memset(info, 0, sizeof(*info));
		info->si_signo = signo;
		return signo;
	}
	list_del(&found->node);
	process->signals.nr_queued--;
	*info = found->info;
	kfree(found);
	return signo;
}

/* A timer's signal that was taken: the timer may fire again. kernel/timer calls set it. */
void (*signal_timer_taken)(siginfo_t *info);

int signal_dequeue_locked(sigmask_t set, siginfo_t *info)
{
	struct process *process = current_process();
	int signo = pending_take(process, &current->signal->pending, set, info);

	if (!signo)
		signo = pending_take(process, &process->signals.pending, set, info);
	signal_recalc_locked();
	return signo;
}

void signal_recalc_locked(void)
{
	const struct signal_thread *signal = current->signal;
	const struct process *process = current_process();

	if ((signal->pending.set | process->signals.pending.set) & ~signal->blocked || signal->stop_pending ||
		(current->ptrace && current->ptrace->interrupt_pending))
		thread_set_work(current, WORK_SIGNAL);
	else if (current->work & WORK_SIGNAL && !(current->work & WORK_KILL))
		thread_clear_work(current, WORK_SIGNAL);
}

int signal_dequeue(sigmask_t set, siginfo_t *info)
{
	struct process *process = current_process();
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);
	int signo = signal_dequeue_locked(set & ~SIGMASK_UNBLOCKABLE, info);

	spin_unlock_irqrestore(&process->signal_lock, flags);
	if (signo && info->si_code == SI_TIMER && signal_timer_taken)
		signal_timer_taken(info);
	return signo;
}

sigmask_t signal_pending_mask(void)
{
	struct process *process = current_process();
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);
	sigmask_t set = current->signal->pending.set | process->signals.pending.set;

	spin_unlock_irqrestore(&process->signal_lock, flags);
	return set;
}
