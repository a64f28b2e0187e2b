// SPDX-License-Identifier: MIT
/*
 * The traced side of ptrace(2): stops that the thread itself takes, what its tracer's wait4 sees of it, and how
 * the two come apart. The calls of the tracer are in ptrace_call.c.
 */
#include <process/ptrace.h>

#include <arch/ptrace.h>
#include <arch/syscall.h>
#include <arch/trapframe.h>
#include <kernel/cred.h>
#include <kernel/sched.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <process/family.h>
#include <process/pid_ns.h>
#include <process/process.h>
#include <process/signal.h>
#include <process/wait.h>

/* --- stopping --------------------------------------------------------------------------------------------- */

static void notify_tracer_locked(struct ptrace_thread *pt, int why, int status)
{
	const struct signal_action *action = &pt->tracer->signals.handlers->action[SIGCHLD - 1];
	siginfo_t info = { .si_signo = SIGCHLD, .si_code = why };

	info.si_pid = pid_nr_in(pt->thread->pid, pid_ns_of(pt->tracer->pid));
	info.si_uid = pt->thread->cred->uid;
	info.si_status = status;
	if (action->handler != (uintptr_t)SIG_IGN && !(action->flags & SA_NOCLDSTOP))
		signal_send_process_locked(pt->tracer, SIGCHLD, &info);
	wake_up_all(&pt->tracer->child_wait);
}

/*
 * Stops until the tracer lets go. code is what wait4 shows above the low byte. Returns the signal that the tracer
 * passes on; `otherwise` when there is no tracer any more, 0 when the thread is being killed.
 */
static int trace_stop(int code, unsigned long message, const siginfo_t *info, int otherwise)
{
	struct ptrace_thread *pt = current->ptrace;
	struct process *process = current_process();
	unsigned long flags = spin_lock_irqsave(&process_lock);
	int signo;

	if (!pt || !pt->tracer) {
		spin_unlock_irqrestore(&process_lock, flags);
		return otherwise;
	}
	spin_lock(&process->signal_lock);
	if (process->group_exiting || current->signal->pending.set & SIGMASK(SIGKILL)) {
		spin_unlock(&process->signal_lock);
		spin_unlock_irqrestore(&process_lock, flags);
		return 0;
	}
	pt->stop_code = code;
	pt->stop_waitable = true;
	pt->message = message;
	pt->resume_signal = 0;
	memset(&pt->info, 0, sizeof(pt->info));
	if (info)
		pt->info = *info;
	else
		pt->info = (siginfo_t){ .si_signo = code & 0x7f, .si_code = code };
	thread_set_state(THREAD_TRACED);
	spin_unlock(&process->signal_lock);
	notify_tracer_locked(pt, CLD_TRAPPED, code & 0x7f);
	spin_unlock_irqrestore(&process_lock, flags);

	schedule();
	thread_set_state(THREAD_RUNNING);
	flags = spin_lock_irqsave(&process_lock);
	signo = pt->resume_signal;
	pt->stop_code = 0;
	pt->stop_waitable = false;
	pt->listening = false;
	spin_lock(&process->signal_lock);
	signal_recalc_locked();
	spin_unlock(&process->signal_lock);
	spin_unlock_irqrestore(&process_lock, flags);
	return signo;
}

void ptrace_event(int event, unsigned long message)
{
	if (!ptrace_is_traced(current) || !(current->ptrace->options & 1u << event))
		return;
	trace_stop(SIGTRAP | event << 8, message, NULL, 0);
}

int ptrace_signal_stop(int signo, siginfo_t *info)
{
	int passed = trace_stop(signo, 0, info, signo);

	if (!passed)
		return 0;
	if (passed == current->ptrace->info.si_signo)
		*info = current->ptrace->info;
	else if (passed != signo)
		*info = (siginfo_t){ .si_signo = passed, .si_code = SI_USER };
	return passed;
}

void ptrace_syscall_stop(struct trapframe *frame, bool exit)
{
	struct ptrace_thread *pt = current->ptrace;
	int signo;

	if (!ptrace_is_traced(current))
		return;
	pt->syscall_op = exit ? PTRACE_SYSCALL_INFO_EXIT : PTRACE_SYSCALL_INFO_ENTRY;
	signo = trace_stop(SIGTRAP | (pt->options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0),
		exit ? PTRACE_EVENTMSG_SYSCALL_EXIT : PTRACE_EVENTMSG_SYSCALL_ENTRY, NULL, 0);
	pt->syscall_op = PTRACE_SYSCALL_INFO_NONE;
	if (signo)
		signal_send_thread(current, signo, NULL);
}

