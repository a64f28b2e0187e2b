// SPDX-License-Identifier: MIT
/* man 7 sched: policies, priorities, nice, affinity. */
#include <kernel/cpu.h>
#include <kernel/cred.h>
#include <kernel/sched.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <process/family.h>
#include <process/pid_ns.h>
#include <process/process.h>
#include <syscall/define.h>
#include <syscall/time_util.h>

#define RR_INTERVAL_NS 100000000ULL

/* Not in the UAPI headers: man 2 sched_setparam. */
struct sched_param {
	int sched_priority;
};

/* The thread with that ID (0: the caller) with a reference, or NULL. */
static struct thread *target_get(int id)
{
	return id ? thread_find_get(id) : thread_get(current);
}

static bool same_owner(const struct thread *thread)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	const struct cred *me = current->cred, *other = thread->cred;
	bool same = me->euid == other->uid || me->euid == other->euid;

	spin_unlock_irqrestore(&process_lock, flags);
	return same;
}

static bool is_rt_policy(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

/* What an unprivileged caller may not do: man 7 sched, "Privileges and resource limits". */
static int may_set(const struct thread *thread, int policy, int rt_priority, int nice)
{
	uint64_t limit;

	if (capable(CAP_SYS_NICE))
		return 0;
	if (!same_owner(thread))
		return -EPERM;
	if (is_rt_policy(policy)) {
		limit = process_limit(RLIMIT_RTPRIO);
		if (policy != thread->sched.policy && !limit)
			return -EPERM;
		if (rt_priority > thread->sched.rt_priority && (uint64_t)rt_priority > limit)
			return -EPERM;
	}
	if (nice < thread->sched.nice && (uint64_t)(20 - nice) > process_limit(RLIMIT_NICE))
		return -EPERM;
	return 0;
}

static long set_scheduler(int id, int policy, int rt_priority, const int *nice)
{
	struct thread *thread;
	int err, new_nice;

	if (id < 0)
		return -EINVAL;
	thread = target_get(id);
	if (!thread)
		return -ESRCH;
	if (policy < 0)
		policy = thread->sched.policy;
	new_nice = nice && !is_rt_policy(policy) ? *nice : thread->sched.nice;
	if (is_rt_policy(policy) ? rt_priority < 1 || rt_priority > 99 : rt_priority != 0)
		err = -EINVAL;
	else
		err = may_set(thread, policy, rt_priority, new_nice);
	if (!err)
		err = sched_set_policy(thread, policy, rt_priority, new_nice);
	thread_put(thread);
	return err;
}

SYSCALL_DEFINE(sched_setscheduler, int, id, int, policy, const struct sched_param *, user_param)
{
	struct sched_param param;

	if (policy < 0 || !user_param)
		return -EINVAL;
	if (copy_from_user(&param, user_param, sizeof(param)))
		return -EFAULT;
	return set_scheduler(id, policy & ~SCHED_RESET_ON_FORK, param.sched_priority, NULL);
}

SYSCALL_DEFINE(sched_setparam, int, id, const struct sched_param *, user_param)
{
	struct sched_param param;

	if (!user_param)
		return -EINVAL;
	if (copy_from_user(&param, user_param, sizeof(param)))
		return -EFAULT;
	return set_scheduler(id, -1, param.sched_priority, NULL);
}

SYSCALL_DEFINE(sched_getscheduler, int, id)
{
	struct thread *thread;
	int policy;

	if (id < 0)
		return -EINVAL;
	thread = target_get(id);
	if (!thread)
		return -ESRCH;
	policy = thread->sched.policy;
	thread_put(thread);
	return policy;
}

SYSCALL_DEFINE(sched_getparam, int, id, struct sched_param *, user_param)
{
	struct sched_param param;
	struct thread *thread;

	if (id < 0 || !user_param)
		return -EINVAL;
	thread = target_get(id);
	if (!thread)
		return -ESRCH;
	param.sched_priority = thread->sched.rt_priority;
	thread_put(thread);
	return copy_to_user(user_param, &param, sizeof(param));
}

SYSCALL_DEFINE(sched_setattr, int, id, struct sched_attr *, user_attr, unsigned int, flags)
{
	struct sched_attr attr = { 0 };
	uint32_t size;
	int err;

	if (!user_attr || id < 0 || flags)
		return -EINVAL;
	if (get_user(&size, &user_attr->size))
		return -EFAULT;
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > 4096) {
		(void)put_user((uint32_t)sizeof(attr), &user_attr->size);
		return -E2BIG;
	}
	err = copy_struct_from_user(&attr, sizeof(attr), user_attr, size);
	if (err)
		return err;
	if ((int)attr.sched_policy < 0 || attr.sched_policy == SCHED_DEADLINE)
		return -EINVAL;
	attr.sched_nice = clamp(attr.sched_nice, -20, 19);
	return set_scheduler(id, (int)attr.sched_policy, (int)attr.sched_priority, &attr.sched_nice);
}

