// SPDX-License-Identifier: MIT
/* Extended attributes (man 7 xattr). */
#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/notify.h>
#include <kernel/cred.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/xattr.h>
#include <mm/user_copy.h>
#include <syscall/at.h>
#include <syscall/define.h>

enum { NOFOLLOW = 0, FOLLOW = LOOKUP_FOLLOW };

/* Who may use which namespace of names: 0, or what Linux answers. */
static int check_name(const struct path *path, const char *name, bool write)
{
	struct inode *inode = path->dentry->inode;

	if (write && mount_is_readonly(path->mount))
		return -EROFS;
	if (str_starts_with(name, XATTR_TRUSTED_PREFIX)) {
		if (capable(CAP_SYS_ADMIN))
			return 0;
		return write ? -EPERM : -ENODATA;
	}
	if (str_starts_with(name, XATTR_SECURITY_PREFIX))
		return !write || capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	if (!str_starts_with(name, XATTR_USER_PREFIX))
		return -EOPNOTSUPP;
	if (!S_ISREG(inode->mode) && !S_ISDIR(inode->mode))
		return write ? -EPERM : -ENODATA;
	if (write && S_ISDIR(inode->mode) && inode->mode & S_ISVTX && !inode_owner_or_capable(inode))
		return -EPERM;
	return inode_permission(inode, write ? MAY_WRITE : MAY_READ);
}

/* "user." and the like alone name nothing. */
static int copy_name(const char *user_name, char *name)
{
	long len = strncpy_from_user(name, user_name, XATTR_NAME_MAX + 1);

	if (len == -ENAMETOOLONG || len == 0)
		return -ERANGE;
	return len < 0 ? len : 0;
}

static ssize_t get_value(const struct path *path, const char *name, void *user_value, size_t size)
{
	struct inode *inode = path->dentry->inode;
	void *value = NULL;
	ssize_t ret = check_name(path, name, false);

	if (ret)
		return ret;
	if (!inode->ops || !inode->ops->getxattr)
		return -EOPNOTSUPP;
	size = min(size, (size_t)XATTR_SIZE_MAX);
	if (size) {
		value = kmalloc(size);
		if (!value)
			return -ENOMEM;
	}
	rwsem_read_lock(&inode->lock);
	ret = inode->ops->getxattr(inode, name, value, size);
	rwsem_read_unlock(&inode->lock);
	if (ret > 0 && size && copy_to_user(user_value, value, ret))
		ret = -EFAULT;
	kfree(value);
	return ret;
}

static int set_value(const struct path *path, const char *name, const void *value, size_t size, int flags)
{
	struct inode *inode = path->dentry->inode;
	int err = check_name(path, name, true);

	if (err)
		return err;
	if (!inode->ops || !inode->ops->setxattr)
		return -EOPNOTSUPP;
	rwsem_write_lock(&inode->lock);
	err = inode->ops->setxattr(inode, name, value, size, flags);
	if (!err)
		inode_touch(inode, ATTR_CTIME);
	rwsem_write_unlock(&inode->lock);
	if (!err)
		notify_dentry(path->dentry, IN_ATTRIB);
	return err;
}

static ssize_t list_names(const struct path *path, char *user_list, size_t size)
{
	struct inode *inode = path->dentry->inode;
	char *list = NULL;
	ssize_t ret;

	if (!inode->ops || !inode->ops->listxattr)
		return -EOPNOTSUPP;
	size = min(size, (size_t)XATTR_LIST_MAX);
	if (size) {
		list = kmalloc(size);
		if (!list)
			return -ENOMEM;
	}
	rwsem_read_lock(&inode->lock);
	ret = inode->ops->listxattr(inode, list, size);
	rwsem_read_unlock(&inode->lock);
	if (ret > 0 && size && copy_to_user(user_list, list, ret))
		ret = -EFAULT;
	kfree(list);
	return ret;
}

/* What the calls work on: a name, or a descriptor. */
static int place_of_fd(int fd, struct path *out)
{
	struct fd_ref ref = fd_borrow(fd);

	if (!ref.file)
		return -EBADF;
	*out = ref.file->path;
	path_get(out);
	fd_done(ref);
	return 0;
}

static long do_get(int err, struct path *path, const char *user_name, void *user_value, size_t size)
{
	char name[XATTR_NAME_MAX + 1];
	long ret = err;

	if (err)
		return err;
	ret = copy_name(user_name, name);
	if (!ret)
		ret = get_value(path, name, user_value, size);
	path_put(path);
	return ret;
}

static long do_set(int err, struct path *path, const char *user_name, const void *user_value, size_t size, int flags)
{
	char name[XATTR_NAME_MAX + 1];
	void *value = NULL;

	if (err)
		return err;
	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		err = -EINVAL;
	if (!err)
		err = copy_name(user_name, name);
	if (!err && size > XATTR_SIZE_MAX)
		err = -E2BIG;
	if (!err) {
		value = kmalloc(size + 1);
		if (!value)
			err = -ENOMEM;
		else if (copy_from_user(value, user_value, size))
			err = -EFAULT;
	}
	if (!err)
		err = set_value(path, name, value, size, flags);
	kfree(value);
	path_put(path);
	return err;
}

static long do_list(int err, struct path *path, char *user_list, size_t size)
{
	long ret;

	if (err)
		return err;
	ret = list_names(path, user_list, size);
	path_put(path);
	return ret;
}

static long do_remove(int err, struct path *path, const char *user_name)
{
	char name[XATTR_NAME_MAX + 1];

	if (err)
		return err;
	err = copy_name(user_name, name);
	if (!err)
		err = set_value(path, name, NULL, 0, 0);
	path_put(path);
	return err;
}

#define XATTR_CALLS(prefix, first_type, place)                                                     \
	SYSCALL_DEFINE(prefix##getxattr, first_type, where, const char *, user_name, void *, user_value, size_t, size) \
	{                                                                                          \
		struct path path;                                                                  \
		return do_get(place, &path, user_name, user_value, size);                          \
	}                                                                                          \
	SYSCALL_DEFINE(prefix##setxattr, first_type, where, const char *, user_name, const void *, user_value, size_t, size, int, flags) \
	{                                                                                          \
		struct path path;                                                                  \
		return do_set(place, &path, user_name, user_value, size, flags);                   \
	}                                                                                          \
	SYSCALL_DEFINE(prefix##listxattr, first_type, where, char *, user_list, size_t, size)      \
	{                                                                                          \
		struct path path;                                                                  \
		return do_list(place, &path, user_list, size);                                     \
	}                                                                                          \
	SYSCALL_DEFINE(prefix##removexattr, first_type, where, const char *, user_name)            \
	{                                                                                          \
		struct path path;                                                                  \
		return do_remove(place, &path, user_name);                                         \
	}

XATTR_CALLS(, const char *, at_lookup(AT_FDCWD, where, FOLLOW, &path))
XATTR_CALLS(l, const char *, at_lookup(AT_FDCWD, where, NOFOLLOW, &path))
XATTR_CALLS(f, int, place_of_fd(where, &path))
