// SPDX-License-Identifier: MIT
/*
 * The end of threads and processes. A thread first stops taking signals, then gives up what it holds, then leaves
 * its process; the last one leaves a zombie behind, and the parent is told.
 */
#include <process/process.h>

#include <arch/context.h>
#include <drivers/tty/tty.h>
#include <fs/fs_context.h>
#include <kernel/cred.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <kernel/signal_send.h>
#include <kernel/time.h>
#include <lib/string.h>
#include <linux/eventpoll.h>
#include <linux/ptrace.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/family.h>
#include <process/fd_table.h>
#include <process/futex.h>
#include <process/ns_proxy.h>
#include <process/pid_ns.h>
#include <process/ptrace.h>
#include <process/signal.h>

void (*process_timers_exit)(struct process *process);

static bool process_stopping; /* kexec or power-off: init ends too */

void family_vfork_done(struct thread *thread)
{
	struct vfork_wait *vfork = thread->vfork;

	if (!vfork)
		return;
	thread->vfork = NULL;
	vfork_complete(vfork);
}

/* --- leaving the process -------------------------------------------------------------------------------- */

/* Who takes over the children of a process: the nearest subreaper above in its PID namespace, or its init. */
static struct process *find_reaper_locked(struct process *process)
{
	struct pid_namespace *ns = pid_ns_of(process->pid);
	struct process *reaper = process->parent, *init = pid_ns_reaper_locked(ns);

	while (reaper && pid_ns_of(reaper->pid) == ns && reaper != init_process) {
		if (reaper->is_subreaper && reaper->nr_live)
			return reaper;
		reaper = reaper->parent;
	}
	return init && init != process ? init : init_process;
}

/* A stopped group that nobody can continue any more gets SIGHUP and SIGCONT (POSIX, _exit). */
static void hang_up_if_orphaned_locked(struct pid *group, const struct process *ignored)
{
	struct process *member;
	bool stopped = false;

	if (!family_group_orphaned_locked(group, ignored))
		return;
	list_for_each_entry(member, &group->group, group_node)
		stopped |= member != ignored && member->signals.is_stopped;
	if (!stopped)
		return;
	list_for_each_entry(member, &group->group, group_node) {
		signal_send_process_locked(member, SIGHUP, NULL);
		signal_send_process_locked(member, SIGCONT, NULL);
	}
}

/* Drops the references of existence of processes that nobody waits for. */
static void put_dead(struct list_head *dead)
{
	struct process *gone, *next;

	list_for_each_entry_safe(gone, next, dead, sibling) {
		list_del_init(&gone->sibling);
		process_put(gone);
	}
}

static bool ignores_children(const struct process *parent)
{
	const struct signal_action *action = &parent->signals.handlers->action[SIGCHLD - 1];

	return action->handler == (uintptr_t)SIG_IGN || action->flags & SA_NOCLDWAIT;
}

/* Tells the parent of a zombie; true: nobody will wait for it, it is to be reaped at once. */
static bool notify_death_locked(struct process *process)
{
	int code = process->exit_code, signo = code & 0x7f;
	struct process *parent = process->parent;
	bool reap = process->exit_signal == SIGCHLD && parent && ignores_children(parent);

	if (!parent)
		return process != init_process; /* the last parent of all stays a zombie */
	/* SA_NOCLDWAIT still sends the signal, SIG_IGN drops it anyway. */
	if (signo)
		family_notify_parent_locked(process, code & 0x80 ? CLD_DUMPED : CLD_KILLED, signo);
	else
		family_notify_parent_locked(process, CLD_EXITED, code >> 8 & 0xff);
	return reap;
}

void family_zombie_to_parent_locked(struct process *process)
{
	if (!notify_death_locked(process))
		return;
	family_unlink_locked(process);
	process_put(process);
}

