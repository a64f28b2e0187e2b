// SPDX-License-Identifier: MIT
/* open(2), openat2(2), close(2), dup(2), close_range(2). */
#include <fs/file.h>
#include <fs/fs_context.h>
#include <kernel/thread.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <syscall/at.h>
#include <syscall/define.h>
#include <syscall/open.h>

#define OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | \
	FASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | O_TMPFILE)

static int check_flags(int *flags)
{
	if (*flags & O_PATH)
		*flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (*flags & (O_TMPFILE & ~O_DIRECTORY)) {
		if ((*flags & O_TMPFILE) != O_TMPFILE || (*flags & O_ACCMODE) == O_RDONLY)
			return -EINVAL;
		if (*flags & O_CREAT)
			return -EINVAL;
	}
	return 0;
}

static long open_checked(int dirfd, const char *user_name, int flags, mode_t mode, unsigned int lookup_flags)
{
	struct path_name name;
	struct at_base at;
	struct file *file;
	int fd, err = check_flags(&flags);

	if (!err)
		err = path_name_get(&name, user_name);
	if (err)
		return err;
	err = fd = fd_reserve(0, flags & O_CLOEXEC);
	if (fd < 0)
		goto put_name;
	/* With RESOLVE_IN_ROOT an absolute name starts from the descriptor as well. */
	err = at_begin(&at, dirfd, lookup_flags & LOOKUP_IN_ROOT ? "" : name.name);
	if (err)
		goto err_cancel;
	err = file_open(at.base, name.name, flags, mode, lookup_flags, &file);
	at_end(&at);
	if (err)
		goto err_cancel;
	fd_install(fd, file);
	path_name_put(&name);
	return fd;

err_cancel:
	fd_cancel(fd);
put_name:
	path_name_put(&name);
	return err;
}

long open_at(int dirfd, const char *user_name, int flags, mode_t mode)
{
	flags = (flags & OPEN_FLAGS) | O_LARGEFILE;
	if (flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)))
		mode = mode & 07777 & ~current->fs->umask;
	return open_checked(dirfd, user_name, flags, mode, 0);
}

SYSCALL_DEFINE(openat, int, dirfd, const char *, user_name, int, flags, mode_t, mode)
{
	return open_at(dirfd, user_name, flags, mode);
}

static const struct {
	uint64_t resolve;
	unsigned int lookup;
} resolve_flags[] = {
	{ RESOLVE_NO_XDEV, LOOKUP_NO_XDEV },
	{ RESOLVE_NO_MAGICLINKS, LOOKUP_NO_MAGICLINKS },
	{ RESOLVE_NO_SYMLINKS, LOOKUP_NO_SYMLINKS | LOOKUP_NO_MAGICLINKS },
	{ RESOLVE_BENEATH, LOOKUP_BENEATH },
	{ RESOLVE_IN_ROOT, LOOKUP_IN_ROOT },
};

SYSCALL_DEFINE(openat2, int, dirfd, const char *, user_name, const void *, user_how, size_t, size)
{
	struct open_how how = {};
	unsigned int lookup_flags = 0;
	int err;

	if (size < sizeof(how)) /* the first version there was */
		return -EINVAL;
	err = copy_struct_from_user(&how, sizeof(how), user_how, size);
	if (err)
		return err;
	if (how.flags & ~(uint64_t)OPEN_FLAGS || how.mode & ~07777ULL)
		return -EINVAL;
	if (how.mode && !(how.flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))))
		return -EINVAL;
	if (how.flags & O_PATH && how.flags & ~(uint64_t)(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
		return -EINVAL;
	if ((how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(resolve_flags); i++) {
		if (how.resolve & resolve_flags[i].resolve)
			lookup_flags |= resolve_flags[i].lookup;
		how.resolve &= ~resolve_flags[i].resolve;
	}
	if (how.resolve == RESOLVE_CACHED)
		return -EAGAIN; /* the caller's answer to it is to ask again without */
	if (how.resolve)
		return -EINVAL;
	return open_checked(dirfd, user_name, how.flags | O_LARGEFILE, how.mode & ~current->fs->umask, lookup_flags);
}

SYSCALL_DEFINE(close, int, fd)
{
	int err = fd_close(fd);

	/* The descriptor is gone: a restart would close another's (man 2 close). */
	if (err == -ERESTARTSYS || err == -ERESTARTNOINTR || err == -ERESTARTNOHAND || err == -ERESTART_RESTARTBLOCK)
		return -EINTR;
	return err;
}

SYSCALL_DEFINE(close_range, unsigned int, first, unsigned int, last, unsigned int, flags)
{
	return fd_close_range(first, last, flags);
}

SYSCALL_DEFINE(dup, int, old_fd)
{
	struct file *file = fd_get_path(old_fd);

	return file ? fd_install_new(file, false) : -EBADF;
}

SYSCALL_DEFINE(dup3, int, old_fd, int, new_fd, int, flags)
{
	if (flags & ~O_CLOEXEC)
		return -EINVAL;
	return fd_dup_to(old_fd, new_fd, flags);
}
