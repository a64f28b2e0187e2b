// SPDX-License-Identifier: MIT
/* man 7 epoll, 2 eventfd. */
#include <fs/epoll.h>
#include <fs/eventfd.h>
#include <fs/file.h>
#include <linux/eventfd.h>
#include <linux/fcntl.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <process/signal.h>
#include <syscall/define.h>
#include <syscall/time_util.h>

#define EPOLL_MAX_EVENTS (INT32_MAX / (int)sizeof(struct epoll_event))

static long create(int flags)
{
	struct file *file;
	int err;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	err = epoll_create_file(&file);
	return err ? err : fd_install_new(file, flags & EPOLL_CLOEXEC);
}

SYSCALL_DEFINE(epoll_create1, int, flags)
{
	return create(flags);
}

SYSCALL_DEFINE(epoll_create, int, size)
{
	return size <= 0 ? -EINVAL : create(0);
}

SYSCALL_DEFINE(epoll_ctl, int, epfd, int, op, int, fd, const struct epoll_event *, user_event)
{
	struct epoll_event event;
	struct file *epoll, *file;
	int err = -EBADF;

	if (op != EPOLL_CTL_DEL && copy_from_user(&event, user_event, sizeof(event)))
		return -EFAULT;
	epoll = fd_get(epfd);
	if (!epoll)
		return -EBADF;
	file = fd_get(fd);
	if (!file)
		goto out_put_epoll;
	err = epoll_control(epoll, op, fd, file, op == EPOLL_CTL_DEL ? NULL : &event);
	file_put(file);
out_put_epoll:
	file_put(epoll);
	return err;
}

static long do_wait(int epfd, struct epoll_event *user_events, int max, uint64_t deadline_ns)
{
	struct fd_ref epoll;
	long ret = -EINVAL;

	if (max <= 0 || max > EPOLL_MAX_EVENTS)
		return -EINVAL;
	if (!user_range_ok(user_events, (size_t)max * sizeof(*user_events)))
		return -EFAULT;
	epoll = fd_borrow(epfd);
	if (!epoll.file)
		return -EBADF;
	if (file_is_epoll(epoll.file))
		ret = epoll_wait_events(epoll.file, user_events, max, deadline_ns);
	fd_done(epoll);
	return ret;
}

static uint64_t deadline_of_ms(int timeout_ms)
{
	if (timeout_ms <= 0)
		return timeout_ms < 0 ? UINT64_MAX : 0;
	return deadline_after_ns((uint64_t)timeout_ms * NSEC_PER_MSEC);
}

SYSCALL_DEFINE(epoll_wait, int, epfd, struct epoll_event *, user_events, int, max, int, timeout_ms)
{
	return do_wait(epfd, user_events, max, deadline_of_ms(timeout_ms));
}

SYSCALL_DEFINE(epoll_pwait, int, epfd, struct epoll_event *, user_events, int, max, int, timeout_ms,
	const void *, user_mask, size_t, mask_size)
{
	int err = user_mask ? signal_set_temporary_mask(user_mask, mask_size) : 0;

	return err ? err : do_wait(epfd, user_events, max, deadline_of_ms(timeout_ms));
}

SYSCALL_DEFINE(epoll_pwait2, int, epfd, struct epoll_event *, user_events, int, max,
	const struct __kernel_timespec *, user_timeout, const void *, user_mask, size_t, mask_size)
{
	uint64_t deadline_ns = UINT64_MAX, ns;
	int err;

	if (user_timeout) {
		err = timespec_from_user(user_timeout, &ns);
		if (err)
			return err;
		deadline_ns = ns ? deadline_after_ns(ns) : 0;
	}
	err = user_mask ? signal_set_temporary_mask(user_mask, mask_size) : 0;
	return err ? err : do_wait(epfd, user_events, max, deadline_ns);
}

static long do_eventfd(unsigned int count, int flags)
{
	struct file *file;
	int err;

	if (flags & ~(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
		return -EINVAL;
	err = eventfd_create(count, flags, &file);
	return err ? err : fd_install_new(file, flags & EFD_CLOEXEC);
}

SYSCALL_DEFINE(eventfd2, unsigned int, count, int, flags)
{
	return do_eventfd(count, flags);
}

SYSCALL_DEFINE(eventfd, unsigned int, count)
{
	return do_eventfd(count, 0);
}
