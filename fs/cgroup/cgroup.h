/* SPDX-License-Identifier: MIT */
/* Control groups as processes see them (man 7 cgroups). */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct pid;
struct seq;

/* The lines of /proc/PID/cgroup. May sleep. */
void cgroup_show_process(struct seq *seq, const struct pid *process);

/* A new process is where its parent is. May sleep. Next to nothing while nobody was ever moved. */
extern unsigned int cgroup_nr_members; /* atomic: processes that are in no root */
void cgroup_fork_slow(const struct pid *parent, struct pid *child);
static inline void cgroup_fork(const struct pid *parent, struct pid *child)
{
	if (unlikely(__atomic_load_n(&cgroup_nr_members, __ATOMIC_RELAXED)))
		cgroup_fork_slow(parent, child);
}
