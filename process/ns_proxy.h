/* SPDX-License-Identifier: MIT */
/* Namespaces of a thread (man 7 namespaces): mount, UTS and PID are real; IPC, NET, USER, cgroup: see docs/caveats.md. */
#pragma once

#include <kernel/spinlock.h>
#include <lib/compiler.h>
#include <lib/types.h>
#include <linux/utsname.h>

struct fs_context;
struct mount_namespace;
struct pid_namespace;

struct uts_namespace {
	unsigned int refs;
	struct new_utsname name; /* nodename, domainname; guarded by uts_lock */
};

struct ns_proxy {
	unsigned int refs;
	struct mount_namespace *mount;
	struct uts_namespace *uts;
	struct pid_namespace *pid_for_children; /* after unshare(CLONE_NEWPID); NULL: the thread's own */
};

extern struct ns_proxy init_ns;

struct ns_proxy *ns_proxy_get(struct ns_proxy *ns);
void ns_proxy_put(struct ns_proxy *ns);

extern struct spinlock uts_lock;

/* clone, unshare (is_unshare: CLONE_NEWPID makes the namespace here, clone makes it with the child's pid): the current thread's namespaces as the CLONE_NEW* flags change them; fs is the child's (its root and
 * cwd move to a copied mount tree). -EPERM, -ENOMEM. May sleep. */
__must_check int ns_proxy_clone(uint64_t flags, bool is_unshare, struct fs_context *fs, struct ns_proxy **out);