void process_reap_zombies(struct process *process)
{
	struct process *child, *next;
	LIST_HEAD(dead);
	unsigned long flags = spin_lock_irqsave(&process_lock);

	list_for_each_entry_safe(child, next, &process->children, sibling) {
		if (!child->is_zombie || ptrace_holds_zombie_locked(child))
			continue;
		family_unlink_locked(child);
		list_add_tail(&child->sibling, &dead);
	}
	spin_unlock_irqrestore(&process_lock, flags);
	put_dead(&dead);
}

static void adopt_children_locked(struct process *process, struct list_head *dead)
{
	struct process *reaper = find_reaper_locked(process);
	struct process *child, *next;

	if (process == init_process) /* kexec and power-off: its children are being killed as well */
		return;
	list_for_each_entry_safe(child, next, &process->children, sibling) {
		bool was_in_session = child->session == process->session && child->group != process->group;

		family_set_parent_locked(child, reaper);
		list_move_tail(&child->sibling, &reaper->children);
		if (child->pdeath_signal)
			signal_send_process_locked(child, child->pdeath_signal, NULL);
		if (child->is_zombie) {
			child->exit_signal = SIGCHLD;
			if (ptrace_holds_zombie_locked(child))
				continue;
			if (notify_death_locked(child)) {
				family_unlink_locked(child);
				list_add_tail(&child->sibling, dead);
			}
			continue;
		}
		child->exit_signal = SIGCHLD;
		if (was_in_session)
			hang_up_if_orphaned_locked(child->group, process);
	}
}

static void add_usage(struct thread *thread, struct rusage_ns *sum)
{
	sum->user_ns += time_ticks_to_ns(thread->user_ticks);
	sum->system_ns += time_ticks_to_ns(thread->system_ticks);
	sum->min_faults += thread->min_faults;
	sum->maj_faults += thread->maj_faults;
	sum->voluntary += thread->voluntary_switches;
	sum->involuntary += thread->involuntary_switches;
}

static void become_zombie_locked(struct process *process, struct list_head *dead)
{
	adopt_children_locked(process, dead);
	ptrace_tracer_exit_locked(process);
	process->is_zombie = true;
	process->exit_uid = current->cred->uid;
	memcpy(process->exit_name, current->name, sizeof(process->exit_name));
	if (process->parent && process->group != process->parent->group &&
		process->session == process->parent->session)
		hang_up_if_orphaned_locked(process->group, process);
	wake_up_poll(&process->pid->exited, EPOLLIN);
	if (ptrace_take_zombie_locked(process))
		return;
	if (notify_death_locked(process)) {
		family_unlink_locked(process);
		list_add_tail(&process->sibling, dead);
	}
}

static void leave_process(void)
{
	struct process *process = current_process();
	LIST_HEAD(dead);
	unsigned long flags = spin_lock_irqsave(&process_lock);

	ptrace_thread_exit_locked(current);
	spin_lock(&process->signal_lock);
	list_del_init(&current->process_node);
	process->nr_threads--;
	signal_drop_own_locked();
	spin_unlock(&process->signal_lock);
	add_usage(current, &process->ended);
	spin_lock(&pid_lock);
	current->pid->thread = NULL;
	spin_unlock(&pid_lock);
	if (wait_queue_active(&current->pid->exited)) /* a pidfd of this thread */
		wake_up_poll(&current->pid->exited, EPOLLIN);
	if (process->nr_threads == 0)
		become_zombie_locked(process, &dead);
	else if (process->exec_thread)
		wake_up_all(&process->child_wait);
	spin_unlock_irqrestore(&process_lock, flags);

	put_dead(&dead);
	thread_put(current); /* the list's reference; the one of running is left */
}

/* --- giving up ------------------------------------------------------------------------------------------ */

/* Everything the thread shares goes; others that look at it do so through process/access.h. */
static void release_parts(void)
{
	struct vm_space *vm = current->vm;
	struct fd_table *files = current->files;
	struct fs_context *fs = current->fs;
	struct ns_proxy *ns = current->ns;

	family_vfork_done(current);
	vm_space_activate(NULL);
	current->files = NULL;
	current->fs = NULL;
	access_wait_for_readers();
	if (vm)
		vm_space_put(vm);
	fd_table_put(files);
	current->ns = NULL; /* closing files may still ask for it */
	access_wait_for_readers();
	fs_context_put(fs);
	ns_proxy_put(ns);
}