void ptrace_group_stop(int signo)
{
	trace_stop(current->ptrace->seized ? signo | PTRACE_EVENT_STOP << 8 : signo, 0, NULL, 0);
}

void ptrace_pending_stop(void)
{
	current->ptrace->interrupt_pending = false;
	trace_stop(SIGTRAP | PTRACE_EVENT_STOP << 8, 0, NULL, 0);
}

void ptrace_exec(int old_tid)
{
	siginfo_t info;

	if (!ptrace_is_traced(current))
		return;
	if (current->ptrace->options & PTRACE_O_TRACEEXEC) {
		ptrace_event(PTRACE_EVENT_EXEC, (unsigned long)old_tid);
	} else if (!current->ptrace->seized) {
		signal_info_user(&info, SIGTRAP, SI_USER);
		signal_send_thread(current, SIGTRAP, &info);
	}
}

/* --- coming together and apart ------------------------------------------------------------------------------ */

struct ptrace_thread *ptrace_attach_locked(struct thread *thread, struct process *tracer)
{
	struct ptrace_thread *pt = thread->ptrace;

	if (!pt) {
		pt = kzalloc(sizeof(*pt));
		if (!pt)
			return NULL;
		pt->thread = thread;
		thread->ptrace = pt;
	}
	pt->seized = pt->listening = pt->interrupt_pending = false;
	pt->options = 0;
	pt->stop_code = 0;
	list_add_tail(&pt->tracee_node, &tracer->tracees);
	__atomic_store_n(&pt->tracer, tracer, __ATOMIC_RELEASE);
	return pt;
}

void ptrace_detach_locked(struct ptrace_thread *pt)
{
	struct thread *thread = pt->thread;

	list_del_init(&pt->tracee_node);
	__atomic_store_n(&pt->tracer, NULL, __ATOMIC_RELEASE);
	__atomic_fetch_and(&thread->syscall_work, ~(unsigned int)SYSCALL_WORK_TRACE, __ATOMIC_SEQ_CST);
	if (pt->stop_code)
		thread_wake_states(thread, 1u << THREAD_TRACED);
	pt->stop_code = 0;
}

int ptrace_fork_event(uint64_t clone_flags, int exit_signal)
{
	int event = clone_flags & CLONE_VFORK ? PTRACE_EVENT_VFORK :
		    exit_signal == SIGCHLD    ? PTRACE_EVENT_FORK :
						PTRACE_EVENT_CLONE;

	if (!ptrace_is_traced(current) || clone_flags & CLONE_UNTRACED || !(current->ptrace->options & 1u << event))
		return 0;
	return event;
}

bool ptrace_fork_locked(struct thread *child, int event)
{
	struct ptrace_thread *own = current->ptrace, *pt;

	if (!event || !own || !own->tracer)
		return false;
	pt = ptrace_attach_locked(child, own->tracer);
	if (!pt)
		return false;
	pt->options = own->options;
	pt->seized = own->seized;
	if (pt->seized)
		pt->interrupt_pending = true;
	else
		child->signal->pending.set |= SIGMASK(SIGSTOP);
	thread_set_work(child, WORK_SIGNAL);
	return true;
}

/* --- ends ------------------------------------------------------------------------------------------------------ */

void ptrace_thread_exit_locked(struct thread *thread)
{
	struct ptrace_thread *pt = thread->ptrace;
	struct process *process = thread->process;
	struct process *tracer;

	if (!pt || !pt->tracer)
		return;
	tracer = pt->tracer;
	if (thread->pid == process->pid) {
		/* The leader stands for the process: its tracer sees the zombie, before the parent does. */
		if (tracer != process->parent) {
			process->zombie_tracer = tracer;
			list_move_tail(&process->tracer_node, &tracer->traced_zombies);
		}
		ptrace_detach_locked(pt);
		return;
	}
	/* A thread of many: stays on the tracer's list until it was waited for. */
	pt->exited = true;
	pt->exit_status = process->group_exiting ? process->exit_code : pt->exit_status;
	pt->stop_code = 0;
	thread_get(thread);
	notify_tracer_locked(pt, CLD_EXITED, pt->exit_status >> 8 & 0xff);
}

