// SPDX-License-Identifier: MIT
/* man 2 wait4, waitid, getrusage. */
#include <kernel/pid.h>
#include <kernel/time.h>
#include <lib/string.h>
#include <linux/resource.h>
#include <linux/wait.h>
#include <mm/user_copy.h>
#include <process/family.h>
#include <process/pid_ns.h>
#include <process/pidfd.h>
#include <process/signal.h>
#include <process/wait.h>
#include <syscall/define.h>

static void usage_to_user(const struct rusage_ns *usage, struct rusage *out)
{
	memset(out, 0, sizeof(*out));
	out->ru_utime.tv_sec = (long)(usage->user_ns / 1000000000);
	out->ru_utime.tv_usec = (long)(usage->user_ns % 1000000000 / 1000);
	out->ru_stime.tv_sec = (long)(usage->system_ns / 1000000000);
	out->ru_stime.tv_usec = (long)(usage->system_ns % 1000000000 / 1000);
	out->ru_maxrss = (long)(usage->max_rss_pages * PAGE_SIZE / 1024);
	out->ru_minflt = (long)usage->min_faults;
	out->ru_majflt = (long)usage->maj_faults;
	out->ru_nvcsw = (long)usage->voluntary;
	out->ru_nivcsw = (long)usage->involuntary;
}

static int put_usage(const struct rusage_ns *usage, struct rusage *user_usage)
{
	struct rusage out;

	if (!user_usage)
		return 0;
	usage_to_user(usage, &out);
	return copy_to_user(user_usage, &out, sizeof(out));
}

SYSCALL_DEFINE(wait4, int, nr, int *, user_status, int, options, struct rusage *, user_usage)
{
	struct wait_request request = { .type = P_ALL };
	struct wait_result result;
	int err;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | (int)(__WNOTHREAD | __WCLONE | __WALL)))
		return -EINVAL;
	if (nr == INT_MIN)
		return -ESRCH;
	request.options = (unsigned int)options | WEXITED;
	if (nr != -1) {
		request.type = nr > 0 ? P_PID : P_PGID;
		request.pid = nr ? pid_find_vnr_get(nr > 0 ? nr : -nr) : family_own_group_get();
		if (!request.pid)
			return -ECHILD;
	}
	err = process_wait(&request, &result);
	if (request.pid)
		pid_put(request.pid);
	if (err || !result.pid)
		return err;
	if (user_status && put_user(result.wait_status, user_status))
		return -EFAULT;
	if (put_usage(&result.usage, user_usage))
		return -EFAULT;
	return result.pid;
}

static int put_info(siginfo_t *user_info, const struct wait_result *result)
{
	siginfo_t info = {};

	if (!user_info)
		return 0;
	if (result->pid) {
		info.si_signo = SIGCHLD;
		info.si_code = result->cause;
		info.si_pid = result->pid;
		info.si_uid = result->uid;
		info.si_status = result->status;
	}
	/* Linux writes these fields only. */
	if (put_user(info.si_signo, &user_info->si_signo) || put_user(info.si_errno, &user_info->si_errno) ||
		put_user(info.si_code, &user_info->si_code) || put_user(info.si_pid, &user_info->si_pid) ||
		put_user(info.si_uid, &user_info->si_uid) || put_user(info.si_status, &user_info->si_status))
		return -EFAULT;
	return 0;
}

static int waitid_target(int type, int id, struct pid **out)
{
	*out = NULL;
	switch (type) {
	case P_ALL:
		return 0;
	case P_PID:
		if (id <= 0)
			return -EINVAL;
		*out = pid_find_vnr_get(id);
		break;
	case P_PGID:
		if (id < 0)
			return -EINVAL;
		*out = id ? pid_find_vnr_get(id) : family_own_group_get();
		break;
	case P_PIDFD:
		if (id < 0)
			return -EINVAL;
		*out = pidfd_get_pid(id);
		return *out ? 0 : -EBADF;
	default:
		return -EINVAL;
	}
	return *out ? 0 : -ECHILD;
}

SYSCALL_DEFINE(waitid, int, type, int, id, siginfo_t *, user_info, int, options, struct rusage *, user_usage)
{
	struct wait_request request;
	struct wait_result result;
	int err;

	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | (int)(__WNOTHREAD | __WCLONE | __WALL)) ||
		!(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	err = waitid_target(type, id, &request.pid);
	if (err)
		return err;
	request.type = type == P_PIDFD ? P_PID : type;
	request.options = (unsigned int)options;
	err = process_wait(&request, &result);
	if (request.pid)
		pid_put(request.pid);
	if (err)
		return err;
	if (result.pid && put_usage(&result.usage, user_usage))
		return -EFAULT;
	return put_info(user_info, &result);
}

SYSCALL_DEFINE(getrusage, int, who, struct rusage *, user_usage)
{
	struct rusage_ns usage = {};
	struct rusage out;

	switch (who) {
	case RUSAGE_SELF:
		process_usage(current_process(), &usage);
		break;
	case RUSAGE_CHILDREN:
		usage = current_process()->children_usage;
		break;
	case RUSAGE_THREAD:
		usage.user_ns = time_ticks_to_ns(current->user_ticks);
		usage.system_ns = time_ticks_to_ns(current->system_ticks);
		usage.min_faults = current->min_faults;
		usage.maj_faults = current->maj_faults;
		usage.voluntary = current->voluntary_switches;
		usage.involuntary = current->involuntary_switches;
		break;
	default:
		return -EINVAL;
	}
	usage_to_user(&usage, &out);
	return copy_to_user(user_usage, &out, sizeof(out));
}