/* The peak of the memory it used, for getrusage; exec and exit give the memory up. */
static void note_peak(struct process *process)
{
	uint64_t peak = current->vm ? current->vm->peak_rss_pages : 0;

	process->ended.max_rss_pages = max(process->ended.max_rss_pages, peak);
}

/* The first word about the end: from here on this thread takes no signals. Returns whether it is the last. */
static bool begin_exit(int status)
{
	struct process *process = current_process();
	unsigned long flags = spin_lock_irqsave(&process_lock);
	bool last, stopped = false;

	spin_lock(&process->signal_lock);
	current->signal->is_exiting = true;
	last = --process->nr_live == 0;
	if (last && !process->group_exiting) {
		process->group_exiting = true;
		process->exit_code = status;
	} else if (!last && !process->group_exiting) {
		signal_retarget_locked(current);
		if (current->signal->stop_pending && process->signals.nr_to_stop && --process->signals.nr_to_stop == 0)
			stopped = process->signals.is_stopped = process->signals.stop_waitable = true;
	}
	current->signal->stop_pending = false;
	spin_unlock(&process->signal_lock);
	if (stopped)
		family_notify_parent_locked(process, CLD_STOPPED, process->signals.stop_signal);
	spin_unlock_irqrestore(&process_lock, flags);
	return last;
}

static void end_process(struct process *process)
{
	if (process == init_process && !process_stopping)
		panic("Attempted to kill init! exitcode=0x%08x", (unsigned int)process->exit_code);
	if (pid_ns_is_init(process))
		pid_ns_end(process);
	timer_cancel(&process->itimer_real);
	if (process_timers_exit)
		process_timers_exit(process);
	if (process->session == process->pid)
		tty_session_ended(process->session);
}

void process_exit_thread(int status)
{
	struct process *process = current_process();

	ptrace_event(PTRACE_EVENT_EXIT, (unsigned long)status);
	if (current->ptrace)
		current->ptrace->exit_status = status;
	if (begin_exit(status))
		end_process(process);
	futex_exit(current);
	note_peak(process);
	release_parts();
	leave_process();
	thread_exit();
}

void process_exit_group(int status)
{
	struct process *process = current_process();
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);

	if (process->group_exiting) {
		status = process->exit_code;
	} else if (process->exec_thread && process->exec_thread != current) {
		/* An exec of another thread ends this one; its process lives on. */
	} else {
		process->group_exiting = true;
		process->exit_code = status;
		if (process->nr_threads > 1)
			signal_kill_threads_locked(process);
	}
	spin_unlock_irqrestore(&process->signal_lock, flags);
	process_exit_thread(status);
}

/* --- before kexec and power-off ---------------------------------------------------------------------------- */

/* Kills every process but the current one; returns how many still have threads. */
static unsigned int kill_others(void)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	unsigned int left = 0;
	struct pid *pid;

	for (int nr = 1; (pid = pid_next_get(nr)); pid_put(pid)) {
		struct process *process = pid->process;

		nr = pid->nr + 1;
		if (!process || process == current_process() || !process->nr_live)
			continue;
		left++;
		spin_lock(&process->signal_lock);
		if (!process->group_exiting) {
			process->group_exiting = true;
			process->exit_code = SIGKILL;
		}
		signal_kill_threads_locked(process);
		spin_unlock(&process->signal_lock);
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return left;
}

void process_stop_all_user(void)
{
	process_stopping = true;
	if (current->process && family_become_only_thread())
		pr_debug("exit: stopping while being killed\n");
	/* Threads that do not end within a second (a dead disk) are left where they sleep: they run no user code. */
	for (int tries = 0; tries < 200 && kill_others(); tries++)
		sleep_ms(5);
}