bool ptrace_holds_zombie_locked(const struct process *process)
{
	return process->zombie_tracer;
}

bool ptrace_take_zombie_locked(struct process *process)
{
	struct process *tracer = process->zombie_tracer;
	siginfo_t info = { .si_signo = SIGCHLD, .si_code = CLD_EXITED };

	if (!tracer)
		return false;
	info.si_pid = pid_nr_in(process->pid, pid_ns_of(tracer->pid));
	info.si_status = process->exit_code;
	signal_send_process_locked(tracer, SIGCHLD, &info);
	wake_up_all(&tracer->child_wait);
	return true;
}

/* The tracer is done with it: now the parent is told. */
static void release_zombie_locked(struct process *process)
{
	process->zombie_tracer = NULL;
	list_del_init(&process->tracer_node);
	if (process->is_zombie)
		family_zombie_to_parent_locked(process);
}

void ptrace_tracer_exit_locked(struct process *tracer)
{
	struct ptrace_thread *pt, *next;
	struct process *zombie, *next_zombie;

	list_for_each_entry_safe(pt, next, &tracer->tracees, tracee_node) {
		struct thread *thread = pt->thread;

		if (pt->exited) {
			pt->exited = false;
			ptrace_detach_locked(pt);
			thread_put(thread);
			continue;
		}
		ptrace_detach_locked(pt);
		if (pt->options & PTRACE_O_EXITKILL)
			signal_send_process_locked(thread->process, SIGKILL, NULL);
	}
	list_for_each_entry_safe(zombie, next_zombie, &tracer->traced_zombies, tracer_node)
		release_zombie_locked(zombie);
}

/* --- wait4 ------------------------------------------------------------------------------------------------------- */

static bool is_meant(const struct pid *tid, const struct process *process, const struct wait_request *request)
{
	if (request->type == P_PID)
		return tid == request->pid;
	return request->type != P_PGID || process->group == request->pid;
}

static void tell(struct wait_result *result, const struct pid *tid, uint32_t uid, int cause, int status, int wait_status)
{
	memset(result, 0, sizeof(*result));
	result->pid = pid_vnr(tid);
	result->uid = uid;
	result->cause = cause;
	result->status = status;
	result->wait_status = wait_status;
}

static void tell_end(struct wait_result *result, const struct pid *tid, uint32_t uid, int code)
{
	if (code & 0x7f)
		tell(result, tid, uid, code & 0x80 ? CLD_DUMPED : CLD_KILLED, code & 0x7f, code & 0xff);
	else
		tell(result, tid, uid, CLD_EXITED, code >> 8 & 0xff, code & 0xff00);
}

/* 1; 0: there are none; -1: one will be, when its other threads have ended. */
static int wait_zombies_locked(const struct wait_request *request, struct wait_result *result)
{
	struct process *process;
	int found = 0;

	list_for_each_entry(process, &current_process()->traced_zombies, tracer_node) {
		if (!(request->options & WEXITED) || !is_meant(process->pid, process, request))
			continue;
		if (!process->is_zombie) {
			found = -1;
			continue;
		}
		tell_end(result, process->pid, process->exit_uid, process->exit_code);
		if (!(request->options & WNOWAIT))
			release_zombie_locked(process);
		return 1;
	}
	return found;
}

int ptrace_wait_locked(const struct wait_request *request, struct wait_result *result)
{
	struct ptrace_thread *pt;
	int found = wait_zombies_locked(request, result);

	if (found > 0)
		return found;
	list_for_each_entry(pt, &current_process()->tracees, tracee_node) {
		struct thread *thread = pt->thread;

		if (!is_meant(thread->pid, thread->process, request))
			continue;
		found = -1;
		if (pt->exited && request->options & WEXITED) {
			tell_end(result, thread->pid, thread->cred->uid, pt->exit_status);
			if (!(request->options & WNOWAIT)) {
				pt->exited = false;
				ptrace_detach_locked(pt);
				thread_put(thread);
			}
			return 1;
		}
		if (!pt->stop_waitable || !pt->stop_code)
			continue;
		tell(result, thread->pid, thread->cred->uid, CLD_TRAPPED, pt->stop_code, pt->stop_code << 8 | 0x7f);
		if (!(request->options & WNOWAIT))
			pt->stop_waitable = false;
		return 1;
	}
	return found;
}
