// SPDX-License-Identifier: MIT
/* Open files: life, reading, writing, position; files that have no name. */
#include <fs/file.h>

#include <fs/file_internal.h>
#include <fs/inode.h>
#include <fs/locks.h>
#include <fs/mount.h>
#include <fs/notify.h>
#include <fs/super_block.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/pid.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

unsigned int nr_files;

/* Every field for itself: cheaper than clearing all first. */
struct file *file_alloc(int flags)
{
	struct file *file = kmalloc(sizeof(*file));

	if (!file)
		return NULL;
	file->refs = 1;
	file->mode = 0;
	file->flags = flags;
	file->ops = NULL;
	file->inode = NULL;
	file->path = (struct path){};
	file->private_data = NULL;
	file->cred = cred_get(current->cred);
	file->pos_lock = (struct mutex)MUTEX_INIT(file->pos_lock);
	file->pos = 0;
	file->lock = (struct spinlock)SPINLOCK_INIT;
	list_init(&file->epoll_items);
	file->owner = NULL;
	file->owner_type = 0;
	file->owner_signal = 0;
	atomic_inc(&nr_files);
	return file;
}

void file_free(struct file *file)
{
	cred_put(file->cred);
	kfree(file);
	atomic_dec(&nr_files);
}

void file_put_last(struct file *file)
{
	struct inode *inode = file->inode;

	if (!(file->mode & FILE_PATH)) {
		notify_dentry(file->path.dentry, file->mode & FILE_WRITE ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
		if (unlikely(!list_empty(&file->epoll_items)))
			epoll_release_file(file);
		if (unlikely(inode->locks))
			locks_release_file(file);
		if (file->ops->release)
			file->ops->release(file);
		if (file->mode & FILE_WRITE)
			file_drop_write(file);
		if (unlikely(file->owner))
			pid_put(file->owner);
	}
	path_put(&file->path);
	file_free(file);
}

/* The position is the file's own: other threads may use it at the same time only if the file is shared. */
static inline bool pos_lock(struct file *file)
{
	if (!(file->mode & FILE_ATOMIC_POS) || atomic_load_relaxed(&file->refs) == 1)
		return false;
	mutex_lock(&file->pos_lock);
	return true;
}

ssize_t file_read(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t ret;

	if (unlikely(!(file->mode & FILE_READ)))
		return -EBADF;
	if (unlikely(!file->ops->read))
		return S_ISDIR(file->inode->mode) ? -EISDIR : -EINVAL;
	if (pos) {
		if (!(file->mode & FILE_PREAD))
			return -ESPIPE;
		if (*pos < 0)
			return -EINVAL;
		ret = file->ops->read(file, uio, pos);
	} else {
		bool locked = pos_lock(file);
		loff_t own = file->pos;

		ret = file->ops->read(file, uio, &own);
		file->pos = own;
		if (locked)
			mutex_unlock(&file->pos_lock);
	}
	if (ret > 0)
		notify_dentry(file->path.dentry, IN_ACCESS);
	return ret;
}

ssize_t file_write(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t ret;

	if (unlikely(!(file->mode & FILE_WRITE)))
		return -EBADF;
	if (unlikely(!file->ops->write))
		return -EINVAL;
	if (pos) {
		if (!(file->mode & FILE_PREAD))
			return -ESPIPE;
		if (*pos < 0)
			return -EINVAL;
		ret = file->ops->write(file, uio, pos);
	} else {
		bool locked = pos_lock(file);
		loff_t own = file->pos;

		ret = file->ops->write(file, uio, &own);
		file->pos = own;
		if (locked)
			mutex_unlock(&file->pos_lock);
	}
	if (ret > 0)
		notify_dentry(file->path.dentry, IN_MODIFY);
	return ret;
}

ssize_t file_read_kernel(struct file *file, void *buf, size_t size, loff_t pos)
{
	struct uio uio;

	uio_init_kernel(&uio, buf, size);
	if (!file->ops->read)
		return -EINVAL;
	return file->ops->read(file, &uio, &pos);
}

loff_t file_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t ret;

	if (!(file->mode & FILE_SEEK))
		return file->mode & FILE_PATH ? -EBADF : -ESPIPE;
	mutex_lock(&file->pos_lock);
	if (file->ops->llseek)
		ret = file->ops->llseek(file, offset, whence);
	else
		ret = generic_llseek(file, offset, whence);
	mutex_unlock(&file->pos_lock);
	return ret;
}

