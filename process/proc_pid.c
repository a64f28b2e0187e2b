// SPDX-License-Identifier: MIT
/* /proc/PID: finding processes for fs/proc, and the small files. */
#include <process/proc_pid.h>

#include <fs/cgroup/cgroup.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <fs/mount.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <lib/alloc.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/personality.h>
#include <linux/stat.h>
#include <mm/vm_space.h>
#include <process/access.h>
#include <process/ns_proxy.h>
#include <process/pid_ns.h>
#include <process/process.h>
#include <process/ptrace.h>

/* --- subjects ------------------------------------------------------------------------------------------------ */

struct process *subject_process_get(const struct proc_subject *subject)
{
	unsigned long flags = spin_lock_irqsave(&pid_lock);
	struct process *process = subject->pid->process;

	if (!process && subject->pid->thread)
		process = subject->pid->thread->process;
	if (process)
		process_get(process);
	spin_unlock_irqrestore(&pid_lock, flags);
	return process;
}

struct thread *subject_thread_get(const struct proc_subject *subject)
{
	unsigned long flags = spin_lock_irqsave(&pid_lock);
	struct thread *thread = subject->pid->thread;
	struct process *process;

	if (thread)
		thread_get(thread);
	spin_unlock_irqrestore(&pid_lock, flags);
	if (thread || subject->is_task)
		return thread;
	process = subject_process_get(subject);
	if (!process)
		return NULL;
	thread = process_any_thread_get(process);
	process_put(process);
	return thread;
}

struct vm_space *subject_vm_get(const struct proc_subject *subject)
{
	struct thread *thread = subject_thread_get(subject);
	struct vm_space *vm;

	if (!thread)
		return NULL;
	vm = access_vm_get(thread);
	thread_put(thread);
	return vm;
}

int subject_vm_get_checked(const struct proc_subject *subject, struct vm_space **out)
{
	struct thread *thread = subject_thread_get(subject);
	bool allowed;

	*out = NULL;
	if (!thread)
		return -ESRCH;
	allowed = ptrace_may_access(thread);
	if (allowed)
		*out = access_vm_get(thread);
	thread_put(thread);
	return allowed ? 0 : -EACCES;
}

char subject_state(const struct process *process, const struct thread *thread, const char **word)
{
	unsigned int state = thread ? __atomic_load_n(&thread->state, __ATOMIC_RELAXED) : THREAD_DEAD;

	switch (state) {
	case THREAD_RUNNING:
	case THREAD_NEW:
		*word = "running";
		return 'R';
	case THREAD_INTERRUPTIBLE:
		*word = "sleeping";
		return 'S';
	case THREAD_KILLABLE:
	case THREAD_UNINTERRUPTIBLE:
		*word = "disk sleep";
		return 'D';
	case THREAD_STOPPED:
		*word = "stopped";
		return 'T';
	case THREAD_TRACED:
		*word = "tracing stop";
		return 't';
	}
	*word = "zombie";
	return 'Z';
}

/* --- for fs/proc ------------------------------------------------------------------------------------------------ */

static struct pid *op_find(int nr)
{
	struct pid *pid = pid_find_vnr_get(nr);

	if (pid && !READ_ONCE(pid->process) && !READ_ONCE(pid->thread)) {
		pid_put(pid);
		return NULL;
	}
	return pid;
}

static struct pid *op_next(int *nr)
{
	struct pid *pid;

	while ((pid = pid_next_vnr_get(nr))) {
		if (READ_ONCE(pid->process))
			return pid;
		pid_put(pid);
		++*nr;
	}
	return NULL;
}

static bool is_thread_of(struct pid *task, struct pid *process_pid)
{
	unsigned long flags = spin_lock_irqsave(&pid_lock);
	bool result = task->thread && task->thread->process == process_pid->process;

	spin_unlock_irqrestore(&pid_lock, flags);
	return result;
}

static struct pid *op_find_task(struct pid *process_pid, int nr)
{
	struct pid *pid = pid_find_vnr_get(nr);

	if (pid && !is_thread_of(pid, process_pid)) {
		pid_put(pid);
		return NULL;
	}
	return pid;
}

