/* SPDX-License-Identifier: MIT */
/*
 * Process, thread, group and session IDs. A struct pid outlives what it names: holders of a reference
 * (tty foreground group, pidfd, /proc) never mistake a reused number for the old owner.
 */
#pragma once

#include <kernel/wait.h>
#include <lib/list.h>
#include <lib/types.h>

struct pid_namespace;
struct process;
struct thread;

struct pid {
	unsigned int refs;	  /* refcount */
	int nr;

	/* Guarded by pid_lock. */
	struct thread *thread;	  /* the thread with this ID, NULL: gone */
	struct process *process;  /* the process with this ID, NULL: gone */
	struct list_head group;	  /* processes whose group this is: process->group_node */
	struct list_head session; /* processes whose session this is: process->session_node */
	struct wait_queue exited; /* pidfd poll */

	/* Fixed: the PID namespace it was made in (NULL: the first) and its numbers there: process/pid_ns.c. */
	struct pid_namespace *ns;
	int *ns_nrs; /* [level - 1], kmalloc */
};

/* Takes the wanted number, or for 0 the next free one (up to pid_max); one reference. -EEXIST, -EAGAIN, -ENOMEM. */
__must_check int pid_alloc_nr(int wanted, struct pid **out);
__must_check static inline int pid_alloc(struct pid **out)
{
	return pid_alloc_nr(0, out);
}

/* Called with pid_lock held for a pid of a namespace when its last reference goes. NULL until process/ sets it. */
extern void (*pid_release_ns)(struct pid *pid);
/* And without the lock, to drop the namespace. */
extern void (*pid_put_ns)(struct pid_namespace *ns);

struct pid *pid_get(struct pid *pid);
void pid_put(struct pid *pid);
struct pid *pid_find_get(int nr); /* with a reference, or NULL */

/* Iterates numbers: the first used one >= nr, with a reference, or NULL. */
struct pid *pid_next_get(int nr);

extern struct spinlock pid_lock; /* taken with _irqsave */
extern unsigned int pid_max;	 /* /proc/sys/kernel/pid_max */

/* The number given out last (/proc/loadavg); a count of forks as well until it wraps. */
unsigned int pid_last(void);
