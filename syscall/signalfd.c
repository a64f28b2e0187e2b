// SPDX-License-Identifier: MIT
/* man 2 signalfd. */
#include <fs/file.h>
#include <linux/fcntl.h>
#include <linux/signalfd.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <process/signalfd.h>
#include <syscall/define.h>

static long do_signalfd(int fd, const sigmask_t *user_mask, size_t mask_size, int flags)
{
	struct file *file;
	sigmask_t mask;
	int err;

	if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK) || mask_size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, user_mask, sizeof(mask)))
		return -EFAULT;
	mask &= ~SIGMASK_UNBLOCKABLE;
	if (fd == -1) {
		err = signalfd_create(mask, flags, &file);
		return err ? err : fd_install_new(file, flags & SFD_CLOEXEC);
	}
	file = fd_get(fd);
	if (!file)
		return -EBADF;
	err = signalfd_set_mask(file, mask);
	file_put(file);
	return err ? err : fd;
}

SYSCALL_DEFINE(signalfd4, int, fd, const sigmask_t *, user_mask, size_t, mask_size, int, flags)
{
	return do_signalfd(fd, user_mask, mask_size, flags);
}

SYSCALL_DEFINE(signalfd, int, fd, const sigmask_t *, user_mask, size_t, mask_size)
{
	return do_signalfd(fd, user_mask, mask_size, 0);
}