static struct pid *op_next_task(struct pid *process_pid, int *nr)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct process *process = process_pid->process;
	struct pid *best = NULL;
	struct thread *thread;
	int best_nr = INT_MAX;

	if (process) {
		list_for_each_entry(thread, &process->threads, process_node) {
			int own = pid_vnr(thread->pid);

			if (own >= *nr && own < best_nr) {
				best_nr = own;
				best = thread->pid;
			}
		}
	}
	if (best)
		pid_get(best);
	spin_unlock_irqrestore(&process_lock, flags);
	*nr = best_nr;
	return best;
}

static void op_get_owner(const struct proc_subject *subject, uint32_t *uid, uint32_t *gid)
{
	struct thread *thread = subject_thread_get(subject);
	struct cred *cred;

	*uid = *gid = 0;
	if (!thread)
		return;
	if (thread->process->dumpable == 1) {
		cred = access_cred_get(thread);
		*uid = cred->euid;
		*gid = cred->egid;
		cred_put(cred);
	}
	thread_put(thread);
}

static void op_get_self(int *process, int *thread)
{
	*process = current->process ? pid_vnr(current_process()->pid) : 0;
	*thread = pid_vnr(current->pid);
}

static const struct proc_pid_ops proc_ops = {
	.find = op_find,
	.next = op_next,
	.find_task = op_find_task,
	.next_task = op_next_task,
	.get_owner = op_get_owner,
	.get_self = op_get_self,
};
PROC_PID_OPS(proc_ops);

/* --- small files --------------------------------------------------------------------------------------------------- */

static int comm_show(struct seq *seq, const struct proc_subject *subject)
{
	struct thread *thread = subject_thread_get(subject);

	if (!thread)
		return -ESRCH;
	seq_printf(seq, "%s\n", thread->name);
	thread_put(thread);
	return 0;
}

static ssize_t comm_store(const struct proc_subject *subject, const char *buf, size_t size)
{
	struct thread *thread = subject_thread_get(subject);
	char name[THREAD_NAME_LEN] = {};
	ssize_t result = -EINVAL;

	if (!thread)
		return -ESRCH;
	if (thread->process == current->process) {
		memcpy(name, buf, min(size, sizeof(name) - 1));
		name[strcspn(name, "\n")] = '\0';
		memcpy(thread->name, name, sizeof(name));
		result = (ssize_t)size;
	}
	thread_put(thread);
	return result;
}

static int limits_show(struct seq *seq, const struct proc_subject *subject)
{
	static const struct {
		const char *name, *unit;
		unsigned int resource;
	} rows[] = {
		{ "Max cpu time", "seconds", RLIMIT_CPU },
		{ "Max file size", "bytes", RLIMIT_FSIZE },
		{ "Max data size", "bytes", RLIMIT_DATA },
		{ "Max stack size", "bytes", RLIMIT_STACK },
		{ "Max core file size", "bytes", RLIMIT_CORE },
		{ "Max resident set", "bytes", RLIMIT_RSS },
		{ "Max processes", "processes", RLIMIT_NPROC },
		{ "Max open files", "files", RLIMIT_NOFILE },
		{ "Max locked memory", "bytes", RLIMIT_MEMLOCK },
		{ "Max address space", "bytes", RLIMIT_AS },
		{ "Max file locks", "locks", RLIMIT_LOCKS },
		{ "Max pending signals", "signals", RLIMIT_SIGPENDING },
		{ "Max msgqueue size", "bytes", RLIMIT_MSGQUEUE },
		{ "Max nice priority", "", RLIMIT_NICE },
		{ "Max realtime priority", "", RLIMIT_RTPRIO },
		{ "Max realtime timeout", "us", RLIMIT_RTTIME },
	};
	struct process *process = subject_process_get(subject);
	char text[2][24];

	if (!process)
		return -ESRCH;
	seq_printf(seq, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct rlimit *limit = &process->limits[rows[i].resource];
		const uint64_t values[2] = { limit->rlim_cur, limit->rlim_max };

		for (unsigned int j = 0; j < 2; j++) {
			if (values[j] == RLIM_INFINITY)
				strscpy(text[j], "unlimited", sizeof(text[j]));
			else
				snprintf(text[j], sizeof(text[j]), "%lu", values[j]);
		}
		seq_printf(seq, "%-25s %-20s %-20s %-10s\n", rows[i].name, text[0], text[1], rows[i].unit);
	}
	process_put(process);
	return 0;
}

static int cgroup_show(struct seq *seq, const struct proc_subject *subject)
{
	struct process *process = subject_process_get(subject);

	if (!process)
		return -ESRCH;
	cgroup_show_process(seq, process->pid);
	process_put(process);
	return 0;
}

