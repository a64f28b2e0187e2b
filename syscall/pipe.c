// SPDX-License-Identifier: MIT
/* man 2 pipe. */
#include <fs/file.h>
#include <fs/pipe.h>
#include <linux/fcntl.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <syscall/define.h>

static long do_pipe(int *user_fds, int flags)
{
	struct file *files[2];
	int fds[2], err;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	err = pipe_create(flags, files);
	if (err)
		return err;
	err = fds[0] = fd_reserve(0, flags & O_CLOEXEC);
	if (err < 0)
		goto err_put_files;
	err = fds[1] = fd_reserve(0, flags & O_CLOEXEC);
	if (err < 0)
		goto err_cancel_first;
	err = copy_to_user(user_fds, fds, sizeof(fds));
	if (err)
		goto err_cancel_both;
	fd_install(fds[0], files[0]);
	fd_install(fds[1], files[1]);
	return 0;

err_cancel_both:
	fd_cancel(fds[1]);
err_cancel_first:
	fd_cancel(fds[0]);
err_put_files:
	file_put(files[0]);
	file_put(files[1]);
	return err;
}

SYSCALL_DEFINE(pipe2, int *, user_fds, int, flags)
{
	return do_pipe(user_fds, flags);
}

SYSCALL_DEFINE(pipe, int *, user_fds)
{
	return do_pipe(user_fds, 0);
}
