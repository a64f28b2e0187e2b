// SPDX-License-Identifier: MIT
/* mount(2), umount2(2), pivot_root(2) below the user copies. */
#include <fs/mount.h>

#include <fs/dentry.h>
#include <fs/fs_context.h>
#include <fs/inode.h>
#include <fs/super_block.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/mount.h>

/* umount2(2): no UAPI header has them. */
#define MNT_FORCE 1
#define MNT_DETACH 2
#define MNT_EXPIRE 4
#define UMOUNT_NOFOLLOW 8

#define MOUNT_FLAGS (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY | MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_NOSYMFOLLOW)
#define SUPER_FLAGS (MS_RDONLY | MS_SYNCHRONOUS | MS_MANDLOCK | MS_DIRSYNC | MS_LAZYTIME)
#define PROPAGATION_FLAGS (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

static unsigned int mount_flags_of(unsigned long flags)
{
	unsigned int out = flags & MOUNT_FLAGS & ~MS_RELATIME;

	if (!(flags & MS_NOATIME))
		out |= MS_RELATIME;
	if (flags & MS_STRICTATIME)
		out &= ~(MS_RELATIME | MS_NOATIME);
	return out;
}

static bool is_mount_root(const struct path *path)
{
	return path->dentry == path->mount->root;
}

/* Puts mount on top of target. namespace_lock held for writing. */
static int attach_at(struct mount *mount, const struct path *target)
{
	struct path top = *target;
	int err = -EINVAL;

	path_get(&top);
	if (atomic_load(&top.dentry->flags) & DENTRY_MOUNTED)
		mount_cross_down(&top);
	if (!top.mount->ns)
		goto out;
	err = -ENOENT;
	if (atomic_load(&top.dentry->flags) & DENTRY_DELETED)
		goto out;
	err = -ENOTDIR;
	if (S_ISDIR(top.dentry->inode->mode) != S_ISDIR(mount->root->inode->mode))
		goto out;
	mount_attach(mount, top.mount->ns, top.mount, top.dentry);
	/* What was copied along belongs to the same namespace. */
	for (struct mount *child = mount; child; child = mount_next(child, mount)) {
		child->ns = top.mount->ns;
		list_del_init(&child->ns_node);
		list_add_tail(&child->ns_node, &top.mount->ns->mounts);
	}
	mount_namespace_changed(top.mount->ns);
	err = 0;
out:
	path_put(&top);
	return err;
}

static int mount_new(const char *source, const struct path *target, const char *type_name, unsigned long flags, const char *data)
{
	const struct file_system_type *type;
	struct super_block *sb;
	struct mount *mount;
	int err;

	if (!type_name)
		return -EINVAL;
	type = file_system_find(type_name, strlen(type_name));
	if (!type || type->flags & FS_INTERNAL)
		return -ENODEV;
	err = super_block_get(type, source, flags & SUPER_FLAGS, data, &sb);
	if (err)
		return err;
	mount = mount_alloc(sb, sb->root, mount_flags_of(flags), source);
	if (!mount) {
		super_block_put(sb);
		return -ENOMEM;
	}
	rwsem_write_lock(&namespace_lock);
	/* The same file system twice on the same spot is a mistake (man 2 mount, EBUSY). */
	if (target->mount->sb == sb && is_mount_root(target) && target->mount->root == sb->root)
		err = -EBUSY;
	else
		err = attach_at(mount, target);
	rwsem_write_unlock(&namespace_lock);
	if (err)
		mount_put(mount);
	return err;
}

static int mount_bind(const char *source, const struct path *target, bool rec)
{
	struct mount_namespace *ns;
	struct mount *copy;
	struct path from;
	int err;

	if (!source || !*source)
		return -EINVAL;
	err = path_lookup(NULL, source, LOOKUP_FOLLOW, &from);
	if (err)
		return err;
	rwsem_write_lock(&namespace_lock);
	rwsem_read_lock(&rename_lock); /* mount_copy_tree() asks what lies below what */
	err = -EINVAL;
	ns = target->mount->ns;
	if (!ns || !from.mount->ns || from.mount->propagation & MS_UNBINDABLE)
		goto unlock;
	err = -ENOMEM;
	copy = mount_copy_tree(from.mount, from.dentry, rec, ns);
	if (!copy)
		goto unlock;
	err = attach_at(copy, target);
	if (err)
		mount_free_tree(copy);
unlock:
	rwsem_read_unlock(&rename_lock);
	rwsem_write_unlock(&namespace_lock);
	path_put(&from);
	return err;
}

