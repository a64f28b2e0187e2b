// SPDX-License-Identifier: MIT
/* /proc/PID/stat, statm, status (man 5 proc_pid_stat, proc_pid_status). */
#include <process/proc_pid.h>

#include <arch/trapframe.h>
#include <drivers/tty/tty.h>
#include <fs/fs_context.h>
#include <kernel/cpu.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/sched.h>
#include <kernel/time.h>
#include <lib/string.h>
#include <linux/sched.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/fd_table.h>
#include <process/pid_ns.h>
#include <process/process.h>
#include <process/ptrace.h>
#include <process/signal.h>
#include <process/wait.h>

#define TICK_NS 10000000 /* USER_HZ is 100 */

/* One consistent look under the locks. */
struct snapshot {
	int ppid, group, session, tracer, foreground;
	unsigned int nr_threads;
	uint32_t tty_nr;
	sigmask_t pending, shared_pending, blocked, ignored, caught;
	unsigned int nr_queued;
	struct rusage_ns own, children;
};

static void look_at_signals(const struct process *process, const struct thread *thread, struct snapshot *snap)
{
	const struct signal_handlers *handlers = process->signals.handlers;

	snap->shared_pending = process->signals.pending.set;
	snap->nr_queued = process->signals.nr_queued;
	for (int i = 0; i < KERNEL_NSIG; i++) {
		if (handlers->action[i].handler == (uintptr_t)SIG_IGN)
			snap->ignored |= SIGMASK(i + 1);
		else if (handlers->action[i].handler != (uintptr_t)SIG_DFL)
			snap->caught |= SIGMASK(i + 1);
	}
	if (!thread)
		return;
	snap->pending = thread->signal->pending.set;
	snap->blocked = thread->signal->blocked;
}

static void look(struct process *process, struct thread *thread, bool is_task, struct snapshot *snap)
{
	unsigned long flags;
	struct pid *session;

	memset(snap, 0, sizeof(*snap));
	if (is_task && thread)
		snap->own = (struct rusage_ns){ time_ticks_to_ns(thread->user_ticks), time_ticks_to_ns(thread->system_ticks), thread->min_faults, thread->maj_faults,
			thread->voluntary_switches, thread->involuntary_switches, 0 };
	else
		process_usage(process, &snap->own);
	flags = spin_lock_irqsave(&process_lock);
	snap->ppid = process->parent ? pid_vnr(process->parent->pid) : 0;
	snap->group = pid_vnr(process->group);
	snap->session = pid_vnr(process->session);
	snap->nr_threads = max(process->nr_threads, 1u);
	snap->children = process->children_usage;
	if (thread && ptrace_is_traced(thread))
		snap->tracer = pid_vnr(thread->ptrace->tracer->pid);
	session = pid_get(process->session);
	spin_lock(&process->signal_lock);
	look_at_signals(process, thread, snap);
	spin_unlock(&process->signal_lock);
	spin_unlock_irqrestore(&process_lock, flags);
	tty_session_stat(session, &snap->tty_nr, &snap->foreground);
	pid_put(session);
}

static int subject_get(const struct proc_subject *subject, struct process **process, struct thread **thread)
{
	*process = subject_process_get(subject);
	if (!*process)
		return -ESRCH;
	*thread = subject_thread_get(subject);
	return 0;
}

static void subject_put(struct process *process, struct thread *thread, struct vm_space *vm)
{
	if (vm)
		vm_space_put(vm);
	if (thread)
		thread_put(thread);
	process_put(process);
}

static int priority_of(const struct thread *thread)
{
	if (!thread)
		return 20;
	return thread->sched.rt_priority ? -1 - thread->sched.rt_priority : 20 + thread->sched.nice;
}

