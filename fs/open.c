// SPDX-License-Identifier: MIT
/* open(2): from a name and O_* flags to an open file. */
#include <fs/file_internal.h>

#include <fs/device_node.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/notify.h>
#include <fs/path_walk.h>
#include <fs/pipe.h>
#include <fs/super_block.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <linux/fs.h>

static const struct file_ops path_only_ops;

/* --- what every open does ---------------------------------------------------------------------------- */

static int may_open(const struct path *path, int flags)
{
	struct inode *inode = path->dentry->inode;
	mode_t type = inode->mode & S_IFMT;
	int mask = 0;

	if (file_mode_of(flags) & FILE_READ || (flags & O_ACCMODE) == 3)
		mask |= MAY_READ;
	if (file_mode_of(flags) & FILE_WRITE || (flags & O_ACCMODE) == 3 || flags & O_TRUNC)
		mask |= MAY_WRITE;
	if (type == S_IFLNK)
		return -ELOOP;
	if (type == S_IFDIR && mask & MAY_WRITE)
		return -EISDIR;
	if ((type == S_IFCHR || type == S_IFBLK) && path->mount->flags & MS_NODEV)
		return -EACCES;
	if (inode->sb->type->flags & FS_STRICT_MODE && type == S_IFREG &&
		((mask & MAY_WRITE && !(inode->mode & 0222)) || (mask & MAY_READ && !(inode->mode & 0444))))
		return -EACCES;
	if (mask & MAY_WRITE && (type == S_IFREG || type == S_IFDIR) && mount_is_readonly(path->mount))
		return -EROFS;
	return inode_permission(inode, mask);
}

static int check_open_flags(struct inode *inode, int flags)
{
	if (inode->fs_flags & FS_APPEND_FL &&
		((flags & O_ACCMODE && !(flags & O_APPEND)) || flags & O_TRUNC))
		return -EPERM;
	if (flags & O_NOATIME && !inode_owner_or_capable(inode))
		return -EPERM;
	return 0;
}

static int file_take_write(struct file *file)
{
	int err;

	if (!S_ISREG(file->inode->mode) || file->path.mount->is_internal)
		return 0;
	err = inode_get_write(file->inode);
	if (!err)
		atomic_inc(&file->path.mount->writers);
	return err;
}

void file_drop_write(struct file *file)
{
	if (!S_ISREG(file->inode->mode) || file->path.mount->is_internal)
		return;
	inode_put_write(file->inode);
	atomic_dec(&file->path.mount->writers);
}

/* Sets ops and mode by the kind of the inode and lets ops->open have its say. */
static int file_connect(struct file *file)
{
	struct inode *inode = file->inode;

	file->mode = file_mode_of(file->flags) | FILE_SEEK | FILE_PREAD;
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
		file->mode |= FILE_ATOMIC_POS;
		file->ops = inode->file_ops;
		break;
	case S_IFCHR:
	case S_IFBLK:
		file->ops = device_ops_find(inode->mode, inode->rdev);
		if (file->ops && !file->ops->llseek)
			file->mode &= ~FILE_SEEK;
		break;
	case S_IFIFO:
		file->mode &= ~(FILE_SEEK | FILE_PREAD);
		return fifo_open(inode, file);
	}
	if (!file->ops)
		return -ENXIO;
	return file->ops->open ? file->ops->open(inode, file) : 0;
}

/* Moves path's references into the new file on success. created: no permission is asked. */
static int open_resolved(const struct path *path, int flags, bool created, struct file **out)
{
	struct inode *inode = path->dentry->inode;
	struct file *file;
	int err = 0;

	if (!created && !(flags & O_PATH)) {
		err = may_open(path, flags);
		if (!err && flags & (O_NOATIME | O_TRUNC | O_ACCMODE))
			err = check_open_flags(inode, flags);
		if (err)
			return err;
	}
	/* O_NOCTTY stays until the driver's open has seen it. */
	file = file_alloc(flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC));
	if (!file)
		return -ENOMEM;
	file->inode = inode;
	file->path = *path;
	if (flags & O_PATH) {
		file->flags = flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW);
		file->mode = FILE_PATH;
		file->ops = &path_only_ops;
		*out = file;
		return 0;
	}
	if (file_mode_of(flags) & FILE_WRITE)
		err = file_take_write(file);
	if (err)
		goto err_free;
	err = file_connect(file);
	file->flags &= ~O_NOCTTY;
	if (err)
		goto err_drop_write;
	if (flags & O_TRUNC && S_ISREG(inode->mode) && !created) {
		err = path_truncate(path, 0);
		if (err)
			goto err_release;
	}
	notify_dentry(path->dentry, IN_OPEN);
	*out = file;
	return 0;

err_release:
	if (file->ops->release)
		file->ops->release(file);
err_drop_write:
	if (file_mode_of(flags) & FILE_WRITE)
		file_drop_write(file);
err_free:
	file_free(file);
	return err;
}

int file_open_path(const struct path *path, int flags, struct file **out)
{
	int err;

	path_get(path);
	err = open_resolved(path, flags, false, out);
	if (err)
		path_put(path);
	return err;
}