static int truncate_inode(struct inode *inode, loff_t size)
{
	struct inode_attr attr = {
		.valid = ATTR_SIZE | ATTR_MTIME | ATTR_CTIME,
		.size = size,
		.mtime = inode_now(),
	};
	int err;

	attr.ctime = attr.mtime;
	rwsem_write_lock(&inode->lock);
	err = inode_kill_suid(inode);
	if (!err)
		err = inode_setattr(inode, &attr);
	rwsem_write_unlock(&inode->lock);
	return err;
}

int file_truncate(struct file *file, loff_t size)
{
	struct inode *inode = file->inode;
	int err;

	if (size < 0 || !S_ISREG(inode->mode) || !(file->mode & FILE_WRITE))
		return -EINVAL;
	if (inode->fs_flags & FS_APPEND_FL)
		return -EPERM;
	err = truncate_inode(inode, size);
	if (!err)
		notify_dentry(file->path.dentry, IN_MODIFY);
	return err;
}

int path_truncate(const struct path *path, loff_t size)
{
	struct inode *inode = path->dentry->inode;
	int err;

	if (size < 0)
		return -EINVAL;
	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode))
		return -EINVAL;
	if (mount_is_readonly(path->mount))
		return -EROFS;
	err = inode_permission(inode, MAY_WRITE);
	if (err)
		return err;
	err = inode_get_write(inode);
	if (err)
		return err;
	err = truncate_inode(inode, size);
	inode_put_write(inode);
	if (!err)
		notify_dentry(path->dentry, IN_MODIFY);
	return err;
}

int path_setattr(const struct path *path, struct inode_attr *attr)
{
	struct inode *inode = path->dentry->inode;
	int err;

	if (mount_is_readonly(path->mount))
		return -EROFS;
	if (attr->valid & ATTR_MODE && S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	rwsem_write_lock(&inode->lock);
	err = inode_setattr(inode, attr);
	rwsem_write_unlock(&inode->lock);
	if (!err)
		notify_dentry(path->dentry, IN_ATTRIB);
	return err;
}

/* --- files without a name -------------------------------------------------------------------------- */

static void anon_name(struct dentry *dentry, char *buf, size_t size)
{
	const char *class_name = dentry->private_data;

	if (strchr(class_name, ':'))
		strscpy(buf, class_name, size);
	else
		snprintf(buf, size, "%s:[%llu]", class_name, (unsigned long long)dentry->inode->ino);
}

static const struct dentry_ops anon_dentry_ops = { .name = anon_name };

struct inode *anon_inode_alloc(mode_t mode)
{
	return inode_alloc(anon_mount->sb, mode);
}

int file_open_inode(const char *name, struct inode *inode, const struct file_ops *ops, int flags, struct file **out)
{
	struct file *file = file_alloc(flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC));
	struct dentry *dentry;

	if (!file)
		return -ENOMEM;
	dentry = dentry_alloc_root(inode->sb, inode);
	if (!dentry) {
		file_free(file);
		return -ENOMEM;
	}
	dentry->ops = &anon_dentry_ops;
	dentry->private_data = (void *)name;
	file->mode = file_mode_of(flags);
	file->inode = inode;
	file->ops = ops;
	file->path = (struct path){ mount_get(anon_mount), dentry };
	*out = file;
	return 0;
}

int file_open_anon(const char *class_name, const struct file_ops *ops, void *private_data, int flags, struct file **out)
{
	struct inode *inode = anon_inode_alloc(0600);
	int err;

	if (!inode)
		return -ENOMEM;
	err = file_open_inode(class_name, inode, ops, flags, out);
	if (err) {
		inode_put(inode);
		return err;
	}
	(*out)->private_data = private_data;
	return 0;
}

static int anon_fill_super(struct super_block *sb, const char *source, const char *data)
{
	struct inode *inode = inode_alloc(sb, S_IFDIR | 0700);

	if (!inode)
		return -ENOMEM;
	sb->root = dentry_alloc_root(sb, inode);
	if (!sb->root) {
		inode_put(inode);
		return -ENOMEM;
	}
	return 0;
}

static const struct file_system_type anon_type = {
	.name = "anon_inodefs",
	.flags = FS_SINGLE | FS_INTERNAL,
	.fill_super = anon_fill_super,
};
FILESYSTEM(anon_type);