static int stat_show(struct seq *seq, const struct proc_subject *subject)
{
	struct thread *thread;
	struct process *process;
	struct vm_space *vm;
	struct snapshot snap;
	const char *word;
	bool visible;
	int err = subject_get(subject, &process, &thread);

	if (err)
		return err;
	vm = thread ? access_vm_get(thread) : NULL;
	visible = vm && ptrace_may_access(thread);
	look(process, thread, subject->is_task, &snap);
	seq_printf(seq, "%d (%s) %c %d %d %d %d %d %u %lu %lu %lu %lu %lu %lu %ld %ld %d %d %u 0 %lu ",
		pid_vnr(subject->is_task ? subject->pid : process->pid), thread ? thread->name : process->exit_name,
		subject_state(process, thread, &word), snap.ppid, snap.group, snap.session, (int)snap.tty_nr, snap.foreground,
		process->did_exec ? 0x400000u : 0x400040u /* PF_RANDOMIZE, PF_FORKNOEXEC */, snap.own.min_faults,
		snap.children.min_faults, snap.own.maj_faults, snap.children.maj_faults, snap.own.user_ns / TICK_NS,
		snap.own.system_ns / TICK_NS, (long)(snap.children.user_ns / TICK_NS),
		(long)(snap.children.system_ns / TICK_NS), priority_of(thread), thread ? thread->sched.nice : 0, snap.nr_threads,
		(thread && subject->is_task ? thread->start_ns : process->start_ns) / TICK_NS);
	seq_printf(seq, "%lu %lu %lu %lu %lu %lu 0 0 ", vm ? vm->total_pages * PAGE_SIZE : 0,
		vm ? vm->rss_anon_pages + vm->rss_file_pages : 0, process->limits[RLIMIT_RSS].rlim_cur,
		visible ? vm->code_start : vm ? 1 : 0, visible ? vm->code_end : vm ? 1 : 0, visible ? vm->stack_top : 0);
	seq_printf(seq, "%lu %lu %lu %lu %d 0 0 %d %u %d %d 0 0 0 ",
		(snap.pending | snap.shared_pending) & 0x7fffffff, snap.blocked & 0x7fffffff, snap.ignored & 0x7fffffff,
		snap.caught & 0x7fffffff, 0, process->exit_signal, thread && thread->sched.cpu ? thread->sched.cpu->id : 0,
		thread ? thread->sched.rt_priority : 0, thread ? thread->sched.policy : 0);
	if (visible)
		seq_printf(seq, "%lu %lu %lu %lu %lu %lu %lu %d\n", vm->data_start, vm->data_end, vm->brk_start, vm->arg_start,
			vm->arg_end, vm->env_start, vm->env_end, process->is_zombie ? process->exit_code : 0);
	else
		seq_printf(seq, "0 0 0 0 0 0 0 %d\n", process->is_zombie ? process->exit_code : 0);
	subject_put(process, thread, vm);
	return 0;
}

