// SPDX-License-Identifier: MIT
/* The hook through which lower levels send signals; silent until process/signal has set it. */
#include <kernel/signal_send.h>

#include <kernel/errno.h>
#include <lib/atomic.h>

static void send_thread_none(struct thread *thread, int signo)
{
}

static int send_pid_none(struct pid *pid, int signo)
{
	return -ESRCH;
}

static struct pid *no_pid(void)
{
	return NULL;
}

static bool is_leader_none(void)
{
	return false;
}

static bool is_orphaned_none(struct pid *group)
{
	return true;
}

static bool in_session_none(struct pid *group, struct pid *session)
{
	return false;
}

static bool ignores_none(int signo)
{
	return false;
}

static const struct signal_ops no_ops = {
	.send_thread = send_thread_none,
	.send_group = send_pid_none,
	.send_process = send_pid_none,
	.current_group = no_pid,
	.current_session = no_pid,
	.current_group_get = no_pid,
	.current_session_get = no_pid,
	.current_process_pid = no_pid,
	.group_in_session = in_session_none,
	.is_session_leader = is_leader_none,
	.group_is_orphaned = is_orphaned_none,
	.ignores = ignores_none,
};

static const struct signal_ops *ops = &no_ops;

void signal_set_ops(const struct signal_ops *new_ops)
{
	atomic_store(&ops, new_ops);
}

const struct signal_ops *signal_ops(void)
{
	return atomic_load(&ops);
}
