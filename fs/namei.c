// SPDX-License-Identifier: MIT
/* Making, removing and renaming names: mkdir(2) and its kin, without the user copies. */
#include <fs/path.h>

#include <fs/device_node.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/namei.h>
#include <fs/notify.h>
#include <fs/path_walk.h>
#include <fs/super_block.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <mm/user_copy.h>

int path_name_from_user(const char *user_name, char **out)
{
	char *name = kmalloc(PATH_MAX);
	long len;

	if (!name)
		return -ENOMEM;
	len = strncpy_from_user(name, user_name, PATH_MAX);
	if (len < 0) {
		kfree(name);
		return len;
	}
	*out = name;
	return 0;
}

void path_name_free(char *name)
{
	kfree(name);
}

int path_name_get(struct path_name *name, const char *user_name)
{
	long len = strncpy_from_user(name->small, user_name, sizeof(name->small));

	name->name = name->small;
	if (likely(len >= 0))
		return 0;
	return len == -ENAMETOOLONG ? path_name_from_user(user_name, &name->name) : len;
}

/* --- a new name ------------------------------------------------------------------------------------- */

int namei_may_create(const struct path *parent)
{
	struct inode *dir = parent->dentry->inode;

	if (mount_is_readonly(parent->mount))
		return -EROFS;
	if (!dir->nlink)
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

/* The directory, locked, and a negative child in it; create_end() gives all back. */
static int create_begin(const struct path *base, const char *name, bool is_dir, struct path *parent, struct dentry **child)
{
	struct path_last last;
	struct inode *dir;
	int err = path_lookup_parent(base, name, 0, parent, &last);

	if (err)
		return err;
	dir = parent->dentry->inode;
	rwsem_write_lock(&dir->lock);
	err = -EEXIST;
	if (last.is_dots)
		goto unlock;
	err = last.len > NAME_MAX ? -ENAMETOOLONG : walk_lookup_child_locked(parent->dentry, last.name, last.len, child);
	if (err)
		goto unlock;
	err = -EEXIST;
	if ((*child)->inode)
		goto put_child;
	err = -ENOENT;
	if (last.trailing_slash && !is_dir)
		goto put_child;
	err = namei_may_create(parent);
	if (!err)
		return 0;

put_child:
	dentry_put(*child);
unlock:
	rwsem_write_unlock(&dir->lock);
	path_put(parent);
	return err;
}

static int create_end(const struct path *parent, struct dentry *child, int err)
{
	if (!err)
		dentry_hash(child);
	rwsem_write_unlock(&parent->dentry->inode->lock);
	if (!err)
		notify_dir(parent->dentry->inode, IN_CREATE, 0, child);
	dentry_put(child);
	path_put(parent);
	return err;
}

int vfs_mkdir(const struct path *base, const char *name, mode_t mode)
{
	struct path parent;
	struct dentry *child;
	struct inode *dir;
	int err = create_begin(base, name, true, &parent, &child);

	if (err)
		return err;
	dir = parent.dentry->inode;
	err = dir->ops->mkdir ? dir->ops->mkdir(dir, child, S_IFDIR | (mode & 01777)) : -EPERM;
	return create_end(&parent, child, err);
}

int vfs_mknod(const struct path *base, const char *name, mode_t mode, dev_t dev)
{
	struct path parent;
	struct dentry *child;
	struct inode *dir;
	int err;

	switch (mode & S_IFMT) {
	case 0:
		mode |= S_IFREG;
		break;
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	case S_IFCHR:
	case S_IFBLK:
		break;
	case S_IFDIR:
		return -EPERM;
	default:
		return -EINVAL;
	}
	err = create_begin(base, name, false, &parent, &child);
	if (err)
		return err;
	dir = parent.dentry->inode;
	if ((S_ISBLK(mode) || (S_ISCHR(mode) && dev)) && !capable(CAP_MKNOD))
		err = -EPERM;
	else if (S_ISREG(mode))
		err = dir->ops->create ? dir->ops->create(dir, child, mode) : -EACCES;
	else
		err = dir->ops->mknod ? dir->ops->mknod(dir, child, mode, dev) : -EPERM;
	return create_end(&parent, child, err);
}

int vfs_symlink(const struct path *base, const char *name, const char *target)
{
	struct path parent;
	struct dentry *child;
	struct inode *dir;
	int err;

	if (!*target)
		return -ENOENT;
	err = create_begin(base, name, false, &parent, &child);
	if (err)
		return err;
	dir = parent.dentry->inode;
	err = dir->ops->symlink ? dir->ops->symlink(dir, child, target) : -EPERM;
	return create_end(&parent, child, err);
}

/* fs.protected_hardlinks: who can't write a file can't keep it alive by a name of his own. */
static bool may_link_to(struct inode *inode)
{
	mode_t mode = inode->mode;

	if (!fs_protected_hardlinks || inode_owner_or_capable(inode))
		return true;
	return S_ISREG(mode) && !(mode & S_ISUID) && (mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP) &&
	       !inode_permission(inode, MAY_READ | MAY_WRITE);
}

static int do_link(const struct path *old_path, const struct path *parent, struct dentry *child)
{
	struct inode *inode = old_path->dentry->inode, *dir = parent->dentry->inode;

	if (old_path->mount != parent->mount)
		return -EXDEV;
	if (inode->fs_flags & (FS_IMMUTABLE_FL | FS_APPEND_FL))
		return -EPERM;
	if (!dir->ops->link || S_ISDIR(inode->mode))
		return -EPERM;
	if (!inode->nlink && !inode->is_linkable)
		return -ENOENT;
	if (!may_link_to(inode))
		return -EPERM;
	return dir->ops->link(dir, child, inode);
}

int vfs_link(const struct path *old_path, const struct path *new_base, const char *new_name)
{
	struct path parent;
	struct dentry *child;
	int err = create_begin(new_base, new_name, false, &parent, &child);

	if (err)
		return err;
	err = create_end(&parent, child, do_link(old_path, &parent, child));
	if (!err)
		notify_inode(old_path->dentry->inode, IN_ATTRIB);
	return err;
}

/* --- names that go ----------------------------------------------------------------------------------- */

int namei_may_delete(struct inode *dir, const struct dentry *victim, bool is_dir)
{
	struct inode *inode = victim->inode;
	uint32_t fsuid = current->cred->fsuid;
	int err = inode_permission(dir, MAY_WRITE | MAY_EXEC);

	if (err)
		return err;
	if (dir->fs_flags & FS_APPEND_FL || inode->fs_flags & (FS_APPEND_FL | FS_IMMUTABLE_FL))
		return -EPERM;
	if (dir->mode & S_ISVTX && inode->uid != fsuid && dir->uid != fsuid && !capable(CAP_FOWNER))
		return -EPERM;
	if (is_dir && !S_ISDIR(inode->mode))
		return -ENOTDIR;
	if (!is_dir && S_ISDIR(inode->mode))
		return -EISDIR;
	if (atomic_load(&victim->flags) & DENTRY_MOUNTED || victim->parent == victim)
		return -EBUSY;
	return dir->nlink ? 0 : -ENOENT;
}

static int do_remove(struct inode *dir, struct dentry *victim, bool remove_dir)
{
	int err = namei_may_delete(dir, victim, remove_dir);

	if (err)
		return err;
	if (!remove_dir)
		return dir->ops->unlink ? dir->ops->unlink(dir, victim) : -EPERM;
	if (!dir->ops->rmdir)
		return -EPERM;
	rwsem_write_lock(&victim->inode->lock); /* nothing is made in it meanwhile */
	err = dir->ops->rmdir(dir, victim);
	rwsem_write_unlock(&victim->inode->lock);
	return err;
}

static int check_last_for_remove(const struct path_last *last, bool remove_dir)
{
	if (!last->is_dots)
		return last->len > NAME_MAX ? -ENAMETOOLONG : 0;
	if (!remove_dir)
		return -EISDIR;
	return last->len == 2 ? -ENOTEMPTY : last->len == 1 ? -EINVAL : -EBUSY;
}

int vfs_unlink(const struct path *base, const char *name, bool remove_dir)
{
	struct path parent;
	struct path_last last;
	struct dentry *victim;
	struct inode *dir;
	int err = path_lookup_parent(base, name, 0, &parent, &last);

	if (err)
		return err;
	dir = parent.dentry->inode;
	err = check_last_for_remove(&last, remove_dir);
	if (!err && mount_is_readonly(parent.mount))
		err = -EROFS;
	if (err)
		goto put_parent;
	rwsem_write_lock(&dir->lock);
	err = walk_lookup_child_locked(parent.dentry, last.name, last.len, &victim);
	if (err) {
		rwsem_write_unlock(&dir->lock);
		goto put_parent;
	}
	if (!victim->inode)
		err = -ENOENT;
	else if (last.trailing_slash && !remove_dir)
		err = S_ISDIR(victim->inode->mode) ? -EISDIR : -ENOTDIR;
	else
		err = do_remove(dir, victim, remove_dir);
	if (!err)
		dentry_delete(victim);
	rwsem_write_unlock(&dir->lock);
	if (!err) {
		notify_inode(victim->inode, IN_ATTRIB);
		notify_dir(dir, IN_DELETE, 0, victim);
	}
	dentry_put(victim);
put_parent:
	path_put(&parent);
	return err;
}
