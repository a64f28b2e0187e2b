/* SPDX-License-Identifier: MIT */
/*
 * Inside process/: the family tree of processes and the steps that fork, exit, wait and ptrace share.
 * All *_locked functions want process_lock held, interrupts off.
 */
#pragma once

#include <process/process.h>

/* Tells the parent that a child stopped, continued or ended (SIGCHLD and wake-up). why: CLD_*. */
void family_notify_parent_locked(struct process *process, int why, int status);

/* A zombie's tracer is done with it: the parent is told, or it goes at once when nobody will wait. */
void family_zombie_to_parent_locked(struct process *process);

/* A zombie is gone for good: off the lists, its numbers free, the reference of its existence dropped after unlock. */
void family_unlink_locked(struct process *process);

/* man 3 tcsetpgrp: a group without a member whose parent is in another group of the same session. ignored: as if that
 * process were not there (it is exiting). */
bool family_group_orphaned_locked(struct pid *group, const struct process *ignored);

/* The current process' group and session with a reference: either may be changed at any time. */
struct pid *family_own_group_get(void);
struct pid *family_own_session_get(void);

/* Moves a process to a group, a session. */
void family_set_group_locked(struct process *process, struct pid *group);
void family_set_session_locked(struct process *process, struct pid *session);

/* Sets parent and parent_nr; lists are the caller's. */
void family_set_parent_locked(struct process *process, struct process *parent);

/* Makes the process known: parent's child, member of group and session. */
void family_link_locked(struct process *process, struct process *parent, struct pid *group, struct pid *session);

/* Adds a thread to its process' list. The reference that thread_create() gave goes to the list. */
void family_add_thread_locked(struct process *process, struct thread *thread);

/* exec by a thread of many: kills the others, waits until they are gone and takes the process' own thread ID over.
 * -EINTR when the process is being killed itself. */
__must_check int family_become_only_thread(void);

/* The parent sleeping in vfork goes on. vfork_complete: the sleeper's own record, freed by the last of the two. */
void vfork_complete(struct vfork_wait *vfork);
void family_vfork_done(struct thread *thread);
