// SPDX-License-Identifier: MIT
/* man 2 timer_create and its family, setitimer, alarm. */
#include <kernel/pid.h>
#include <kernel/thread.h>
#include <linux/time.h>
#include <process/posix_timer.h>
#include <process/process.h>
#include <syscall/define.h>
#include <syscall/time_util.h>

/* sigevent as the kernel ABI has it; SIGEV_THREAD is the C library's business and means a signal here. */
static int decode_sigevent(const struct sigevent *event, struct posix_timer_request *request)
{
	struct thread *thread;

	request->notify = event->sigev_notify;
	request->signo = event->sigev_signo;
	request->value = event->sigev_value;
	if (event->sigev_notify == SIGEV_NONE)
		return 0;
	if (event->sigev_notify & ~(SIGEV_THREAD | SIGEV_THREAD_ID) || event->sigev_signo < 1 ||
	    event->sigev_signo > KERNEL_NSIG)
		return -EINVAL;
	if (!(event->sigev_notify & SIGEV_THREAD_ID)) {
		request->notify = SIGEV_SIGNAL;
		return 0;
	}
	request->notify = SIGEV_THREAD_ID;
	thread = thread_find_get(event->_sigev_un._tid);
	if (!thread)
		return -EINVAL;
	if (thread->process == current->process)
		request->target = pid_get(thread->pid);
	thread_put(thread);
	return request->target ? 0 : -EINVAL;
}

SYSCALL_DEFINE(timer_create, clockid_t, clock, const struct sigevent *, user_event, int *, user_id)
{
	struct posix_timer_request request = { .clock = clock };
	struct sigevent event;
	int id, err;

	if (user_event) {
		if (copy_from_user(&event, user_event, sizeof(event)))
			return -EFAULT;
		err = decode_sigevent(&event, &request);
		if (err)
			return err;
	}
	err = posix_timer_create(&request, &id);
	if (err)
		return err;
	if (put_user(id, user_id)) {
		(void)posix_timer_delete(id);
		return -EFAULT;
	}
	return 0;
}

SYSCALL_DEFINE(timer_delete, int, id)
{
	return posix_timer_delete(id);
}

static int setting_from_user(const struct __kernel_itimerspec *user_spec, struct timer_setting *setting)
{
	struct __kernel_itimerspec spec;

	if (copy_from_user(&spec, user_spec, sizeof(spec)))
		return -EFAULT;
	if (timespec_to_ns(&spec.it_interval, &setting->interval_ns) ||
	    timespec_to_ns(&spec.it_value, &setting->value_ns))
		return -EINVAL;
	return 0;
}

static int setting_to_user(struct __kernel_itimerspec *user_spec, const struct timer_setting *setting)
{
	struct __kernel_itimerspec spec = { timespec_from_ns(setting->interval_ns),
		timespec_from_ns(setting->value_ns) };

	return copy_to_user(user_spec, &spec, sizeof(spec));
}

SYSCALL_DEFINE(timer_settime, int, id, int, flags, const struct __kernel_itimerspec *, user_new,
	struct __kernel_itimerspec *, user_old)
{
	struct timer_setting setting, old;
	int err;

	if (!user_new)
		return -EINVAL;
	err = setting_from_user(user_new, &setting);
	if (!err && id < 0)
		err = -EINVAL;
	if (!err)
		err = posix_timer_set(id, flags & TIMER_ABSTIME, &setting, &old);
	if (!err && user_old)
		err = setting_to_user(user_old, &old);
	return err;
}

SYSCALL_DEFINE(timer_gettime, int, id, struct __kernel_itimerspec *, user_spec)
{
	struct timer_setting setting;
	int err = id < 0 ? -EINVAL : posix_timer_get(id, &setting);

	return err ? err : setting_to_user(user_spec, &setting);
}

SYSCALL_DEFINE(timer_getoverrun, int, id)
{
	return id < 0 ? -EINVAL : posix_timer_overrun(id);
}

static int itimerval_to_user(struct __kernel_old_itimerval *user_value, const struct timer_setting *setting)
{
	struct __kernel_old_itimerval value = { timeval_from_ns(setting->interval_ns),
		/* a running timer never reads as 0 */
		timeval_from_ns(setting->value_ns + (setting->value_ns ? NSEC_PER_USEC - 1 : 0)) };

	return copy_to_user(user_value, &value, sizeof(value));
}

SYSCALL_DEFINE(setitimer, int, which, const struct __kernel_old_itimerval *, user_new,
	struct __kernel_old_itimerval *, user_old)
{
	struct timer_setting setting = { 0 }, old;
	struct __kernel_old_itimerval value;
	int err;

	if (user_new) {
		if (copy_from_user(&value, user_new, sizeof(value)))
			return -EFAULT;
		if (timeval_to_ns(&value.it_interval, &setting.interval_ns) ||
		    timeval_to_ns(&value.it_value, &setting.value_ns))
			return -EINVAL;
	}
	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	err = itimer_set(which, &setting, &old);
	if (!err && user_old)
		err = itimerval_to_user(user_old, &old);
	return err;
}

SYSCALL_DEFINE(getitimer, int, which, struct __kernel_old_itimerval *, user_value)
{
	struct timer_setting setting;
	int err;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	err = itimer_get(which, &setting);
	return err ? err : itimerval_to_user(user_value, &setting);
}

SYSCALL_DEFINE(alarm, unsigned int, seconds)
{
	struct timer_setting setting = { .value_ns = seconds * NSEC_PER_SEC }, old = { 0 };
	int err = itimer_set(ITIMER_REAL, &setting, &old);
	uint64_t left;

	if (err)
		return 0;
	/* Rounded to the nearest second, but not to 0 while it runs. */
	left = (old.value_ns + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
	return old.value_ns && !left ? 1 : (long)left;
}
