/* SPDX-License-Identifier: MIT */
/*
 * PID namespaces (man 7 pid_namespaces): every pid has a number in its own namespace and in each one above.
 * System calls speak in the current thread's numbers: pid_vnr() out, pid_find_vnr_get() in.
 */
#pragma once

#include <kernel/pid.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct clone_request;
struct pid_namespace;
struct process;

/* The number of pid in a namespace (NULL: the first one); 0: not visible there, or pid is NULL. */
int pid_nr_in(const struct pid *pid, const struct pid_namespace *ns);

static inline struct pid_namespace *pid_ns_of(const struct pid *pid)
{
	return pid ? pid->ns : NULL;
}

/* The same as the current thread counts. */
int pid_vnr(const struct pid *pid);

/* The pid behind a number of the current thread's namespace, with a reference, or NULL; and the first one at or above
 * a number, which is moved to it. */
struct pid *pid_find_vnr_get(int nr);
struct pid *pid_next_vnr_get(int *nr);

/* clone: a new pid in the namespace that the children of the current thread live in (CLONE_NEWPID: a new one), with
 * the numbers of set_tid. -EPERM, -EEXIST, -EAGAIN, -ENOMEM (also: that namespace's init is dead). May sleep. */
__must_check int pid_alloc_for_child(const struct clone_request *request, struct pid **out);

/* unshare(CLONE_NEWPID): an empty namespace below the current thread's, one reference; NULL: no memory. */
struct pid_namespace *pid_ns_create(void);
struct pid_namespace *pid_ns_get(struct pid_namespace *ns); /* NULL is allowed */
void pid_ns_put(struct pid_namespace *ns);

/* process_lock held: the first process of a namespace becomes its init. */
void pid_ns_adopt_locked(struct process *process);
/* Who takes orphans of that namespace: its init, or NULL for the first namespace and for one whose init is dead. */
struct process *pid_ns_reaper_locked(const struct pid_namespace *ns);
bool pid_ns_is_init(const struct process *process); /* of a namespace below the first */
/* The init of a namespace exits: kills all in it and waits until its children are gone. */
void pid_ns_end(struct process *init);

void pid_ns_init(void);
