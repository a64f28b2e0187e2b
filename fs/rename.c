// SPDX-License-Identifier: MIT
/*
 * rename(2). One rename at a time (rename_lock): only so the shape of the tree stands still while it is asked
 * whether a directory would move below itself.
 */
#include <fs/path.h>

#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/namei.h>
#include <fs/notify.h>
#include <fs/path_walk.h>
#include <kernel/errno.h>
#include <lib/atomic.h>
#include <linux/fs.h>
#include <linux/limits.h>

struct rename {
	struct path old_parent, new_parent;
	struct path_last old_last, new_last;
	struct dentry *old, *new; /* new may be negative */
	unsigned int flags;
};

static void lock_directories(struct dentry *a, struct dentry *b) NO_THREAD_SAFETY_CHECK
{
	if (a == b) {
		rwsem_write_lock(&a->inode->lock);
		return;
	}
	/* Ancestors first, as everybody who locks a directory and then a child. */
	if (dentry_is_below(a, b) || (!dentry_is_below(b, a) && a > b)) {
		struct dentry *first = b;

		b = a;
		a = first;
	}
	rwsem_write_lock(&a->inode->lock);
	rwsem_write_lock(&b->inode->lock);
}

static void unlock_directories(struct dentry *a, struct dentry *b) NO_THREAD_SAFETY_CHECK
{
	rwsem_write_unlock(&a->inode->lock);
	if (a != b)
		rwsem_write_unlock(&b->inode->lock);
}

static int check_names(const struct rename *rename)
{
	bool exchange = rename->flags & RENAME_EXCHANGE;
	bool old_is_dir, new_is_dir;

	if (!rename->old->inode)
		return -ENOENT;
	if (rename->flags & RENAME_NOREPLACE && rename->new->inode)
		return -EEXIST;
	if (exchange && !rename->new->inode)
		return -ENOENT;
	old_is_dir = S_ISDIR(rename->old->inode->mode);
	new_is_dir = rename->new->inode && S_ISDIR(rename->new->inode->mode);
	if (exchange && !new_is_dir && rename->new_last.trailing_slash)
		return -ENOTDIR;
	if (!old_is_dir && (rename->old_last.trailing_slash || (!exchange && rename->new_last.trailing_slash)))
		return -ENOTDIR;
	if (dentry_is_below(rename->new_parent.dentry, rename->old))
		return -EINVAL;
	if (rename->new->inode && dentry_is_below(rename->old_parent.dentry, rename->new))
		return exchange ? -EINVAL : -ENOTEMPTY;
	return 0;
}

static int check_rights(const struct rename *rename)
{
	struct inode *old_dir = rename->old_parent.dentry->inode, *new_dir = rename->new_parent.dentry->inode;
	bool is_dir = S_ISDIR(rename->old->inode->mode);
	int err = namei_may_delete(old_dir, rename->old, is_dir);

	if (err)
		return err;
	if (!rename->new->inode)
		err = namei_may_create(&rename->new_parent);
	else if (rename->flags & RENAME_EXCHANGE)
		err = namei_may_delete(new_dir, rename->new, S_ISDIR(rename->new->inode->mode));
	else
		err = namei_may_delete(new_dir, rename->new, is_dir);
	if (err)
		return err;
	if (!old_dir->ops->rename)
		return -EPERM;
	if (old_dir == new_dir)
		return 0;
	/* A directory's ".." changes. */
	if (is_dir)
		err = inode_permission(rename->old->inode, MAY_WRITE);
	if (!err && rename->flags & RENAME_EXCHANGE && S_ISDIR(rename->new->inode->mode))
		err = inode_permission(rename->new->inode, MAY_WRITE);
	return err;
}

static int rename_locked(struct rename *rename)
{
	struct inode *old_dir = rename->old_parent.dentry->inode, *new_dir = rename->new_parent.dentry->inode;
	struct inode *victim = rename->flags & RENAME_EXCHANGE ? NULL : rename->new->inode;
	int err = check_names(rename);

	if (err)
		return err;
	if (rename->old->inode == rename->new->inode)
		return 0;
	err = check_rights(rename);
	if (err)
		return err;
	if (victim && S_ISDIR(victim->mode))
		rwsem_write_lock(&victim->lock);
	err = old_dir->ops->rename(old_dir, rename->old, new_dir, rename->new, rename->flags);
	if (victim && S_ISDIR(victim->mode))
		rwsem_write_unlock(&victim->lock);
	if (err)
		return err;
	if (rename->flags & RENAME_EXCHANGE)
		dentry_exchange(rename->old, rename->new);
	else
		dentry_move(rename->old, rename->new);
	return 1;
}

static void rename_notify(const struct rename *rename)
{
	static uint32_t cookie;
	uint32_t this_cookie;

	if (!notify_wanted())
		return;
	this_cookie = atomic_add_return(&cookie, 1);
	/* The old name went over to the other dentry. */
	notify_dir(rename->old_parent.dentry->inode, IN_MOVED_FROM, this_cookie, rename->new);
	notify_dir(rename->new_parent.dentry->inode, IN_MOVED_TO, this_cookie, rename->old);
	notify_inode(rename->old->inode, IN_MOVE_SELF);
}

static int rename_children(struct rename *rename)
{
	struct dentry *old_dir = rename->old_parent.dentry, *new_dir = rename->new_parent.dentry;
	int err;

	rwsem_write_lock(&rename_lock);
	lock_directories(old_dir, new_dir);
	err = walk_lookup_child_locked(old_dir, rename->old_last.name, rename->old_last.len, &rename->old);
	if (err)
		goto unlock;
	err = walk_lookup_child_locked(new_dir, rename->new_last.name, rename->new_last.len, &rename->new);
	if (err) {
		dentry_put(rename->old);
		goto unlock;
	}
	err = rename_locked(rename);
	unlock_directories(old_dir, new_dir);
	rwsem_write_unlock(&rename_lock);
	if (err > 0)
		rename_notify(rename);
	dentry_put(rename->old);
	dentry_put(rename->new);
	return err > 0 ? 0 : err;

unlock:
	unlock_directories(old_dir, new_dir);
	rwsem_write_unlock(&rename_lock);
	return err;
}

int vfs_rename(const struct path *old_base, const char *old_name, const struct path *new_base, const char *new_name, unsigned int flags)
{
	struct rename rename = { .flags = flags };
	int err;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE) ||
		(flags & RENAME_NOREPLACE && flags & RENAME_EXCHANGE))
		return -EINVAL;
	err = path_lookup_parent(old_base, old_name, 0, &rename.old_parent, &rename.old_last);
	if (err)
		return err;
	err = path_lookup_parent(new_base, new_name, 0, &rename.new_parent, &rename.new_last);
	if (err)
		goto put_old;
	err = -EXDEV;
	if (rename.old_parent.mount != rename.new_parent.mount)
		goto put_both;
	err = -EBUSY;
	if (rename.old_last.is_dots)
		goto put_both;
	if (rename.new_last.is_dots) {
		err = flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
		goto put_both;
	}
	err = -ENAMETOOLONG;
	if (rename.old_last.len > NAME_MAX || rename.new_last.len > NAME_MAX)
		goto put_both;
	err = -EROFS;
	if (!mount_is_readonly(rename.old_parent.mount))
		err = rename_children(&rename);
put_both:
	path_put(&rename.new_parent);
put_old:
	path_put(&rename.old_parent);
	return err;
}
