/* SPDX-License-Identifier: MIT */
/* What happens when a program touches memory and there is none. */
#pragma once

#include <lib/types.h>

/*
 * Kills the process that holds the most anonymous memory (never init; oom_score_adj counts as on Linux, man 5
 * proc_pid_oom_score_adj) and waits a moment. True: try again; false: it was the current process, which goes on only to
 * die. Thread context, no spinlock held.
 */
bool oom_make_room(void);