static bool mount_is_below(const struct mount *mount, const struct mount *ancestor)
{
	for (; mount; mount = mount->parent)
		if (mount == ancestor)
			return true;
	return false;
}

static int move_locked(const struct path *from, const struct path *target)
{
	struct mount *mount = from->mount, *parent = mount->parent;
	struct dentry *mountpoint = mount->mountpoint;
	struct mount_namespace *ns = mount->ns;
	int err;

	if (!is_mount_root(from) || !ns || !parent || target->mount->ns != ns)
		return -EINVAL;
	if (S_ISDIR(from->dentry->inode->mode) != S_ISDIR(target->dentry->inode->mode))
		return -EINVAL;
	if (mount_is_below(target->mount, mount))
		return -ELOOP;
	mount_get(parent);
	dentry_get(mountpoint);
	mount_detach(mount);
	err = attach_at(mount, target);
	if (err)
		mount_attach(mount, ns, parent, mountpoint);
	dentry_put(mountpoint);
	mount_put(parent);
	return err;
}

static int mount_move(const char *source, const struct path *target)
{
	struct path from;
	int err;

	if (!source || !*source)
		return -EINVAL;
	err = path_lookup(NULL, source, LOOKUP_FOLLOW, &from);
	if (err)
		return err;
	rwsem_write_lock(&namespace_lock);
	err = move_locked(&from, target);
	rwsem_write_unlock(&namespace_lock);
	path_put(&from);
	return err;
}

/* Flags of the mount alone (MS_BIND | MS_REMOUNT). */
static int remount_flags(struct mount *mount, unsigned long flags)
{
	unsigned int wanted = mount_flags_of(flags);

	/* Without a word about access times they stay as they are. */
	if (!(flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME)))
		wanted = (wanted & ~(MS_NOATIME | MS_NODIRATIME | MS_RELATIME)) |
			 (mount->flags & (MS_NOATIME | MS_NODIRATIME | MS_RELATIME));
	if (wanted & MS_RDONLY && !(mount->flags & MS_RDONLY) && atomic_load(&mount->writers))
		return -EBUSY;
	mount->flags = wanted;
	return 0;
}

static int mount_remount(const struct path *target, unsigned long flags, const char *data)
{
	struct mount *mount = target->mount;
	struct super_block *sb = mount->sb;
	unsigned int sb_flags = (sb->flags & ~SUPER_FLAGS) | (flags & SUPER_FLAGS);
	int err = 0;

	if (!is_mount_root(target))
		return -EINVAL;
	rwsem_write_lock(&namespace_lock);
	if (!mount->ns)
		err = -EINVAL;
	else if (!(flags & MS_BIND) && sb_flags & MS_RDONLY && !(sb->flags & MS_RDONLY) && atomic_load(&mount->writers))
		err = -EBUSY;
	else if (!(flags & MS_BIND) && sb->ops && sb->ops->remount)
		err = sb->ops->remount(sb, &sb_flags, data);
	if (!err)
		err = remount_flags(mount, flags);
	if (!err && !(flags & MS_BIND))
		sb->flags = sb_flags;
	if (!err)
		mount_namespace_changed(mount->ns);
	rwsem_write_unlock(&namespace_lock);
	return err;
}

/* Propagation is noted and shown; no event goes from one namespace to another (docs/caveats.md). */
static int mount_set_propagation(const struct path *target, unsigned long flags)
{
	unsigned int type = flags & PROPAGATION_FLAGS;
	struct mount *top = target->mount;

	if (!is_power_of_2(type) || flags & ~(PROPAGATION_FLAGS | MS_REC | MS_SILENT) || !is_mount_root(target))
		return -EINVAL;
	rwsem_write_lock(&namespace_lock);
	for (struct mount *mount = top; mount; mount = flags & MS_REC ? mount_next(mount, top) : NULL)
		mount->propagation = type;
	rwsem_write_unlock(&namespace_lock);
	return 0;
}

