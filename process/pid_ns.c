// SPDX-License-Identifier: MIT
/* PID namespaces: each below the first has its own numbers, and an init whose end is the end of all in it. */
#include <process/pid_ns.h>

#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/xarray.h>
#include <linux/sched.h>
#include <process/ns_proxy.h>
#include <process/process.h>
#include <process/signal.h>

#define LEVEL_MAX 32
#define NR_MAX 32767

struct pid_namespace {
	unsigned int refs; /* pids in it, namespaces below, ns_proxies */
	unsigned int level; /* 1: directly below the first */
	struct pid_namespace *parent; /* NULL at level 1 */

	/* Guarded by pid_lock. */
	struct xarray pids;
	uint64_t next_nr;

	/* Guarded by process_lock. */
	struct process *init; /* NULL: none yet, or dead */
	bool is_dead;
};

struct pid_namespace *pid_ns_get(struct pid_namespace *ns)
{
	if (ns)
		__atomic_fetch_add(&ns->refs, 1, __ATOMIC_RELAXED);
	return ns;
}

void pid_ns_put(struct pid_namespace *ns)
{
	while (ns && __atomic_sub_fetch(&ns->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		struct pid_namespace *parent = ns->parent;

		xa_destroy(&ns->pids);
		kfree(ns);
		ns = parent;
	}
}

static struct pid_namespace *own_ns(void)
{
	return pid_ns_of(current->pid);
}

static struct pid_namespace *create_below(struct pid_namespace *parent)
{
	struct pid_namespace *ns;

	if (parent && parent->level == LEVEL_MAX)
		return NULL;
	ns = kzalloc(sizeof(*ns));
	if (!ns)
		return NULL;
	ns->refs = 1;
	ns->level = parent ? parent->level + 1 : 1;
	ns->parent = pid_ns_get(parent);
	ns->next_nr = 1;
	return ns;
}

struct pid_namespace *pid_ns_create(void)
{
	return create_below(own_ns());
}

/* --- numbers ------------------------------------------------------------------------------------------------- */

int pid_nr_in(const struct pid *pid, const struct pid_namespace *ns)
{
	const struct pid_namespace *at;

	if (!pid)
		return 0;
	if (likely(!ns))
		return pid->nr;
	for (at = pid->ns; at && at->level > ns->level;)
		at = at->parent;
	return at == ns ? pid->ns_nrs[ns->level - 1] : 0;
}

int pid_vnr(const struct pid *pid)
{
	return pid_nr_in(pid, own_ns());
}

/* Not one whose last reference is going. pid_lock held. */
static bool get_unless_dying(struct pid *pid)
{
	unsigned int refs = __atomic_load_n(&pid->refs, __ATOMIC_RELAXED);

	while (refs)
		if (__atomic_compare_exchange_n(&pid->refs, &refs, refs + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return true;
	return false;
}

struct pid *pid_find_vnr_get(int nr)
{
	struct pid_namespace *ns = own_ns();
	unsigned long flags;
	struct pid *pid;

	if (!ns)
		return pid_find_get(nr);
	if (nr <= 0)
		return NULL;
	flags = spin_lock_irqsave(&pid_lock);
	pid = xa_load(&ns->pids, (uint64_t)nr);
	if (pid && !get_unless_dying(pid))
		pid = NULL;
	spin_unlock_irqrestore(&pid_lock, flags);
	return pid;
}

struct pid *pid_next_vnr_get(int *nr)
{
	struct pid_namespace *ns = own_ns();
	uint64_t index = *nr > 0 ? (uint64_t)*nr : 1;
	unsigned long flags;
	struct pid *pid;

	if (!ns) {
		pid = pid_next_get((int)index);
		*nr = pid ? pid->nr : *nr;
		return pid;
	}
	flags = spin_lock_irqsave(&pid_lock);
	while ((pid = xa_next(&ns->pids, &index, NR_MAX)) && !get_unless_dying(pid))
		index++;
	spin_unlock_irqrestore(&pid_lock, flags);
	*nr = (int)index;
	return pid;
}

/* --- making pids --------------------------------------------------------------------------------------------- */

static void release_numbers_locked(struct pid *pid)
{
	for (struct pid_namespace *ns = pid->ns; ns; ns = ns->parent)
		if (xa_load(&ns->pids, (uint64_t)pid->ns_nrs[ns->level - 1]) == pid)
			xa_erase(&ns->pids, (uint64_t)pid->ns_nrs[ns->level - 1]);
}

static int take_number_locked(struct pid_namespace *ns, struct pid *pid, int wanted, int *out)
{
	uint64_t nr = (uint64_t)wanted;
	int err;

	if (wanted) {
		/* A namespace begins with its init. */
		err = wanted != 1 && ns->next_nr == 1 ? -EINVAL : xa_insert(&ns->pids, nr, pid);
	} else {
		err = xa_alloc(&ns->pids, ns->next_nr, NR_MAX, pid, &nr);
		if (err == -EBUSY)
			err = xa_alloc(&ns->pids, 300, NR_MAX, pid, &nr);
	}
	if (err)
		return err == -EBUSY ? -EAGAIN : err;
	if (!wanted || nr == 1)
		ns->next_nr = nr + 1;
	*out = (int)nr;
	return 0;
}

/* set_tid's first number is of the innermost namespace. */
static int take_numbers(struct pid *pid, struct pid_namespace *innermost, const struct clone_request *request)
{
	unsigned long flags;
	size_t at = 0;
	int err = 0;

	pid->ns_nrs = kcalloc(innermost->level, sizeof(*pid->ns_nrs));
	if (!pid->ns_nrs)
		return -ENOMEM;
	flags = spin_lock_irqsave(&pid_lock);
	pid->ns = pid_ns_get(innermost);
	for (struct pid_namespace *ns = innermost; ns && !err; ns = ns->parent, at++)
		err = take_number_locked(ns, pid, at < request->nr_set_tid ? request->set_tid[at] : 0,
			&pid->ns_nrs[ns->level - 1]);
	spin_unlock_irqrestore(&pid_lock, flags);
	return err;
}

static int check_set_tid(const struct clone_request *request, size_t levels)
{
	if (request->nr_set_tid > levels)
		return -EINVAL;
	for (size_t i = 0; i < request->nr_set_tid; i++)
		if (request->set_tid[i] < 1 || request->set_tid[i] > NR_MAX)
			return -EINVAL;
	if (request->nr_set_tid && !capable(CAP_SYS_ADMIN) && !capable(CAP_CHECKPOINT_RESTORE))
		return -EPERM;
	return 0;
}

static struct pid_namespace *ns_for_children(void)
{
	return current->ns->pid_for_children ? current->ns->pid_for_children : own_ns();
}

int pid_alloc_for_child(const struct clone_request *request, struct pid **out)
{
	struct pid_namespace *ns = request->flags & CLONE_THREAD ? own_ns() : ns_for_children();
	size_t level;
	int err;

	if (likely(!ns && !(request->flags & CLONE_NEWPID) && !request->nr_set_tid))
		return pid_alloc(out);
	if (request->flags & CLONE_NEWPID) {
		if (!capable(CAP_SYS_ADMIN) && !(request->flags & CLONE_NEWUSER))
			return -EPERM;
		ns = create_below(ns);
	} else {
		ns = pid_ns_get(ns);
	}
	if (!ns && request->flags & CLONE_NEWPID)
		return -ENOMEM;
	level = ns ? ns->level : 0;
	err = ns && ns->is_dead ? -ENOMEM : check_set_tid(request, level + 1);
	if (!err)
		err = pid_alloc_nr(request->nr_set_tid > level ? request->set_tid[level] : 0, out);
	if (!err && ns) {
		err = take_numbers(*out, ns, request);
		if (err)
			pid_put(*out);
	}
	pid_ns_put(ns);
	return err;
}

/* --- its init ---------------------------------------------------------------------------------------------------- */

void pid_ns_adopt_locked(struct process *process)
{
	struct pid_namespace *ns = pid_ns_of(process->pid);

	if (!ns || ns->init || ns->is_dead)
		return;
	ns->init = process;
	process->signals.is_unkillable = true;
}

struct process *pid_ns_reaper_locked(const struct pid_namespace *ns)
{
	return ns ? ns->init : NULL;
}

bool pid_ns_is_init(const struct process *process)
{
	return process->pid->ns && process->pid->ns->init == process;
}

static void kill_all_in(struct pid_namespace *ns, const struct process *init)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	struct pid *pid;

	ns->is_dead = true;
	for (int nr = 1; (pid = pid_next_get(nr)); pid_put(pid)) {
		nr = pid->nr + 1;
		if (pid->process && pid->process != init && pid_nr_in(pid, ns))
			signal_send_process_locked(pid->process, SIGKILL, NULL);
	}
	spin_unlock_irqrestore(&process_lock, flags);
}

static bool has_children(struct process *process)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	bool any = !list_empty(&process->children);

	spin_unlock_irqrestore(&process_lock, flags);
	return any;
}

static void reap_by_itself(struct process *process)
{
	unsigned long flags = spin_lock_irqsave(&process->signal_lock);

	process->signals.handlers->action[SIGCHLD - 1].handler = (uintptr_t)SIG_IGN;
	spin_unlock_irqrestore(&process->signal_lock, flags);
}

void pid_ns_end(struct process *init)
{
	struct pid_namespace *ns = init->pid->ns;
	unsigned long flags;

	reap_by_itself(init);
	kill_all_in(ns, init);
	process_reap_zombies(init);
	wait_event(&init->child_wait, !has_children(init));
	flags = spin_lock_irqsave(&process_lock);
	ns->init = NULL;
	spin_unlock_irqrestore(&process_lock, flags);
}

void pid_ns_init(void)
{
	pid_release_ns = release_numbers_locked;
	pid_put_ns = pid_ns_put;
}
