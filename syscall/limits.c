// SPDX-License-Identifier: MIT
/* man 2 getrlimit, prlimit. */
#include <asm/resource.h>
#include <kernel/cred.h>
#include <linux/resource.h>
#include <mm/user_copy.h>
#include <process/access.h>
#include <process/process.h>
#include <syscall/define.h>

static int check_new(const struct process *process, unsigned int resource, const struct rlimit *new)
{
	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && new->rlim_max > 1048576) /* /proc/sys/fs/nr_open */
		return -EPERM;
	if (new->rlim_max > process->limits[resource].rlim_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	return 0;
}

static int exchange_limit(struct process *process, unsigned int resource, const struct rlimit *new, struct rlimit *old)
{
	unsigned long flags;
	int err = 0;

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	flags = spin_lock_irqsave(&process->limits_lock);
	if (new)
		err = check_new(process, resource, new);
	if (!err) {
		*old = process->limits[resource];
		if (new)
			process->limits[resource] = *new;
	}
	spin_unlock_irqrestore(&process->limits_lock, flags);
	return err;
}

SYSCALL_DEFINE(getrlimit, unsigned int, resource, struct rlimit *, user_limit)
{
	struct rlimit limit;
	int err = exchange_limit(current_process(), resource, NULL, &limit);

	return err ? err : copy_to_user(user_limit, &limit, sizeof(limit));
}

SYSCALL_DEFINE(setrlimit, unsigned int, resource, const struct rlimit *, user_limit)
{
	struct rlimit limit, old;

	if (copy_from_user(&limit, user_limit, sizeof(limit)))
		return -EFAULT;
	return exchange_limit(current_process(), resource, &limit, &old);
}

static bool may_change(struct process *process)
{
	struct thread *thread = process_any_thread_get(process);
	const struct cred *own = current->cred;
	struct cred *other;
	bool allowed;

	if (!thread)
		return false;
	other = access_cred_get(thread);
	allowed = process == current_process() || capable(CAP_SYS_RESOURCE) ||
		  (own->uid == other->uid && own->uid == other->euid && own->uid == other->suid &&
			  own->gid == other->gid && own->gid == other->egid && own->gid == other->sgid);
	cred_put(other);
	thread_put(thread);
	return allowed;
}

SYSCALL_DEFINE(prlimit64, int, nr, unsigned int, resource, const struct rlimit *, user_new, struct rlimit *, user_old)
{
	struct process *process;
	struct rlimit new, old;
	int err;

	if (user_new && copy_from_user(&new, user_new, sizeof(new)))
		return -EFAULT;
	process = nr ? process_find_get(nr) : process_get(current_process());
	if (!process)
		return -ESRCH;
	err = may_change(process) ? exchange_limit(process, resource, user_new ? &new : NULL, &old) : -EPERM;
	process_put(process);
	if (!err && user_old)
		err = copy_to_user(user_old, &old, sizeof(old));
	return err;
}