SYSCALL_DEFINE(sched_getattr, int, id, struct sched_attr *, user_attr, unsigned int, size, unsigned int, flags)
{
	struct sched_attr attr = { 0 };
	struct thread *thread;

	if (!user_attr || id < 0 || size < SCHED_ATTR_SIZE_VER0 || size > 4096 || flags)
		return -EINVAL;
	thread = target_get(id);
	if (!thread)
		return -ESRCH;
	attr.size = min(size, (unsigned int)sizeof(attr));
	attr.sched_policy = (uint32_t)thread->sched.policy;
	attr.sched_priority = (uint32_t)thread->sched.rt_priority;
	if (!is_rt_policy(thread->sched.policy))
		attr.sched_nice = thread->sched.nice;
	thread_put(thread);
	return copy_to_user(user_attr, &attr, attr.size);
}

SYSCALL_DEFINE(sched_get_priority_max, int, policy)
{
	if (is_rt_policy(policy))
		return 99;
	return policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE || policy == SCHED_DEADLINE
		       ? 0
		       : -EINVAL;
}

SYSCALL_DEFINE(sched_get_priority_min, int, policy)
{
	if (is_rt_policy(policy))
		return 1;
	return policy == SCHED_NORMAL || policy == SCHED_BATCH || policy == SCHED_IDLE || policy == SCHED_DEADLINE
		       ? 0
		       : -EINVAL;
}

SYSCALL_DEFINE(sched_rr_get_interval, int, id, struct __kernel_timespec *, user_ts)
{
	struct thread *thread;
	uint64_t ns;

	if (id < 0)
		return -EINVAL;
	thread = target_get(id);
	if (!thread)
		return -ESRCH;
	ns = thread->sched.policy == SCHED_RR ? RR_INTERVAL_NS : thread->sched.policy == SCHED_FIFO ? 0 : 4000000;
	thread_put(thread);
	return timespec_to_user(user_ts, ns);
}

SYSCALL_DEFINE(sched_yield)
{
	sched_yield_current();
	return 0;
}

SYSCALL_DEFINE(sched_setaffinity, int, id, unsigned int, size, const unsigned long *, user_mask)
{
	struct cpumask *mask = kzalloc(sizeof(*mask));
	struct thread *thread;
	int err;

	if (!mask)
		return -ENOMEM;
	err = copy_from_user(mask, user_mask, min(size, (unsigned int)sizeof(*mask)));
	if (err)
		goto out_free;
	thread = target_get(id);
	err = -ESRCH;
	if (!thread)
		goto out_free;
	err = -EPERM;
	if (same_owner(thread) || capable(CAP_SYS_NICE))
		err = sched_set_affinity(thread, mask);
	thread_put(thread);
out_free:
	kfree(mask);
	return err;
}