/* --- O_CREAT ------------------------------------------------------------------------------------------ */

/* The child of the last component: existing, or made. Reference in *out. */
static int create_or_find(struct walk *walk, mode_t mode, struct dentry **out, bool *created)
{
	struct dentry *parent = walk->path.dentry, *child;
	struct inode *dir = parent->inode;
	int err = walk_lookup_child(parent, walk->last.name, walk->last.len, walk->last_hash, out);

	if (err || *out)
		return err;
	rwsem_write_lock(&dir->lock);
	err = walk_lookup_child_locked(parent, walk->last.name, walk->last.len, &child);
	if (err)
		goto unlock;
	if (child->inode) {
		*out = child;
		goto unlock;
	}
	err = -EROFS;
	if (mount_is_readonly(walk->path.mount))
		goto put_child;
	err = dir->nlink ? inode_permission(dir, MAY_WRITE | MAY_EXEC) : -ENOENT;
	if (err)
		goto put_child;
	err = dir->ops->create ? dir->ops->create(dir, child, S_IFREG | (mode & 07777)) : -EACCES;
	if (err)
		goto put_child;
	dentry_hash(child);
	*created = true;
	*out = child;
	goto unlock;

put_child:
	dentry_put(child);
unlock:
	rwsem_write_unlock(&dir->lock);
	if (*created)
		notify_dir(dir, IN_CREATE, 0, *out);
	return err;
}

static int open_create(const struct path *base, const char *name, int flags, mode_t mode, unsigned int lookup_flags, struct file **out)
{
	struct walk walk;
	bool created = false;
	int err;

	if (flags & O_DIRECTORY)
		return -EINVAL;
	err = walk_begin(&walk, base, name, lookup_flags);
	if (err)
		return err;
	do {
		struct dentry *child = NULL;

		err = walk_to_parent(&walk);
		if (err)
			break;
		err = -EISDIR;
		if (walk.last.is_dots || walk.last.trailing_slash)
			break;
		err = create_or_find(&walk, mode, &child, &created);
		if (err)
			break;
		if (!created && flags & O_EXCL) {
			dentry_put(child);
			err = -EEXIST;
			break;
		}
		err = walk_into(&walk, child, !(flags & O_NOFOLLOW));
	} while (err == WALK_AGAIN);
	if (!err && S_ISDIR(walk.path.dentry->inode->mode))
		err = -EISDIR;
	if (!err)
		err = open_resolved(&walk.path, flags, created, out);
	if (err)
		walk_end(&walk);
	else
		walk_end_keep_path(&walk);
	return err;
}

/* --- O_TMPFILE ---------------------------------------------------------------------------------------- */

static int open_tmpfile(const struct path *base, const char *name, int flags, mode_t mode, unsigned int lookup_flags, struct file **out)
{
	struct path dir, path;
	struct inode *inode;
	char text[24];
	int err = path_lookup(base, name, lookup_flags | LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &dir);

	if (err)
		return err;
	err = -EROFS;
	if (mount_is_readonly(dir.mount))
		goto put_dir;
	err = inode_permission(dir.dentry->inode, MAY_WRITE | MAY_EXEC);
	if (err)
		goto put_dir;
	err = -EOPNOTSUPP;
	if (!dir.dentry->inode->ops->tmpfile)
		goto put_dir;
	err = dir.dentry->inode->ops->tmpfile(dir.dentry->inode, S_IFREG | (mode & 07777), &inode);
	if (err)
		goto put_dir;
	inode->is_linkable = !(flags & O_EXCL);
	path = (struct path){ dir.mount,
		dentry_alloc(dir.dentry, text, snprintf(text, sizeof(text), "#%llu", (unsigned long long)inode->ino)) };
	err = -ENOMEM;
	if (!path.dentry) {
		inode_put(inode);
		goto put_dir;
	}
	path.dentry->inode = inode; /* never hashed, so never pinned */
	path.dentry->flags |= DENTRY_DELETED;
	mount_get(path.mount);
	err = open_resolved(&path, flags & ~O_DIRECTORY, true, out);
	if (err)
		path_put(&path);
put_dir:
	path_put(&dir);
	return err;
}

int file_open(const struct path *base, const char *name, int flags, mode_t mode, unsigned int lookup_flags, struct file **out)
{
	struct path path;
	int err;

	if (unlikely((flags & O_TMPFILE) == O_TMPFILE && !(flags & O_PATH)))
		return open_tmpfile(base, name, flags, mode, lookup_flags, out);
	if (unlikely(!*name && !(lookup_flags & LOOKUP_EMPTY)))
		return -ENOENT;
	if (flags & O_CREAT && !(flags & O_PATH))
		return open_create(base, name, flags, mode, lookup_flags, out);

	if (!(flags & O_NOFOLLOW))
		lookup_flags |= LOOKUP_FOLLOW;
	if (flags & O_DIRECTORY)
		lookup_flags |= LOOKUP_DIRECTORY;
	err = path_lookup(base, name, lookup_flags, &path);
	if (err)
		return err;
	err = open_resolved(&path, flags, false, out);
	if (err)
		path_put(&path);
	return err;
}
