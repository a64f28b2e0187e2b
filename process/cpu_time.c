// SPDX-License-Identifier: MIT
/* CPU time of a process: what ended threads left, plus the live ones'. */
#include <process/cpu_time.h>

#include <kernel/sched.h>
#include <process/process.h>

void process_get_times(struct process *process, struct process_times *times)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct thread *thread;

	times->user_ns = process->ended.user_ns;
	times->system_ns = process->ended.system_ns;
	list_for_each_entry(thread, &process->threads, process_node) {
		struct cpu_times now;

		sched_thread_times(thread, &now);
		times->user_ns += now.user_ns;
		times->system_ns += now.system_ns;
	}
	spin_unlock_irqrestore(&process_lock, flags);
}

uint64_t process_cpu_ns(struct process *process)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	uint64_t ns = process->ended.user_ns + process->ended.system_ns;
	struct thread *thread;

	list_for_each_entry(thread, &process->threads, process_node)
		ns += sched_thread_ns(thread);
	spin_unlock_irqrestore(&process_lock, flags);
	return ns;
}
