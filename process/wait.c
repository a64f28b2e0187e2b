// SPDX-License-Identifier: MIT
/* Waiting for children: one scan over the family under process_lock, and a sleep while it finds nothing. */
#include <process/wait.h>

#include <kernel/cred.h>
#include <kernel/time.h>
#include <kernel/wait.h>
#include <lib/string.h>
#include <linux/wait.h>
#include <process/family.h>
#include <process/pid_ns.h>
#include <process/ptrace.h>
#include <process/signal.h>

enum scan { SCAN_NONE, SCAN_WAIT, SCAN_FOUND, SCAN_REAPED };

static void usage_add(struct rusage_ns *sum, const struct rusage_ns *part)
{
	sum->user_ns += part->user_ns;
	sum->system_ns += part->system_ns;
	sum->min_faults += part->min_faults;
	sum->maj_faults += part->maj_faults;
	sum->voluntary += part->voluntary;
	sum->involuntary += part->involuntary;
	sum->max_rss_pages = max(sum->max_rss_pages, part->max_rss_pages);
}

void process_usage(struct process *process, struct rusage_ns *sum)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct thread *thread;

	*sum = process->ended;
	list_for_each_entry(thread, &process->threads, process_node) {
		struct rusage_ns part = {
			time_ticks_to_ns(thread->user_ticks), time_ticks_to_ns(thread->system_ticks), thread->min_faults, thread->maj_faults,
			thread->voluntary_switches, thread->involuntary_switches, 0,
		};

		usage_add(sum, &part);
	}
	spin_unlock_irqrestore(&process_lock, flags);
}

static bool is_meant(const struct process *child, const struct wait_request *request)
{
	bool is_clone = child->exit_signal != SIGCHLD;

	if (request->type == P_PID && child->pid != request->pid)
		return false;
	if (request->type == P_PGID && child->group != request->pid)
		return false;
	return request->options & __WALL || is_clone == !!(request->options & __WCLONE);
}

static uint32_t uid_of(const struct process *child)
{
	const struct thread *thread = list_first_entry_or_null(&child->threads, struct thread, process_node);

	return thread ? thread->cred->uid : child->exit_uid;
}

static void tell(struct wait_result *result, const struct process *child, int cause, int status, int wait_status)
{
	result->pid = pid_vnr(child->pid);
	result->uid = uid_of(child);
	result->cause = cause;
	result->status = status;
	result->wait_status = wait_status;
	result->usage = child->ended;
	usage_add(&result->usage, &child->children_usage);
}

static enum scan take_zombie(struct process *child, const struct wait_request *request, struct wait_result *result)
{
	int code = child->exit_code, signo = code & 0x7f;

	if (signo)
		tell(result, child, code & 0x80 ? CLD_DUMPED : CLD_KILLED, signo, code & 0xff);
	else
		tell(result, child, CLD_EXITED, code >> 8 & 0xff, code & 0xff00);
	if (request->options & WNOWAIT)
		return SCAN_FOUND;
	usage_add(&current_process()->children_usage, &child->ended);
	usage_add(&current_process()->children_usage, &child->children_usage);
	family_unlink_locked(child);
	return SCAN_REAPED;
}

static enum scan look_at(struct process *child, const struct wait_request *request, struct wait_result *result)
{
	struct signal_shared *shared = &child->signals;
	enum scan found = SCAN_WAIT;

	if (child->is_zombie) {
		if (ptrace_holds_zombie_locked(child))
			return SCAN_WAIT;
		return request->options & WEXITED ? take_zombie(child, request, result) : SCAN_WAIT;
	}
	spin_lock(&child->signal_lock);
	if (request->options & WSTOPPED && shared->is_stopped && shared->stop_waitable) {
		tell(result, child, CLD_STOPPED, shared->stop_signal, shared->stop_signal << 8 | 0x7f);
		if (!(request->options & WNOWAIT))
			shared->stop_waitable = false;
		found = SCAN_FOUND;
	} else if (request->options & WCONTINUED && shared->continue_waitable) {
		tell(result, child, CLD_CONTINUED, SIGCONT, 0xffff);
		if (!(request->options & WNOWAIT))
			shared->continue_waitable = false;
		found = SCAN_FOUND;
	}
	spin_unlock(&child->signal_lock);
	return found;
}

static enum scan scan_children(const struct wait_request *request, struct wait_result *result, struct process **reaped)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	enum scan found = SCAN_NONE;
	struct process *child;

	list_for_each_entry(child, &current_process()->children, sibling) {
		enum scan one;

		if (!is_meant(child, request))
			continue;
		one = look_at(child, request, result);
		found = max(found, one);
		if (one >= SCAN_FOUND) {
			*reaped = child;
			break;
		}
	}
	if (found < SCAN_FOUND) {
		int tracee = ptrace_wait_locked(request, result);

		if (tracee)
			found = tracee > 0 ? SCAN_FOUND : SCAN_WAIT;
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return found;
}

int process_wait(const struct wait_request *request, struct wait_result *result)
{
	struct process *process = current_process(), *reaped = NULL;
	struct wait_entry entry;
	enum scan found;
	int err = 0;

	result->pid = 0;
	/* The usual case first, without touching the queue. */
	found = scan_children(request, result, &reaped);
	if (found == SCAN_WAIT && !(request->options & WNOHANG)) {
		wait_entry_init(&entry);
		for (;;) {
			wait_prepare(&process->child_wait, &entry, THREAD_INTERRUPTIBLE);
			found = scan_children(request, result, &reaped);
			if (found != SCAN_WAIT)
				break;
			if (signal_pending()) {
				err = -ERESTARTSYS;
				break;
			}
			schedule_until(UINT64_MAX);
		}
		wait_finish(&process->child_wait, &entry);
	}
	if (found == SCAN_REAPED)
		process_put(reaped);
	return found == SCAN_NONE ? -ECHILD : err;
}
