/* SPDX-License-Identifier: MIT */
/*
 * PID namespaces (man 7 pid_namespaces): every pid has a number in its own namespace and in each one above.
 * System calls speak in the current thread's numbers: pid_vnr() out, pid_find_vnr_get() in.
 */
#pragma once

#include <kernel/pid.h>
#include <lib/compiler.h>
#include <lib/types.h>

/* The number of pid as the current thread's namespace counts; 0: not visible there (or NULL). */
int pid_vnr(const struct pid *pid);

struct pid_namespace;

/* The namespace that a pid was made in, and its number in any; 0: not visible there. */
struct pid_namespace *pid_ns_of(const struct pid *pid);
int pid_nr_in(const struct pid *pid, const struct pid_namespace *ns);

/* The pid behind a number of the current thread's namespace, with a reference, or NULL. */
struct pid *pid_find_vnr_get(int nr);

/* clone: a new pid in the namespace that the children of the current thread live in, with the numbers of set_tid. */
struct clone_request;
__must_check int pid_alloc_for_child(const struct clone_request *request, struct pid **out);
