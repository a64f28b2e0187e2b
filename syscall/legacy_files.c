// SPDX-License-Identifier: MIT
/* Calls that newer ABIs replaced by their *at forms; x86_64 lists them in port/syscalls.h. */
#include <fs/file.h>
#include <linux/fcntl.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <linux/utime.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <syscall/define.h>
#include <syscall/open.h>

SYSCALL_DEFINE(open, const char *, user_name, int, flags, mode_t, mode)
{
	return open_at(AT_FDCWD, user_name, flags, mode);
}

SYSCALL_DEFINE(creat, const char *, user_name, mode_t, mode)
{
	return open_at(AT_FDCWD, user_name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

SYSCALL_DEFINE(dup2, int, old_fd, int, new_fd)
{
	if (old_fd == new_fd) {
		struct fd_ref ref = fd_borrow_path(old_fd);

		fd_done(ref);
		return ref.file ? new_fd : -EBADF;
	}
	return fd_dup_to(old_fd, new_fd, 0);
}

SYSCALL_DEFINE(stat, const char *, user_name, void *, user_stat)
{
	return stat_at(AT_FDCWD, user_name, user_stat, 0);
}

SYSCALL_DEFINE(lstat, const char *, user_name, void *, user_stat)
{
	return stat_at(AT_FDCWD, user_name, user_stat, AT_SYMLINK_NOFOLLOW);
}

SYSCALL_DEFINE(access, const char *, user_name, int, mode)
{
	return access_at(AT_FDCWD, user_name, mode, 0);
}

SYSCALL_DEFINE(mkdir, const char *, user_name, mode_t, mode)
{
	return mkdir_at(AT_FDCWD, user_name, mode);
}

SYSCALL_DEFINE(rmdir, const char *, user_name)
{
	return unlink_at(AT_FDCWD, user_name, AT_REMOVEDIR);
}

SYSCALL_DEFINE(mknod, const char *, user_name, mode_t, mode, unsigned int, dev)
{
	return mknod_at(AT_FDCWD, user_name, mode, dev);
}

SYSCALL_DEFINE(unlink, const char *, user_name)
{
	return unlink_at(AT_FDCWD, user_name, 0);
}

SYSCALL_DEFINE(symlink, const char *, user_target, const char *, user_name)
{
	return symlink_at(user_target, AT_FDCWD, user_name);
}

SYSCALL_DEFINE(link, const char *, user_old, const char *, user_new)
{
	return link_at(AT_FDCWD, user_old, AT_FDCWD, user_new, 0);
}

SYSCALL_DEFINE(rename, const char *, user_old, const char *, user_new)
{
	return rename_at(AT_FDCWD, user_old, AT_FDCWD, user_new, 0);
}

SYSCALL_DEFINE(readlink, const char *, user_name, char *, user_buf, int, size)
{
	return readlink_at(AT_FDCWD, user_name, user_buf, size);
}

SYSCALL_DEFINE(chmod, const char *, user_name, mode_t, mode)
{
	return chmod_at(AT_FDCWD, user_name, mode, 0);
}

SYSCALL_DEFINE(chown, const char *, user_name, uint32_t, uid, uint32_t, gid)
{
	return chown_at(AT_FDCWD, user_name, uid, gid, 0);
}

SYSCALL_DEFINE(lchown, const char *, user_name, uint32_t, uid, uint32_t, gid)
{
	return chown_at(AT_FDCWD, user_name, uid, gid, AT_SYMLINK_NOFOLLOW);
}

SYSCALL_DEFINE(utime, const char *, user_name, const struct utimbuf *, user_times)
{
	struct __kernel_timespec times[2] = {};
	struct utimbuf buf;

	if (!user_times)
		return utimes_at(AT_FDCWD, user_name, NULL, 0);
	if (get_user(&buf, user_times))
		return -EFAULT;
	times[0].tv_sec = buf.actime;
	times[1].tv_sec = buf.modtime;
	return utimes_at(AT_FDCWD, user_name, times, 0);
}

static long utimes_of_timeval(int dirfd, const char *user_name, const struct timeval *user_times)
{
	struct __kernel_timespec times[2];
	struct timeval values[2];

	if (!user_times)
		return utimes_at(dirfd, user_name, NULL, 0);
	if (copy_from_user(values, user_times, sizeof(values)))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		if (values[i].tv_usec < 0 || values[i].tv_usec >= 1000000)
			return -EINVAL;
		times[i].tv_sec = values[i].tv_sec;
		times[i].tv_nsec = values[i].tv_usec * 1000;
	}
	return utimes_at(dirfd, user_name, times, 0);
}

SYSCALL_DEFINE(utimes, const char *, user_name, const struct timeval *, user_times)
{
	return utimes_of_timeval(AT_FDCWD, user_name, user_times);
}

SYSCALL_DEFINE(futimesat, int, dirfd, const char *, user_name, const struct timeval *, user_times)
{
	return utimes_of_timeval(dirfd, user_name, user_times);
}
