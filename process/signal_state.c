// SPDX-License-Identifier: MIT
/* What a thread and a process keep about signals: masks, actions, the alternate stack; copies for clone and exec. */
#include <process/signal.h>

#include <kernel/signal_send.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <mm/user_copy.h>
#include <process/access.h>
#include <process/family.h>
#include <process/pid_ns.h>
#include <process/process.h>

void signal_set_blocked(sigmask_t mask)
{
	struct process *process = current_process();
	struct signal_thread *signal = current->signal;
	unsigned long flags;
	sigmask_t newly;

	mask &= ~SIGMASK_UNBLOCKABLE;
	if (mask == signal->blocked)
		return;
	flags = spin_lock_irqsave(&process->signal_lock);
	newly = mask & ~signal->blocked;
	signal->blocked = mask;
	/* What this thread was to take for the process, another one may have to take now. */
	if (newly & process->signals.pending.set && process->nr_live > 1)
		signal_retarget_locked(current);
	signal_recalc_locked();
	spin_unlock_irqrestore(&process->signal_lock, flags);
}

int signal_set_temporary_mask(const void *user_mask, size_t sigset_size)
{
	sigmask_t mask;

	if (!user_mask)
		return 0;
	if (sigset_size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, user_mask, sizeof(mask)))
		return -EFAULT;
	current->signal->saved_mask = current->signal->blocked;
	thread_set_work(current, WORK_RESTORE_MASK);
	signal_set_blocked(mask);
	return 0;
}

void signal_restore(sigmask_t mask, const stack_t *altstack)
{
	if (!(altstack->ss_flags & SS_DISABLE))
		current->signal->altstack =
			(stack_t){ altstack->ss_sp, altstack->ss_flags & (int)SS_AUTODISARM, altstack->ss_size };
	else
		current->signal->altstack = (stack_t){ .ss_flags = SS_DISABLE };
	signal_set_blocked(mask);
}

int signal_wait(sigmask_t set, uint64_t deadline_ns, siginfo_t *info)
{
	struct process *process = current_process();
	struct signal_thread *signal = current->signal;
	bool in_time = true;
	unsigned long flags;
	int signo;

	set &= ~SIGMASK_UNBLOCKABLE;
	flags = spin_lock_irqsave(&process->signal_lock);
	signo = signal_dequeue_locked(set, info);
	if (!signo && deadline_ns) {
		/* Not blocked while it sleeps, so that senders wake it; real_blocked says what the mask was. */
		signal->awaited = set;
		thread_set_state(THREAD_INTERRUPTIBLE);
		signal_recalc_locked();
		spin_unlock_irqrestore(&process->signal_lock, flags);
		if (!signal_pending())
			in_time = schedule_until(deadline_ns);
		thread_set_state(THREAD_RUNNING);
		flags = spin_lock_irqsave(&process->signal_lock);
		signal->awaited = 0;
		signo = signal_dequeue_locked(set, info);
	}
	spin_unlock_irqrestore(&process->signal_lock, flags);
	if (!signo)
		return deadline_ns && in_time ? -EINTR : -EAGAIN; /* also when another thread was faster */
	if (info->si_code == SI_TIMER && signal_timer_taken)
		signal_timer_taken(info);
	return signo;
}

int signal_set_action(int signo, const struct signal_action *action, struct signal_action *old)
{
	struct process *process = current_process();
	struct signal_action *slot;
	unsigned long flags;

	if (signo < 1 || signo > KERNEL_NSIG || (action && SIGMASK(signo) & SIGMASK_UNBLOCKABLE))
		return -EINVAL;
	slot = &process->signals.handlers->action[signo - 1];
	flags = spin_lock_irqsave(&process->signal_lock);
	if (old)
		*old = *slot;
	if (action) {
		*slot = *action;
		slot->mask &= ~SIGMASK_UNBLOCKABLE;
		/* POSIX: a pending signal is discarded when it becomes ignored. */
		if (slot->handler == (uintptr_t)SIG_IGN ||
			(slot->handler == (uintptr_t)SIG_DFL && SIGMASK(signo) & SIGMASK_IGNORE))
			signal_discard_locked(process, SIGMASK(signo));
	}
	spin_unlock_irqrestore(&process->signal_lock, flags);
	return 0;
}

int signal_set_altstack(const stack_t *altstack, stack_t *old, uintptr_t user_sp, size_t min_size)
{
	stack_t *own = &current->signal->altstack;
	bool in_use = own->ss_size && !(own->ss_flags & (int)SS_AUTODISARM) && user_sp > (uintptr_t)own->ss_sp &&
		      user_sp - (uintptr_t)own->ss_sp <= own->ss_size;

	if (old) {
		memset(old, 0, sizeof(*old));
		old->ss_sp = own->ss_sp;
		old->ss_size = own->ss_size;
		old->ss_flags = own->ss_size ? own->ss_flags | (in_use ? SS_ONSTACK : 0) : SS_DISABLE;
	}
	if (!altstack)
		return 0;
	if (in_use)
		return -EPERM;
	switch (altstack->ss_flags & ~(int)SS_AUTODISARM) {
	case SS_DISABLE:
		*own = (stack_t){ .ss_flags = SS_DISABLE };
		return 0;
	case SS_ONSTACK:
	case 0:
		if (altstack->ss_size < min_size)
			return -ENOMEM;
		*own = (stack_t){ altstack->ss_sp, altstack->ss_flags & (int)SS_AUTODISARM, altstack->ss_size };
		return 0;
	}
	return -EINVAL;
}

