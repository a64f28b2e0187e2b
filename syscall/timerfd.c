// SPDX-License-Identifier: MIT
/* man 2 timerfd_create, timerfd_settime, timerfd_gettime. */
#include <fs/file.h>
#include <fs/timerfd.h>
#include <kernel/cred.h>
#include <linux/fcntl.h>
#include <linux/time.h>
#include <linux/timerfd.h>
#include <process/fd_table.h>
#include <syscall/define.h>
#include <syscall/time_util.h>

SYSCALL_DEFINE(timerfd_create, int, clock, int, flags)
{
	struct file *file;
	int err;

	if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK))
		return -EINVAL;
	switch (clock) {
	case CLOCK_REALTIME_ALARM:
	case CLOCK_BOOTTIME_ALARM:
		if (!capable(CAP_WAKE_ALARM))
			return -EPERM;
		break;
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
		break;
	default:
		return -EINVAL;
	}
	err = timerfd_create_file(clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM, flags, &file);
	return err ? err : fd_install_new(file, flags & TFD_CLOEXEC);
}

static int setting_to_user(struct __kernel_itimerspec *user_spec, const struct timerfd_setting *setting)
{
	struct __kernel_itimerspec spec = { timespec_from_ns(setting->interval_ns),
		timespec_from_ns(setting->value_ns) };

	return copy_to_user(user_spec, &spec, sizeof(spec));
}

SYSCALL_DEFINE(timerfd_settime, int, fd, int, flags, const struct __kernel_itimerspec *, user_new,
	struct __kernel_itimerspec *, user_old)
{
	struct timerfd_setting setting, old;
	struct __kernel_itimerspec spec;
	struct file *file;
	int err;

	if (copy_from_user(&spec, user_new, sizeof(spec)))
		return -EFAULT;
	if (flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET) ||
	    timespec_to_ns(&spec.it_value, &setting.value_ns) ||
	    timespec_to_ns(&spec.it_interval, &setting.interval_ns))
		return -EINVAL;
	file = fd_get(fd);
	if (!file)
		return -EBADF;
	err = timerfd_set(file, flags, &setting, &old);
	file_put(file);
	if (!err && user_old)
		err = setting_to_user(user_old, &old);
	return err;
}

SYSCALL_DEFINE(timerfd_gettime, int, fd, struct __kernel_itimerspec *, user_spec)
{
	struct timerfd_setting setting;
	struct file *file = fd_get(fd);
	int err;

	if (!file)
		return -EBADF;
	err = timerfd_get(file, &setting);
	file_put(file);
	return err ? err : setting_to_user(user_spec, &setting);
}
