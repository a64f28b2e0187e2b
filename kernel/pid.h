/* SPDX-License-Identifier: MIT */
/*
 * Process, thread, group and session IDs. A struct pid outlives what it names: holders of a reference
 * (tty foreground group, pidfd, /proc) never mistake a reused number for the old owner.
 */
#pragma once

#include <kernel/wait.h>
#include <lib/list.h>
#include <lib/types.h>

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
};

/* Takes the next free number (up to pid_max), one reference. -EAGAIN, -ENOMEM. */
__must_check int pid_alloc(struct pid **out);
struct pid *pid_get(struct pid *pid);
void pid_put(struct pid *pid);
struct pid *pid_find_get(int nr); /* with a reference, or NULL */

/* Iterates numbers: the first used one >= nr, with a reference, or NULL. */
struct pid *pid_next_get(int nr);

extern struct spinlock pid_lock; /* taken with _irqsave */
extern unsigned int pid_max;	 /* /proc/sys/kernel/pid_max */