/* --- copies ------------------------------------------------------------------------------------------ */

struct signal_thread *signal_thread_create(const struct signal_thread *parent, bool keep_altstack)
{
	struct signal_thread *signal = kzalloc(sizeof(*signal));

	if (!signal)
		return NULL;
	list_init(&signal->pending.queue);
	signal->altstack.ss_flags = SS_DISABLE;
	if (parent) {
		signal->blocked = parent->blocked;
		if (keep_altstack)
			signal->altstack = parent->altstack;
	}
	return signal;
}

void signal_thread_destroy(struct signal_thread *signal)
{
	if (!signal)
		return;
	signal_flush(&signal->pending);
	kfree(signal);
}

struct signal_handlers *signal_handlers_get(struct signal_handlers *handlers)
{
	__atomic_fetch_add(&handlers->refs, 1, __ATOMIC_RELAXED);
	return handlers;
}

void signal_handlers_put(struct signal_handlers *handlers)
{
	if (__atomic_sub_fetch(&handlers->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(handlers);
}

/* What execve and CLONE_CLEAR_SIGHAND leave: ignored ones stay ignored. */
static void handlers_clear(struct signal_handlers *handlers)
{
	for (int i = 0; i < KERNEL_NSIG; i++) {
		struct signal_action *action = &handlers->action[i];

		if (action->handler != (uintptr_t)SIG_IGN)
			action->handler = (uintptr_t)SIG_DFL;
		action->flags = 0;
		action->restorer = 0;
		action->mask = 0;
	}
}

struct signal_handlers *signal_handlers_copy(struct signal_handlers *handlers, bool clear)
{
	struct signal_handlers *copy = kmalloc(sizeof(*copy));

	if (!copy)
		return NULL;
	if (handlers)
		*copy = *handlers;
	else
		memset(copy, 0, sizeof(*copy));
	copy->refs = 1;
	if (clear)
		handlers_clear(copy);
	return copy;
}

int signal_exec(void)
{
	struct process *process = current_process();
	struct signal_handlers *old = process->signals.handlers, *unshared = NULL;
	unsigned long flags;

	if (__atomic_load_n(&old->refs, __ATOMIC_ACQUIRE) > 1) {
		unshared = signal_handlers_copy(old, true);
		if (!unshared)
			return -ENOMEM;
	}
	flags = spin_lock_irqsave(&process->signal_lock);
	if (unshared)
		process->signals.handlers = unshared;
	else
		handlers_clear(old);
	spin_unlock_irqrestore(&process->signal_lock, flags);
	if (unshared) {
		access_wait_for_readers(); /* a child that ends looks at its parent's */
		signal_handlers_put(old);
	}
	current->signal->altstack = (stack_t){ .ss_flags = SS_DISABLE };
	return 0;
}

/* --- what lower levels ask for ------------------------------------------------------------------------- */

static void op_send_thread(struct thread *thread, int signo)
{
	signal_send_thread(thread, signo, NULL);
}

static int op_send_group(struct pid *group, int signo)
{
	return signal_send_group(group, signo, NULL);
}

static int op_send_process(struct pid *pid, int signo)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	int err = pid->process ? signal_send_process_locked(pid->process, signo, NULL) : -ESRCH;

	spin_unlock_irqrestore(&process_lock, flags);
	return err;
}

static struct pid *op_current_group(void)
{
	return current->process ? current_process()->group : NULL;
}

static struct pid *op_current_session(void)
{
	return current->process ? current_process()->session : NULL;
}

static struct pid *op_current_process_pid(void)
{
	return current->process ? current_process()->pid : NULL;
}

static bool op_group_in_session(struct pid *group, struct pid *session)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct process *member;
	bool found = false;

	list_for_each_entry(member, &group->group, group_node)
		found |= member->session == session;
	spin_unlock_irqrestore(&process_lock, flags);
	return found;
}

static bool op_is_session_leader(void)
{
	return current->process && current_process()->session == current_process()->pid;
}

static bool op_group_is_orphaned(struct pid *group)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	bool orphaned = family_group_orphaned_locked(group, NULL);

	spin_unlock_irqrestore(&process_lock, flags);
	return orphaned;
}

static bool op_ignores(int signo)
{
	return current->signal->blocked & SIGMASK(signo) ||
	       current_process()->signals.handlers->action[signo - 1].handler == (uintptr_t)SIG_IGN;
}

static const struct signal_ops signal_lower_ops = {
	.send_thread = op_send_thread,
	.send_group = op_send_group,
	.send_process = op_send_process,
	.current_group = op_current_group,
	.current_session = op_current_session,
	.current_group_get = family_own_group_get,
	.current_session_get = family_own_session_get,
	.current_process_pid = op_current_process_pid,
	.group_in_session = op_group_in_session,
	.is_session_leader = op_is_session_leader,
	.pid_to_user = pid_vnr,
	.pid_from_user = pid_find_vnr_get,
	.group_is_orphaned = op_group_is_orphaned,
	.ignores = op_ignores,
};

void signal_init(void)
{
	signal_set_ops(&signal_lower_ops);
}
