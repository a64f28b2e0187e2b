// SPDX-License-Identifier: MIT
/* stat(2), statx(2), access(2), readlink(2), statfs(2). */
#include <arch/layout.h>
#include <asm/stat.h>
#include <asm/statfs.h>
#include <fs/dentry.h>
#include <fs/device_node.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/super_block.h>
#include <kernel/cred.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/mount.h>
#include <mm/user_copy.h>
#include <process/access.h>
#include <syscall/at.h>
#include <syscall/define.h>
#include <syscall/open.h>

/* Inodes with nothing to add to their fields, which are nearly all: not by way of struct statx. */
static long put_plain_stat(void *user_stat, struct inode *inode)
{
	struct stat stat = {};

	stat.st_dev = dev_to_user(inode->sb->dev);
	stat.st_ino = inode->ino;
	stat.st_rdev = dev_to_user(inode->rdev);
	stat.st_size = inode->size;
	stat.st_blksize = PAGE_SIZE;
	stat.st_blocks = inode_blocks(inode);
	spin_lock(&inode->attr_lock);
	stat.st_nlink = inode->nlink;
	stat.st_mode = inode->mode;
	stat.st_uid = inode->uid;
	stat.st_gid = inode->gid;
	stat.st_atime = inode->atime.sec;
	stat.st_atime_nsec = inode->atime.nsec;
	stat.st_mtime = inode->mtime.sec;
	stat.st_mtime_nsec = inode->mtime.nsec;
	stat.st_ctime = inode->ctime.sec;
	stat.st_ctime_nsec = inode->ctime.nsec;
	spin_unlock(&inode->attr_lock);
	return copy_to_user(user_stat, &stat, sizeof(stat));
}

static long put_stat(void *user_stat, struct inode *inode)
{
	struct stat stat = {};
	struct statx x;

	if (likely(!inode->ops || !inode->ops->getattr))
		return put_plain_stat(user_stat, inode);

	inode_fill_stat(inode, &x);
	stat.st_dev = dev_to_user(inode->sb->dev);
	stat.st_ino = x.stx_ino;
	stat.st_nlink = x.stx_nlink;
	stat.st_mode = x.stx_mode;
	stat.st_uid = x.stx_uid;
	stat.st_gid = x.stx_gid;
	stat.st_rdev = dev_to_user(inode->rdev);
	stat.st_size = x.stx_size;
	stat.st_blksize = x.stx_blksize;
	stat.st_blocks = x.stx_blocks;
	stat.st_atime = x.stx_atime.tv_sec;
	stat.st_atime_nsec = x.stx_atime.tv_nsec;
	stat.st_mtime = x.stx_mtime.tv_sec;
	stat.st_mtime_nsec = x.stx_mtime.tv_nsec;
	stat.st_ctime = x.stx_ctime.tv_sec;
	stat.st_ctime_nsec = x.stx_ctime.tv_nsec;
	return copy_to_user(user_stat, &stat, sizeof(stat));
}

long stat_at(int dirfd, const char *user_name, void *user_stat, int at_flags)
{
	struct path path;
	int err;

	if (at_flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT))
		return -EINVAL;
	err = at_lookup(dirfd, user_name, at_lookup_flags(at_flags), &path);
	if (err)
		return err;
	err = put_stat(user_stat, path.dentry->inode);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE(newfstatat, int, dirfd, const char *, user_name, void *, user_stat, int, at_flags)
{
	return stat_at(dirfd, user_name, user_stat, at_flags);
}

SYSCALL_DEFINE(fstat, int, fd, void *, user_stat)
{
	struct fd_ref ref = fd_borrow_path(fd);
	long err;

	if (!ref.file)
		return -EBADF;
	err = put_stat(user_stat, ref.file->inode);
	fd_done(ref);
	return err;
}

