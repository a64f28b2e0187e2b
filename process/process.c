// SPDX-License-Identifier: MIT
/* The records of processes: allocation, references, and finding one by number. */
#include <process/process.h>

#include <kernel/pid.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <process/pid_ns.h>
#include <process/signal.h>

struct spinlock process_lock = SPINLOCK_INIT;
struct process *init_process;

static void process_free(struct process *process)
{
	if (process->group)
		pid_put(process->group);
	if (process->session)
		pid_put(process->session);
	pid_put(process->pid);
	signal_flush(&process->signals.pending);
	if (process->signals.handlers)
		signal_handlers_put(process->signals.handlers);
	kfree(process);
}

struct process *process_get(struct process *process)
{
	__atomic_fetch_add(&process->refs, 1, __ATOMIC_RELAXED);
	return process;
}

void process_put(struct process *process)
{
	if (process && __atomic_sub_fetch(&process->refs, 1, __ATOMIC_ACQ_REL) == 0)
		process_free(process);
}

int process_create(struct pid *pid, struct process **out)
{
	struct process *process = kzalloc(sizeof(*process));

	if (!process)
		return -ENOMEM;
	process->refs = 1;
	process->pid = pid_get(pid);
	list_init(&process->children);
	list_init(&process->sibling);
	list_init(&process->threads);
	list_init(&process->group_node);
	list_init(&process->session_node);
	list_init(&process->tracees);
	list_init(&process->traced_zombies);
	list_init(&process->tracer_node);
	list_init(&process->posix_timers);
	list_init(&process->signals.pending.queue);
	wait_queue_init(&process->child_wait);
	wait_queue_init(&process->signals.signalfd_wait);
	process->dumpable = 1;
	process->start_ns = time_monotonic_ns();
	*out = process;
	return 0;
}

struct process *process_find_get(int nr)
{
	struct pid *pid = pid_find_vnr_get(nr);
	struct process *process;
	unsigned long flags;

	if (!pid)
		return NULL;
	flags = spin_lock_irqsave(&pid_lock);
	process = pid->process;
	if (process)
		process_get(process);
	spin_unlock_irqrestore(&pid_lock, flags);
	pid_put(pid);
	return process;
}

struct thread *thread_find_get(int nr)
{
	struct pid *pid = pid_find_vnr_get(nr);
	struct thread *thread;
	unsigned long flags;

	if (!pid)
		return NULL;
	flags = spin_lock_irqsave(&pid_lock);
	thread = pid->thread;
	if (thread)
		thread_get(thread);
	spin_unlock_irqrestore(&pid_lock, flags);
	pid_put(pid);
	return thread;
}

struct thread *process_any_thread_get(struct process *process)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct thread *thread = list_first_entry_or_null(&process->threads, struct thread, process_node);

	if (thread)
		thread_get(thread);
	spin_unlock_irqrestore(&process_lock, flags);
	return thread;
}

unsigned int process_nr_threads(void)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	unsigned int count = 0;
	struct pid *pid;

	for (int nr = 1; (pid = pid_next_get(nr)); pid_put(pid)) {
		nr = pid->nr + 1;
		count += pid->process ? max(pid->process->nr_threads, 1u) : 0;
	}
	spin_unlock_irqrestore(&process_lock, flags);
	return count;
}

uint64_t process_limit(unsigned int resource)
{
	return __atomic_load_n(&current_process()->limits[resource].rlim_cur, __ATOMIC_RELAXED);
}

/* The last reference of a thread is going: what others could still look at until now. */
static void process_release_thread(struct thread *thread)
{
	signal_thread_destroy(thread->signal);
	kfree(thread->ptrace);
	process_put(thread->process);
}

void process_init(void)
{
	thread_release_user = process_release_thread;
	signal_init();
	pid_ns_init();
}
