// SPDX-License-Identifier: MIT
/* The choice of who has to go when memory is used up; a victim that is dying already is waited for first. */
#include <process/oom.h>

#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/time.h>
#include <lib/string.h>
#include <linux/oom.h>
#include <mm/page.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/process.h>

#define PATIENCE_MS 5000

struct candidate {
	struct process *process; /* with a reference */
	int64_t score;		 /* pages, as oom_score_adj changes them */
	char name[THREAD_NAME_LEN];
};

static unsigned int waited_ms; /* atomic: for victims to give their memory back */

/* The process of a pid and its first thread, with references; false: it has gone. */
static bool process_and_thread_get(struct pid *pid, struct process **process, struct thread **thread)
{
	unsigned long flags = spin_lock_irqsave(&pid_lock);
	bool found = pid->process && pid->thread;

	if (found) {
		*process = process_get(pid->process);
		*thread = thread_get(pid->thread);
	}
	spin_unlock_irqrestore(&pid_lock, flags);
	return found;
}

static int64_t score_of(const struct process *process, struct thread *thread, uint64_t total_pages)
{
	struct vm_space *vm;
	int64_t pages;

	if (process == init_process || process->is_zombie || process->oom_score_adj <= OOM_SCORE_ADJ_MIN)
		return -1;
	vm = access_vm_get(thread);
	if (!vm)
		return -1;
	pages = vm->rss_anon_pages + (int64_t)total_pages / 1000 * process->oom_score_adj;
	vm_space_put(vm);
	return max_t(int64_t, pages, 0);
}

static void choose(struct candidate *best)
{
	struct page_stats stats;
	struct pid *pid;

	page_get_stats(&stats);
	for (int nr = 1; (pid = pid_next_get(nr)); pid_put(pid)) {
		struct process *process;
		struct thread *thread;
		int64_t score;

		nr = pid->nr + 1;
		if (!process_and_thread_get(pid, &process, &thread))
			continue;
		score = score_of(process, thread, stats.total_pages);
		if (score >= 0 && (!best->process || score > best->score)) {
			swap(process, best->process);
			best->score = score;
			memcpy(best->name, thread->name, sizeof(best->name));
		}
		thread_put(thread);
		if (process)
			process_put(process);
	}
}

static void kill_for_memory(struct process *process, const char *name)
{
	unsigned long flags;

	if (process == init_process)
		panic("System is deadlocked on memory");
	pr_err("Out of memory: Killed process %d (%s)\n", process->pid->nr, name);
	/* The init of a PID namespace goes too. */
	flags = spin_lock_irqsave(&process->signal_lock);
	process->signals.is_unkillable = false;
	spin_unlock_irqrestore(&process->signal_lock, flags);
	signal_send_process(process, SIGKILL, NULL);
}

bool oom_make_room(void)
{
	struct candidate victim = { 0 };
	bool is_self;

	choose(&victim);
	is_self = !victim.process || victim.process == current_process();
	if (is_self || __atomic_add_fetch(&waited_ms, 10, __ATOMIC_RELAXED) > PATIENCE_MS) {
		__atomic_store_n(&waited_ms, 0, __ATOMIC_RELAXED);
		kill_for_memory(current_process(), current->name);
		is_self = true;
	} else if (!__atomic_load_n(&victim.process->group_exiting, __ATOMIC_RELAXED)) {
		__atomic_store_n(&waited_ms, 0, __ATOMIC_RELAXED);
		kill_for_memory(victim.process, victim.name);
	}
	if (victim.process)
		process_put(victim.process);
	if (!is_self)
		sleep_ms(10);
	return !is_self && !thread_wait_interrupted(THREAD_KILLABLE);
}