SYSCALL_DEFINE(statx, int, dirfd, const char *, user_name, int, at_flags, unsigned int, mask, struct statx *, user_statx)
{
	struct statx x;
	struct path path;
	int err;

	if (mask & STATX__RESERVED || (at_flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
		return -EINVAL;
	if (at_flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	err = at_lookup(dirfd, user_name, at_lookup_flags(at_flags), &path);
	if (err)
		return err;
	inode_fill_stat(path.dentry->inode, &x);
	x.stx_mask |= STATX_MNT_ID;
	x.stx_mnt_id = path.mount->id;
	if (path.dentry == path.mount->root)
		x.stx_attributes |= STATX_ATTR_MOUNT_ROOT;
	path_put(&path);
	return copy_to_user(user_statx, &x, sizeof(x));
}

/* --- access ------------------------------------------------------------------------------------------- */

/* The caller's cred with the real IDs in the file-system ones, for access(2). NULL: no memory. */
static struct cred *cred_of_real_ids(void)
{
	struct cred *cred = cred_dup(current->cred);

	if (!cred)
		return NULL;
	cred->fsuid = cred->uid;
	cred->fsgid = cred->gid;
	cred->cap_effective = cred->uid ? 0 : cred->cap_permitted;
	return cred;
}

static int check_access(const struct path *path, int mode)
{
	struct inode *inode = path->dentry->inode;
	int err;

	if (mode & MAY_EXEC && S_ISREG(inode->mode) && path->mount->flags & MS_NOEXEC)
		return -EACCES;
	err = inode_permission(inode, mode);
	if (!err && mode & MAY_WRITE && mount_is_readonly(path->mount) &&
		(S_ISREG(inode->mode) || S_ISDIR(inode->mode) || S_ISLNK(inode->mode)))
		err = -EROFS;
	return err;
}

long access_at(int dirfd, const char *user_name, int mode, int at_flags)
{
	struct cred *saved = current->cred, *real = NULL;
	struct path path;
	int err;

	if (mode & ~7 || at_flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!(at_flags & AT_EACCESS) && (saved->uid != saved->fsuid || saved->gid != saved->fsgid ||
		saved->cap_effective != (saved->uid ? 0 : saved->cap_permitted))) {
		real = cred_of_real_ids();
		if (!real)
			return -ENOMEM;
		current->cred = real;
	}
	err = at_lookup(dirfd, user_name, at_lookup_flags(at_flags), &path);
	if (!err) {
		if (mode)
			err = check_access(&path, mode);
		path_put(&path);
	}
	if (real) {
		current->cred = saved;
		access_wait_for_readers();
		cred_put(real);
	}
	return err;
}

SYSCALL_DEFINE(faccessat, int, dirfd, const char *, user_name, int, mode)
{
	return access_at(dirfd, user_name, mode, 0);
}

SYSCALL_DEFINE(faccessat2, int, dirfd, const char *, user_name, int, mode, int, at_flags)
{
	return access_at(dirfd, user_name, mode, at_flags);
}

/* --- readlink ----------------------------------------------------------------------------------------- */

static long read_magic_link(struct inode *inode, char *buf, size_t size)
{
	return inode->ops->readlink ? inode->ops->readlink(inode, buf, size) : -EINVAL;
}

long readlink_at(int dirfd, const char *user_name, char *user_buf, int size)
{
	struct path path;
	char *buf;
	long ret;

	if (size <= 0)
		return -EINVAL;
	ret = at_lookup(dirfd, user_name, LOOKUP_EMPTY, &path);
	if (ret)
		return ret;
	ret = -EINVAL;
	if (!S_ISLNK(path.dentry->inode->mode)) {
		char first;

		if (!get_user(&first, user_name) && !first)
			ret = -ENOENT;
		goto put_path;
	}
	ret = -ENOMEM;
	buf = kmalloc(PATH_MAX);
	if (!buf)
		goto put_path;
	ret = read_magic_link(path.dentry->inode, buf, PATH_MAX);
	if (ret > size)
		ret = size;
	if (ret >= 0 && copy_to_user(user_buf, buf, ret))
		ret = -EFAULT;
	if (ret >= 0)
		inode_touch(path.dentry->inode, ATTR_ATIME);
	kfree(buf);
put_path:
	path_put(&path);
	return ret;
}

SYSCALL_DEFINE(readlinkat, int, dirfd, const char *, user_name, char *, user_buf, int, size)
{
	return readlink_at(dirfd, user_name, user_buf, size);
}

/* --- statfs ------------------------------------------------------------------------------------------- */

/* f_flags: ST_* of man 2 statfs; the low ones are the MS_* of the same name. */
#define ST_VALID 0x0020
#define ST_NOATIME 0x0400
#define ST_NODIRATIME 0x0800
#define ST_RELATIME 0x1000
#define ST_NOSYMFOLLOW 0x2000

static long mount_statfs_flags(const struct mount *mount)
{
	unsigned int flags = mount->flags;
	long out = ST_VALID | (flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)) |
		   (mount->sb->flags & (MS_RDONLY | MS_SYNCHRONOUS));

	if (flags & MS_NOATIME)
		out |= ST_NOATIME;
	if (flags & MS_NODIRATIME)
		out |= ST_NODIRATIME;
	if (flags & MS_RELATIME)
		out |= ST_RELATIME;
	if (flags & MS_NOSYMFOLLOW)
		out |= ST_NOSYMFOLLOW;
	return out;
}

static long put_statfs(const struct path *path, struct statfs *user_statfs)
{
	struct super_block *sb = path->mount->sb;
	struct kstatfs k = { .bsize = PAGE_SIZE, .namelen = NAME_MAX, .fsid = dev_to_user(sb->dev) };
	struct statfs out = {};
	int err = sb->ops && sb->ops->statfs ? sb->ops->statfs(sb, &k) : 0;

	if (err)
		return err;
	out.f_type = k.type;
	out.f_bsize = k.bsize;
	out.f_blocks = k.blocks;
	out.f_bfree = k.bfree;
	out.f_bavail = k.bavail;
	out.f_files = k.files;
	out.f_ffree = k.ffree;
	out.f_fsid.val[0] = (uint32_t)k.fsid;
	out.f_fsid.val[1] = k.fsid >> 32;
	out.f_namelen = k.namelen;
	out.f_frsize = k.frsize ? k.frsize : k.bsize;
	out.f_flags = mount_statfs_flags(path->mount);
	return copy_to_user(user_statfs, &out, sizeof(out));
}

SYSCALL_DEFINE(statfs, const char *, user_name, struct statfs *, user_statfs)
{
	struct path path;
	long err = at_lookup(AT_FDCWD, user_name, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = put_statfs(&path, user_statfs);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE(fstatfs, int, fd, struct statfs *, user_statfs)
{
	struct fd_ref ref = fd_borrow_path(fd);
	long err;

	if (!ref.file)
		return -EBADF;
	err = put_statfs(&ref.file->path, user_statfs);
	fd_done(ref);
	return err;
}
