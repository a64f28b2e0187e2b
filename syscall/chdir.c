// SPDX-License-Identifier: MIT
/* chdir(2), chroot(2), getcwd(2). */
#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <fs/inode.h>
#include <kernel/cred.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/limits.h>
#include <mm/user_copy.h>
#include <syscall/at.h>
#include <syscall/define.h>

SYSCALL_DEFINE(chdir, const char *, user_name)
{
	struct path path;
	int err = at_lookup(AT_FDCWD, user_name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = inode_permission(path.dentry->inode, MAY_EXEC);
	if (!err)
		fs_set_cwd(current->fs, &path);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE(fchdir, int, fd)
{
	struct fd_ref ref = fd_borrow_path(fd);
	int err = -ENOTDIR;

	if (!ref.file)
		return -EBADF;
	if (S_ISDIR(ref.file->inode->mode))
		err = inode_permission(ref.file->inode, MAY_EXEC);
	if (!err)
		fs_set_cwd(current->fs, &ref.file->path);
	fd_done(ref);
	return err;
}

SYSCALL_DEFINE(chroot, const char *, user_name)
{
	struct path path;
	int err = at_lookup(AT_FDCWD, user_name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = inode_permission(path.dentry->inode, MAY_EXEC);
	if (!err && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (!err)
		fs_set_root(current->fs, &path);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE(getcwd, char *, user_buf, unsigned long, size)
{
	char *buf = kmalloc(PATH_MAX), *text = NULL;
	struct path root, cwd;
	long ret = -ENAMETOOLONG;

	if (!buf)
		return -ENOMEM;
	fs_get_root(current->fs, &root);
	fs_get_cwd(current->fs, &cwd);
	if (atomic_load(&cwd.dentry->flags) & DENTRY_DELETED)
		ret = -ENOENT;
	else
		text = path_to_string(&cwd, &root, buf, PATH_MAX);
	if (text) {
		ret = strlen(text) + 1;
		if ((unsigned long)ret > size)
			ret = -ERANGE;
		else if (copy_to_user(user_buf, text, ret))
			ret = -EFAULT;
	}
	path_put(&cwd);
	path_put(&root);
	kfree(buf);
	return ret;
}