int vfs_mount(const char *source, const struct path *target, const char *type, unsigned long flags, const char *data)
{
	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(unsigned long)MS_MGC_MSK;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & MS_REMOUNT)
		return mount_remount(target, flags, data);
	if (flags & MS_BIND)
		return mount_bind(source, target, flags & MS_REC);
	if (flags & PROPAGATION_FLAGS)
		return mount_set_propagation(target, flags);
	if (flags & MS_MOVE)
		return mount_move(source, target);
	return mount_new(source, target, type, flags, data);
}

/* Takes the tree out, each mount for itself: those in use live on until the last user is gone. */
static void detach_tree(struct mount *top)
{
	mount_namespace_changed(top->ns);
	mount_free_tree(top);
}

static int umount_locked(struct mount *mount, int flags)
{
	struct mount_namespace *ns = mount->ns;

	if (!ns)
		return -EINVAL;
	if (!mount->parent)
		return -EINVAL; /* the root of the namespace */
	if (flags & MNT_DETACH) {
		detach_tree(mount);
		return 0;
	}
	/* The tree's reference and the caller's. */
	if (!list_empty(&mount->children) || atomic_load(&mount->refs) > 2)
		return -EBUSY;
	if (flags & MNT_EXPIRE && !mount->is_expiring) {
		mount->is_expiring = true;
		return -EAGAIN;
	}
	detach_tree(mount);
	return 0;
}

int vfs_umount(const struct path *target, int flags)
{
	int err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	if (flags & MNT_EXPIRE && flags & (MNT_FORCE | MNT_DETACH))
		return -EINVAL;
	if (!is_mount_root(target))
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	rwsem_write_lock(&namespace_lock);
	err = umount_locked(target->mount, flags);
	rwsem_write_unlock(&namespace_lock);
	return err;
}

/* Whether path is reached from root without leaving it upwards. namespace_lock and rename_lock held. */
static bool path_is_below(const struct path *path, const struct path *root)
{
	struct path at = *path;

	while (at.mount != root->mount) {
		if (!at.mount->parent)
			return false;
		at = (struct path){ at.mount->parent, at.mount->mountpoint };
	}
	return dentry_is_below(at.dentry, root->dentry);
}

static int pivot_locked(const struct path *new_root, const struct path *put_old, const struct path *root)
{
	struct mount *new_mount = new_root->mount, *old_mount = root->mount, *grandparent = old_mount->parent;
	struct dentry *grandpoint = old_mount->mountpoint;
	struct path put = *put_old;

	if (!new_mount->ns || new_mount->ns != old_mount->ns || put_old->mount->ns != new_mount->ns)
		return -EINVAL;
	if (new_mount == old_mount || put_old->mount == old_mount)
		return -EBUSY;
	if (!is_mount_root(root) || !grandparent || !is_mount_root(new_root) || !new_mount->parent)
		return -EINVAL;
	if (!path_is_below(put_old, new_root) || !path_is_below(new_root, root))
		return -EINVAL;

	path_get(&put);
	mount_get(grandparent);
	dentry_get(grandpoint);
	mount_detach(new_mount);
	mount_detach(old_mount);
	mount_attach(new_mount, grandparent->ns, grandparent, grandpoint);
	mount_attach(old_mount, grandparent->ns, put.mount, put.dentry);
	dentry_put(grandpoint);
	mount_put(grandparent);
	path_put(&put);
	mount_namespace_changed(grandparent->ns);
	return 0;
}

int vfs_pivot_root(const struct path *new_root, const struct path *put_old)
{
	struct path root;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	fs_get_root(current->fs, &root);
	rwsem_write_lock(&namespace_lock);
	rwsem_read_lock(&rename_lock);
	err = pivot_locked(new_root, put_old, &root);
	rwsem_read_unlock(&rename_lock);
	rwsem_write_unlock(&namespace_lock);
	if (!err)
		fs_replace_roots(&root, new_root);
	path_put(&root);
	return err;
}
