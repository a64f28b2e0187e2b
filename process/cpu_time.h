/* SPDX-License-Identifier: MIT */
/* How much CPU time a process used: its threads that ended, and those that live. Any context. */
#pragma once

#include <lib/types.h>

struct process;

struct process_times {
	uint64_t user_ns, system_ns;
};

/* getrusage, times: up to now. Takes process_lock. */
void process_get_times(struct process *process, struct process_times *times);

/* The sum, up to now: CLOCK_PROCESS_CPUTIME_ID. Takes process_lock. */
uint64_t process_cpu_ns(struct process *process);
