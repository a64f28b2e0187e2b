/* SPDX-License-Identifier: MIT */
/*
 * Sending signals from below: ttys, pipes and timers signal threads and groups, but processes live two
 * levels up. process/signal registers its functions here.
 */
#pragma once

#include <lib/types.h>

struct pid;
struct thread;

struct signal_ops {
	/* Any context. */
	void (*send_thread)(struct thread *thread, int signo);
	int (*send_group)(struct pid *group, int signo);   /* 0, -ESRCH */
	int (*send_process)(struct pid *process, int signo);

	/* Job control, for the current thread: man 3 tcsetpgrp, 4 tty_ioctl. */
	struct pid *(*current_group)(void);		   /* to compare with only: it may change at any time */
	struct pid *(*current_session)(void);
	struct pid *(*current_group_get)(void);		   /* with a reference; not in a kernel thread */
	struct pid *(*current_session_get)(void);
	/* Numbers as the current thread's PID namespace has them: 0 for a pid that is not visible there, NULL for none. */
	int (*pid_to_user)(const struct pid *pid);
	struct pid *(*pid_from_user)(int nr); /* with a reference, or NULL */
	struct pid *(*current_process_pid)(void);	   /* borrowed; NULL in a kernel thread */
	bool (*is_session_leader)(void);
	bool (*group_is_orphaned)(struct pid *group);
	bool (*group_in_session)(struct pid *group, struct pid *session); /* some process of it is */
	bool (*ignores)(int signo);			   /* ignored or blocked by the current thread */
};

void signal_set_ops(const struct signal_ops *ops);
const struct signal_ops *signal_ops(void);
