// SPDX-License-Identifier: MIT
/* man 7 inotify. */
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/inotify.h>
#include <fs/path.h>
#include <linux/fcntl.h>
#include <linux/inotify.h>
#include <process/fd_table.h>
#include <syscall/define.h>

#define ALL_BITS (IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ONLYDIR | IN_DONT_FOLLOW | \
	IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD | IN_ISDIR | IN_ONESHOT)

static long init(int flags)
{
	struct file *file;
	int err;

	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	err = inotify_create_file(flags, &file);
	return err ? err : fd_install_new(file, flags & IN_CLOEXEC);
}

SYSCALL_DEFINE(inotify_init1, int, flags)
{
	return init(flags);
}

SYSCALL_DEFINE(inotify_init)
{
	return init(0);
}

static int watch_path(struct file *file, const char *user_name, uint32_t mask)
{
	unsigned int lookup = mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path path;
	char *name;
	int err = path_name_from_user(user_name, &name);

	if (err)
		return err;
	if (mask & IN_ONLYDIR)
		lookup |= LOOKUP_DIRECTORY;
	err = path_lookup(NULL, name, lookup, &path);
	path_name_free(name);
	if (err)
		return err;
	err = inode_permission(path.dentry->inode, MAY_READ);
	if (!err)
		err = inotify_add(file, path.dentry->inode, mask);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE(inotify_add_watch, int, fd, const char *, user_name, uint32_t, mask)
{
	struct file *file;
	int ret = -EINVAL;

	if (mask & ~ALL_BITS || !(mask & ALL_BITS))
		return -EINVAL;
	file = fd_get(fd);
	if (!file)
		return -EBADF;
	if (file_is_inotify(file) && (mask & (IN_MASK_ADD | IN_MASK_CREATE)) != (IN_MASK_ADD | IN_MASK_CREATE))
		ret = watch_path(file, user_name, mask);
	file_put(file);
	return ret;
}

SYSCALL_DEFINE(inotify_rm_watch, int, fd, int, wd)
{
	struct file *file = fd_get(fd);
	int ret = -EINVAL;

	if (!file)
		return -EBADF;
	if (file_is_inotify(file))
		ret = inotify_remove(file, wd);
	file_put(file);
	return ret;
}
