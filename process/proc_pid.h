/* SPDX-License-Identifier: MIT */
/* Inside process/: what the files of /proc/PID share. */
#pragma once

#include <fs/proc/proc_pid.h>
#include <lib/types.h>

struct process;
struct thread;
struct vm_space;

/* The thread a file speaks of (the process' first one, if it is about the process), with a reference; NULL: gone. */
struct thread *subject_thread_get(const struct proc_subject *subject);
/* The process, with a reference; NULL: gone. A zombie has one and no thread. */
struct process *subject_process_get(const struct proc_subject *subject);
/* Its memory, with a reference. NULL: it has none. */
struct vm_space *subject_vm_get(const struct proc_subject *subject);
/* The same for what only those who may trace see: 0, -EACCES, -ESRCH; *out may be NULL. */
int subject_vm_get_checked(const struct proc_subject *subject, struct vm_space **out);

/* 'R', 'S', 'D', 'T', 't', 'Z', 'X' and Linux's word for it. */
char subject_state(const struct process *process, const struct thread *thread, const char **word);