SYSCALL_DEFINE(sched_getaffinity, int, id, unsigned int, size, unsigned long *, user_mask)
{
	unsigned int needed = ALIGN_UP(cpu_count(), 64u) / 8;
	struct cpumask *mask;
	struct thread *thread;
	long ret;

	if (size % sizeof(long) || size < needed)
		return -EINVAL;
	thread = target_get(id);
	if (!thread)
		return -ESRCH;
	mask = kmalloc(sizeof(*mask));
	ret = -ENOMEM;
	if (mask) {
		sched_get_affinity(thread, mask);
		ret = copy_to_user(user_mask, mask, needed) ? -EFAULT : (long)needed;
	}
	kfree(mask);
	thread_put(thread);
	return ret;
}

SYSCALL_DEFINE(getcpu, unsigned int *, user_cpu, unsigned int *, user_node, void *, unused)
{
	unsigned int cpu = arch_this_cpu()->id, node = 0;

	if (user_cpu && put_user(cpu, user_cpu))
		return -EFAULT;
	if (user_node && put_user(node, user_node))
		return -EFAULT;
	return 0;
}

/* --- nice: getpriority, setpriority ------------------------------------------------------------------ */

/* What a priority call does to each thread it names; result is the call's. */
struct priority_call {
	int nice;	 /* to set */
	bool is_set;
	int best;	 /* lowest nice found */
	int err;	 /* 0 once one was found or set */
};

static void priority_one(struct priority_call *call, struct thread *thread)
{
	if (!call->is_set) {
		call->best = min(call->best, thread->sched.nice);
		call->err = 0;
		return;
	}
	if (!same_owner(thread) && !capable(CAP_SYS_NICE)) {
		call->err = -EPERM;
	} else if (call->nice < thread->sched.nice && !capable(CAP_SYS_NICE) &&
		   (uint64_t)(20 - call->nice) > process_limit(RLIMIT_NICE)) {
		call->err = -EACCES;
	} else {
		call->err = sched_set_policy(thread, thread->sched.policy, thread->sched.rt_priority, call->nice);
	}
}

/* Whether PRIO_PGRP or PRIO_USER with who means the process of this thread. */
static bool is_meant(int which, uint32_t who, struct thread *thread)
{
	unsigned long flags = spin_lock_irqsave(&process_lock);
	const struct pid *group = thread->process->group;
	bool is = which == PRIO_USER ? thread->cred->uid == who : group && (uint32_t)pid_vnr(group) == who;

	spin_unlock_irqrestore(&process_lock, flags);
	return is;
}

static void priority_many(struct priority_call *call, int which, uint32_t who)
{
	struct pid *pid;

	for (int nr = 1; (pid = pid_next_vnr_get(&nr)) != NULL; nr++) {
		struct thread *thread = thread_find_get(nr);

		pid_put(pid);
		if (thread && thread->process && is_meant(which, who, thread))
			priority_one(call, thread);
		if (thread)
			thread_put(thread);
	}
}

static int priority_call(struct priority_call *call, int which, int who)
{
	struct thread *thread;

	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	call->err = -ESRCH;
	call->best = 20;
	if (which == PRIO_PROCESS) {
		thread = target_get(who);
		if (thread) {
			priority_one(call, thread);
			thread_put(thread);
		}
	} else if (which == PRIO_PGRP) {
		struct pid *own = family_own_group_get();

		priority_many(call, which, who ? (uint32_t)who : (uint32_t)pid_vnr(own));
		pid_put(own);
	} else {
		priority_many(call, which, who ? (uint32_t)who : current->cred->uid);
	}
	return call->err;
}

SYSCALL_DEFINE(setpriority, int, which, int, who, int, nice)
{
	struct priority_call call = { .nice = clamp(nice, -20, 19), .is_set = true };

	return priority_call(&call, which, who);
}

SYSCALL_DEFINE(getpriority, int, which, int, who)
{
	struct priority_call call = { 0 };
	int err = priority_call(&call, which, who);

	return err ? err : 20 - call.best;
}