static int statm_show(struct seq *seq, const struct proc_subject *subject)
{
	struct vm_space *vm = subject_vm_get(subject);
	uint64_t data = 0;
	struct vma *vma;

	if (!vm) {
		seq_puts(seq, "0 0 0 0 0 0 0\n");
		return 0;
	}
	rwsem_read_lock(&vm->lock);
	list_for_each_entry(vma, &vm->vma_list, list_node)
		if ((vma->flags & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE)
			data += (vma->end - vma->start) / PAGE_SIZE;
	rwsem_read_unlock(&vm->lock);
	seq_printf(seq, "%lu %lu %lu %lu 0 %lu 0\n", vm->total_pages, vm->rss_anon_pages + vm->rss_file_pages,
		vm->rss_file_pages, (ALIGN_UP(vm->code_end, PAGE_SIZE) - (vm->code_start & PAGE_MASK)) / PAGE_SIZE, data);
	vm_space_put(vm);
	return 0;
}

/* --- status -------------------------------------------------------------------------------------------------------- */

#define KB(pages) ((unsigned long)(pages) * (PAGE_SIZE / 1024))

static void status_memory(struct seq *seq, struct vm_space *vm)
{
	uint64_t data = 0, stack = 0, code = 0, libs = 0;
	struct vma *vma;

	rwsem_read_lock(&vm->lock);
	list_for_each_entry(vma, &vm->vma_list, list_node) {
		uint64_t pages = (vma->end - vma->start) / PAGE_SIZE;

		if (vma->flags & VMA_GROWS_DOWN)
			stack += pages;
		else if ((vma->flags & (VMA_WRITE | VMA_SHARED)) == VMA_WRITE)
			data += pages;
		else if (vma->flags & VMA_EXEC)
			libs += pages;
	}
	rwsem_read_unlock(&vm->lock);
	code = (ALIGN_UP(vm->code_end, PAGE_SIZE) - (vm->code_start & PAGE_MASK)) / PAGE_SIZE;
	libs = libs > code ? libs - code : 0;
	seq_printf(seq, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmPin:\t       0 kB\n", KB(vm->peak_pages),
		KB(vm->total_pages), KB(vm->locked_pages));
	seq_printf(seq, "VmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\nRssAnon:\t%8lu kB\nRssFile:\t%8lu kB\nRssShmem:\t       0 kB\n",
		KB(vm->peak_rss_pages), KB(vm->rss_anon_pages + vm->rss_file_pages), KB(vm->rss_anon_pages),
		KB(vm->rss_file_pages));
	seq_printf(seq, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\nVmLib:\t%8lu kB\n", KB(data), KB(stack), KB(code),
		KB(libs));
	seq_printf(seq, "VmPTE:\t%8lu kB\nVmSwap:\t       0 kB\n", KB(1 + vm->total_pages / 512));
}

static void status_identity(struct seq *seq, struct thread *thread)
{
	struct fd_table *files = access_files_get(thread);
	struct cred *cred = access_cred_get(thread);

	seq_printf(seq, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n", cred->uid, cred->euid, cred->suid, cred->fsuid,
		cred->gid, cred->egid, cred->sgid, cred->fsgid);
	seq_printf(seq, "FDSize:\t%u\nGroups:\t", files ? files->capacity : 0);
	for (unsigned int i = 0; i < cred->nr_groups; i++)
		seq_printf(seq, "%u ", cred->groups[i]);
	seq_puts(seq, "\n");
	cred_put(cred);
	if (files)
		fd_table_put(files);
}

static void status_umask(struct seq *seq, struct thread *thread)
{
	struct fs_context *fs = access_fs_get(thread);

	if (!fs)
		return;
	seq_printf(seq, "Umask:\t%04o\n", fs->umask);
	fs_context_put(fs);
}

static void status_caps(struct seq *seq, struct thread *thread)
{
	struct cred *cred = access_cred_get(thread);

	seq_printf(seq, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%016lx\n",
		cred->cap_inheritable, cred->cap_permitted, cred->cap_effective, cred->cap_bounding, cred->cap_ambient);
	seq_printf(seq, "NoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n", cred->no_new_privs);
	cred_put(cred);
}

static void status_cpus(struct seq *seq, struct thread *thread)
{
	unsigned int last = cpu_count() - 1, words = last / 32 + 1;
	struct cpumask mask;

	sched_get_affinity(thread, &mask);
	seq_puts(seq, "Cpus_allowed:\t");
	for (unsigned int w = words; w--;) {
		uint32_t bits = (uint32_t)(mask.bits[w / 2] >> (w % 2 * 32));

		if (w == words - 1 && last % 32 != 31)
			bits &= (1u << (last % 32 + 1)) - 1;
		seq_printf(seq, w == words - 1 ? "%x" : ",%08x", bits);
	}
	seq_puts(seq, "\nCpus_allowed_list:\t");
	for (unsigned int cpu = 0, first = 1; cpu <= last; cpu++) {
		unsigned int end = cpu;

		if (!cpumask_test(&mask, cpu))
			continue;
		while (end < last && cpumask_test(&mask, end + 1))
			end++;
		seq_printf(seq, end > cpu ? "%s%u-%u" : "%s%u", first ? "" : ",", cpu, end);
		first = 0;
		cpu = end;
	}
	seq_puts(seq, "\n");
}

static int status_show(struct seq *seq, const struct proc_subject *subject)
{
	struct thread *thread;
	struct process *process;
	struct vm_space *vm;
	struct snapshot snap;
	const char *word;
	char state;
	int err = subject_get(subject, &process, &thread), tgid, pid;

	if (err)
		return err;
	vm = thread ? access_vm_get(thread) : NULL;
	look(process, thread, subject->is_task, &snap);
	state = subject_state(process, thread, &word);
	tgid = pid_vnr(process->pid);
	pid = subject->is_task ? pid_vnr(subject->pid) : tgid;
	seq_printf(seq, "Name:\t%s\n", thread ? thread->name : process->exit_name);
	if (thread)
		status_umask(seq, thread);
	seq_printf(seq, "State:\t%c (%s)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", state, word, tgid, pid,
		snap.ppid, snap.tracer);
	if (thread)
		status_identity(seq, thread);
	seq_printf(seq, "NStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\nKthread:\t0\n", tgid, pid, snap.group, snap.session);
	if (vm)
		status_memory(seq, vm);
	seq_printf(seq, "Threads:\t%u\nSigQ:\t%u/%lu\n", snap.nr_threads, snap.nr_queued,
		process->limits[RLIMIT_SIGPENDING].rlim_cur);
	seq_printf(seq, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n", snap.pending,
		snap.shared_pending, snap.blocked, snap.ignored, snap.caught);
	if (thread) {
		status_caps(seq, thread);
		status_cpus(seq, thread);
	}
	seq_puts(seq, "Mems_allowed:\t1\nMems_allowed_list:\t0\n");
	seq_printf(seq, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", snap.own.voluntary,
		snap.own.involuntary);
	subject_put(process, thread, vm);
	return 0;
}

PROC_PID_FILE("stat", 0444, { .show = stat_show });
PROC_PID_FILE("statm", 0444, { .show = statm_show });
PROC_PID_FILE("status", 0444, { .show = status_show });
