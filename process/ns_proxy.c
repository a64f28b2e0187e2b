// SPDX-License-Identifier: MIT
/* Sets of namespaces: shared by fork, replaced by clone flags and unshare. */
#include <process/ns_proxy.h>

#include <fs/mount.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <kernel/version.h>
#include <lib/alloc.h>
#include <linux/sched.h>
#include <process/pid_ns.h>

#define CLONE_NEW_ALL (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWCGROUP)

static struct uts_namespace init_uts = {
	.refs = 1,
	.name = { .sysname = "Linux", .nodename = "(none)", .domainname = "(none)" },
};

struct ns_proxy init_ns = { .refs = 1, .mount = &init_mount_ns, .uts = &init_uts };

struct spinlock uts_lock = SPINLOCK_INIT;

struct ns_proxy *ns_proxy_get(struct ns_proxy *ns)
{
	__atomic_fetch_add(&ns->refs, 1, __ATOMIC_RELAXED);
	return ns;
}

static void uts_put(struct uts_namespace *uts)
{
	if (__atomic_sub_fetch(&uts->refs, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(uts);
}

void ns_proxy_put(struct ns_proxy *ns)
{
	if (__atomic_sub_fetch(&ns->refs, 1, __ATOMIC_ACQ_REL))
		return;
	if (ns->mount)
		mount_namespace_put(ns->mount);
	if (ns->uts)
		uts_put(ns->uts);
	pid_ns_put(ns->pid_for_children);
	kfree(ns);
}

static struct uts_namespace *uts_copy(struct uts_namespace *from)
{
	struct uts_namespace *uts = kmalloc(sizeof(*uts));
	unsigned long flags;

	if (!uts)
		return NULL;
	flags = spin_lock_irqsave(&uts_lock);
	*uts = *from;
	spin_unlock_irqrestore(&uts_lock, flags);
	uts->refs = 1;
	return uts;
}

static struct uts_namespace *uts_get(struct uts_namespace *uts)
{
	__atomic_fetch_add(&uts->refs, 1, __ATOMIC_RELAXED);
	return uts;
}

/* Whether the new set differs from the old one. */
static bool is_changed(uint64_t flags, bool is_unshare, const struct ns_proxy *old)
{
	if (flags & (CLONE_NEWNS | CLONE_NEWUTS))
		return true;
	return flags & CLONE_NEWPID && (is_unshare || old->pid_for_children);
}

int ns_proxy_clone(uint64_t flags, bool is_unshare, struct fs_context *fs, struct ns_proxy **out)
{
	struct ns_proxy *old = current->ns, *ns;

	if (flags & CLONE_NEW_ALL && !capable(CAP_SYS_ADMIN) && !(flags & CLONE_NEWUSER))
		return -EPERM;
	if (!is_changed(flags, is_unshare, old)) {
		*out = ns_proxy_get(old);
		return 0;
	}
	ns = kzalloc(sizeof(*ns));
	if (!ns)
		return -ENOMEM;
	ns->refs = 1;
	ns->uts = flags & CLONE_NEWUTS ? uts_copy(old->uts) : uts_get(old->uts);
	if (!ns->uts)
		goto err;
	ns->mount = flags & CLONE_NEWNS ? mount_namespace_copy(old->mount, fs) : mount_namespace_get(old->mount);
	if (!ns->mount)
		goto err;
	if (!(flags & CLONE_NEWPID)) {
		ns->pid_for_children = pid_ns_get(old->pid_for_children);
	} else if (is_unshare) {
		ns->pid_for_children = pid_ns_create();
		if (!ns->pid_for_children)
			goto err;
	}
	*out = ns;
	return 0;

err:
	ns_proxy_put(ns);
	return -ENOMEM;
}
