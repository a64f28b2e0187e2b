// SPDX-License-Identifier: MIT
/* The tree of processes: parents, groups, sessions; all of it under process_lock. */
#include <process/family.h>

#include <kernel/cred.h>
#include <kernel/sched.h>
#include <lib/string.h>
#include <process/pid_ns.h>
#include <process/signal.h>

void family_set_group_locked(struct process *process, struct pid *group)
{
	struct pid *old = process->group;

	if (old == group)
		return;
	if (old)
		list_del_init(&process->group_node);
	process->group = pid_get(group);
	list_add_tail(&process->group_node, &group->group);
	if (old)
		pid_put(old);
}

void family_set_session_locked(struct process *process, struct pid *session)
{
	struct pid *old = process->session;

	if (old == session)
		return;
	if (old)
		list_del_init(&process->session_node);
	process->session = pid_get(session);
	list_add_tail(&process->session_node, &session->session);
	if (old)
		pid_put(old);
}

void family_set_parent_locked(struct process *process, struct process *parent)
{
	process->parent = parent;
	__atomic_store_n(&process->parent_nr, parent ? pid_nr_in(parent->pid, pid_ns_of(process->pid)) : 0, __ATOMIC_RELAXED);
}

void family_link_locked(struct process *process, struct process *parent, struct pid *group, struct pid *session)
{
	family_set_parent_locked(process, parent);
	if (parent)
		list_add_tail(&process->sibling, &parent->children);
	family_set_group_locked(process, group);
	family_set_session_locked(process, session);
	spin_lock(&pid_lock);
	process->pid->process = process;
	spin_unlock(&pid_lock);
}

void family_add_thread_locked(struct process *process, struct thread *thread)
{
	spin_lock(&process->signal_lock);
	list_add_tail(&thread->process_node, &process->threads);
	process->nr_threads++;
	process->nr_live++;
	/* What all threads were told before this one was among them. */
	if (unlikely(process->group_exiting || process->exec_thread)) {
		thread->signal->pending.set |= SIGMASK(SIGKILL);
		thread_set_work(thread, WORK_SIGNAL | WORK_KILL);
	} else if (unlikely(process->signals.nr_to_stop && !thread->signal->stop_pending)) {
		process->signals.nr_to_stop++;
		thread->signal->stop_pending = true;
		thread_set_work(thread, WORK_SIGNAL);
	}
	spin_unlock(&process->signal_lock);
	spin_lock(&pid_lock);
	thread->pid->thread = thread;
	spin_unlock(&pid_lock);
}

void family_unlink_locked(struct process *process)
{
	list_del_init(&process->sibling);
	list_del_init(&process->group_node);
	list_del_init(&process->session_node);
	process->parent = NULL;
	spin_lock(&pid_lock);
	process->pid->process = NULL;
	spin_unlock(&pid_lock);
}

struct pid *family_own_group_get(void)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct pid *group = pid_get(current_process()->group);

	spin_unlock_irqrestore(&process_lock, flags);
	return group;
}

struct pid *family_own_session_get(void)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct pid *session = pid_get(current_process()->session);

	spin_unlock_irqrestore(&process_lock, flags);
	return session;
}

bool family_group_orphaned_locked(struct pid *group, const struct process *ignored)
{
	struct process *member;

	list_for_each_entry(member, &group->group, group_node) {
		if (member == ignored || member->is_zombie || !member->parent || member->parent == init_process)
			continue;
		if (member->parent->group != group && member->parent->session == member->session)
			return false;
	}
	return true;
}

static bool parent_wants_no_stop(const struct process *parent)
{
	const struct signal_action *action = &parent->signals.handlers->action[SIGCHLD - 1];

	return action->handler == (uintptr_t)SIG_IGN || action->flags & SA_NOCLDSTOP;
}

void family_notify_parent_locked(struct process *process, int why, int status)
{
	struct process *parent = process->parent;
	int signo = why == CLD_EXITED || why == CLD_KILLED || why == CLD_DUMPED ? process->exit_signal : SIGCHLD;
	siginfo_t info;

	if (!parent)
		return;
	memset(&info, 0, sizeof(info));
	info.si_signo = signo;
	info.si_code = why;
	info.si_pid = pid_nr_in(process->pid, pid_ns_of(parent->pid));
	info.si_status = status;
	if (!list_empty(&process->threads))
		info.si_uid = list_first_entry(&process->threads, struct thread, process_node)->cred->uid;
	else
		info.si_uid = process->exit_uid;
	info.si_utime = (long)(process->ended.user_ns / 10000000);
	info.si_stime = (long)(process->ended.system_ns / 10000000);
	if (signo && !((why == CLD_STOPPED || why == CLD_CONTINUED || why == CLD_TRAPPED) && parent_wants_no_stop(parent)))
		signal_send_process_locked(parent, signo, &info);
	wake_up_all(&parent->child_wait);
}

int family_become_only_thread(void)
{
	struct process *process = current_process();
	struct pid *own = current->pid;
	unsigned long flags = spin_lock_irqsave(&process_lock);

	spin_lock(&process->signal_lock);
	if (process->group_exiting || process->exec_thread) {
		spin_unlock(&process->signal_lock);
		spin_unlock_irqrestore(&process_lock, flags);
		return -EINTR;
	}
	if (process->nr_threads > 1) {
		process->exec_thread = current;
		signal_kill_threads_locked(process);
	}
	spin_unlock(&process->signal_lock);
	spin_unlock_irqrestore(&process_lock, flags);
	if (process->exec_thread)
		wait_event(&process->child_wait, __atomic_load_n(&process->nr_threads, __ATOMIC_ACQUIRE) == 1);

	flags = spin_lock_irqsave(&process_lock);
	spin_lock(&process->signal_lock);
	process->exec_thread = NULL;
	spin_unlock(&process->signal_lock);
	if (own != process->pid) {
		spin_lock(&pid_lock);
		own->thread = NULL;
		process->pid->thread = current;
		spin_unlock(&pid_lock);
		current->pid = pid_get(process->pid);
	}
	spin_unlock_irqrestore(&process_lock, flags);
	if (own != process->pid)
		pid_put(own);
	return 0;
}