static int oom_score_show(struct seq *seq, const struct proc_subject *subject)
{
	seq_puts(seq, "0\n");
	return 0;
}

static int oom_adj_show(struct seq *seq, const struct proc_subject *subject)
{
	struct process *process = subject_process_get(subject);

	if (!process)
		return -ESRCH;
	seq_printf(seq, "%d\n", process->oom_score_adj);
	process_put(process);
	return 0;
}

static ssize_t oom_adj_store(const struct proc_subject *subject, const char *buf, size_t size)
{
	struct process *process;
	int32_t value;
	int err = parse_s32(buf, 0, &value);

	if (err)
		return err;
	if (value < -1000 || value > 1000)
		return -EINVAL;
	process = subject_process_get(subject);
	if (!process)
		return -ESRCH;
	if (value < process->oom_score_adj && !capable(CAP_SYS_RESOURCE)) {
		process_put(process);
		return -EACCES;
	}
	process->oom_score_adj = value;
	process_put(process);
	return (ssize_t)size;
}

static int loginuid_show(struct seq *seq, const struct proc_subject *subject)
{
	seq_puts(seq, "4294967295");
	return 0;
}

static int wchan_show(struct seq *seq, const struct proc_subject *subject)
{
	seq_puts(seq, "0");
	return 0;
}

/* One user namespace, in which everybody is who he is. */
static int id_map_show(struct seq *seq, const struct proc_subject *subject)
{
	seq_puts(seq, "         0          0 4294967295\n");
	return 0;
}

static int setgroups_show(struct seq *seq, const struct proc_subject *subject)
{
	seq_puts(seq, "allow\n");
	return 0;
}

static int personality_show(struct seq *seq, const struct proc_subject *subject)
{
	struct process *process = subject_process_get(subject);

	if (!process)
		return -ESRCH;
	seq_printf(seq, "%08x\n", process->personality);
	process_put(process);
	return 0;
}

static int show_mounts(struct seq *seq, const struct proc_subject *subject, enum mount_text kind)
{
	struct thread *thread = subject_thread_get(subject);
	struct fs_context *fs;
	struct ns_proxy *ns;
	struct path root;
	int err = -EINVAL;

	if (!thread)
		return -EINVAL;
	fs = access_fs_get(thread);
	ns = access_ns_get(thread);
	thread_put(thread);
	if (fs && ns) {
		fs_get_root(fs, &root);
		err = mount_show(seq, ns->mount, &root, kind);
		path_put(&root);
	}
	if (fs)
		fs_context_put(fs);
	if (ns)
		ns_proxy_put(ns);
	return err;
}

static int mounts_show(struct seq *seq, const struct proc_subject *subject)
{
	return show_mounts(seq, subject, MOUNT_TEXT_MOUNTS);
}

static int mountinfo_show(struct seq *seq, const struct proc_subject *subject)
{
	return show_mounts(seq, subject, MOUNT_TEXT_MOUNTINFO);
}

static int mountstats_show(struct seq *seq, const struct proc_subject *subject)
{
	return show_mounts(seq, subject, MOUNT_TEXT_MOUNTSTATS);
}

PROC_PID_FILE("comm", 0644, { .show = comm_show, .store = comm_store });
PROC_PID_FILE("limits", 0444, { .show = limits_show });
PROC_PID_FILE("cgroup", 0444, { .show = cgroup_show });
PROC_PID_FILE("oom_score", 0444, { .show = oom_score_show });
PROC_PID_FILE("oom_score_adj", 0644, { .show = oom_adj_show, .store = oom_adj_store });
PROC_PID_FILE("loginuid", 0644, { .show = loginuid_show });
PROC_PID_FILE("wchan", 0444, { .show = wchan_show });
PROC_PID_FILE("uid_map", 0644, { .show = id_map_show });
PROC_PID_FILE("gid_map", 0644, { .show = id_map_show });
PROC_PID_FILE("setgroups", 0644, { .process_only = true, .show = setgroups_show });
PROC_PID_FILE("personality", 0400, { .show = personality_show });
PROC_PID_FILE("mounts", 0444, { .show = mounts_show });
PROC_PID_FILE("mountinfo", 0444, { .show = mountinfo_show });
PROC_PID_FILE("mountstats", 0400, { .process_only = true, .show = mountstats_show });
