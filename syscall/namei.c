// SPDX-License-Identifier: MIT
/* Calls that make, remove and rename names, and change what belongs to a name: mode, owner, times, size. */
#include <fs/device_node.h>
#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <kernel/cred.h>
#include <kernel/signal_send.h>
#include <kernel/thread.h>
#include <linux/fcntl.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/time_types.h>
#include <mm/user_copy.h>
#include <process/process.h>
#include <syscall/at.h>
#include <syscall/define.h>
#include <syscall/open.h>

/* A name and what it is relative to. */
struct at_name {
	struct path_name name;
	struct at_base at;
};

static int at_name_get(struct at_name *n, int dirfd, const char *user_name)
{
	int err = path_name_get(&n->name, user_name);

	if (err)
		return err;
	err = at_begin(&n->at, dirfd, n->name.name);
	if (err)
		path_name_put(&n->name);
	return err;
}

static void at_name_put(struct at_name *n)
{
	at_end(&n->at);
	path_name_put(&n->name);
}

long mkdir_at(int dirfd, const char *user_name, mode_t mode)
{
	struct at_name n;
	int err = at_name_get(&n, dirfd, user_name);

	if (err)
		return err;
	err = vfs_mkdir(n.at.base, n.name.name, mode & 01777 & ~current->fs->umask);
	at_name_put(&n);
	return err;
}

long mknod_at(int dirfd, const char *user_name, mode_t mode, unsigned int user_dev)
{
	struct at_name n;
	int err = at_name_get(&n, dirfd, user_name);

	if (err)
		return err;
	err = vfs_mknod(n.at.base, n.name.name, mode & ~current->fs->umask,
		S_ISCHR(mode) || S_ISBLK(mode) ? dev_from_user(user_dev) : 0);
	at_name_put(&n);
	return err;
}

long unlink_at(int dirfd, const char *user_name, int at_flags)
{
	struct at_name n;
	int err;

	if (at_flags & ~AT_REMOVEDIR)
		return -EINVAL;
	err = at_name_get(&n, dirfd, user_name);
	if (err)
		return err;
	err = vfs_unlink(n.at.base, n.name.name, at_flags & AT_REMOVEDIR);
	at_name_put(&n);
	return err;
}

long symlink_at(const char *user_target, int dirfd, const char *user_name)
{
	struct path_name target;
	struct at_name n;
	int err = path_name_get(&target, user_target);

	if (err)
		return err;
	err = at_name_get(&n, dirfd, user_name);
	if (!err) {
		err = vfs_symlink(n.at.base, n.name.name, target.name);
		at_name_put(&n);
	}
	path_name_put(&target);
	return err;
}

long link_at(int old_dirfd, const char *user_old, int new_dirfd, const char *user_new, int at_flags)
{
	struct path old;
	struct at_name n;
	int err;

	if (at_flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = at_lookup(old_dirfd, user_old,
		(at_flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) | (at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &old);
	if (err)
		return err;
	err = at_name_get(&n, new_dirfd, user_new);
	if (!err) {
		err = vfs_link(&old, n.at.base, n.name.name);
		at_name_put(&n);
	}
	path_put(&old);
	return err;
}

long rename_at(int old_dirfd, const char *user_old, int new_dirfd, const char *user_new, unsigned int flags)
{
	struct at_name old, new;
	int err = at_name_get(&old, old_dirfd, user_old);

	if (err)
		return err;
	err = at_name_get(&new, new_dirfd, user_new);
	if (!err) {
		err = vfs_rename(old.at.base, old.name.name, new.at.base, new.name.name, flags);
		at_name_put(&new);
	}
	at_name_put(&old);
	return err;
}

SYSCALL_DEFINE(mkdirat, int, dirfd, const char *, user_name, mode_t, mode)
{
	return mkdir_at(dirfd, user_name, mode);
}

SYSCALL_DEFINE(mknodat, int, dirfd, const char *, user_name, mode_t, mode, unsigned int, dev)
{
	return mknod_at(dirfd, user_name, mode, dev);
}

SYSCALL_DEFINE(unlinkat, int, dirfd, const char *, user_name, int, at_flags)
{
	return unlink_at(dirfd, user_name, at_flags);
}

SYSCALL_DEFINE(symlinkat, const char *, user_target, int, dirfd, const char *, user_name)
{
	return symlink_at(user_target, dirfd, user_name);
}

SYSCALL_DEFINE(linkat, int, old_dirfd, const char *, user_old, int, new_dirfd, const char *, user_new, int, at_flags)
{
	return link_at(old_dirfd, user_old, new_dirfd, user_new, at_flags);
}

SYSCALL_DEFINE(renameat, int, old_dirfd, const char *, user_old, int, new_dirfd, const char *, user_new)
{
	return rename_at(old_dirfd, user_old, new_dirfd, user_new, 0);
}

SYSCALL_DEFINE(renameat2, int, old_dirfd, const char *, user_old, int, new_dirfd, const char *, user_new, unsigned int, flags)
{
	return rename_at(old_dirfd, user_old, new_dirfd, user_new, flags);
}

/* --- attributes --------------------------------------------------------------------------------------- */

static long setattr_at(int dirfd, const char *user_name, int at_flags, struct inode_attr *attr)
{
	struct path path;
	int err = at_lookup(dirfd, user_name, at_lookup_flags(at_flags), &path);

	if (err)
		return err;
	err = path_setattr(&path, attr);
	path_put(&path);
	return err;
}

static long setattr_fd(int fd, struct inode_attr *attr)
{
	struct fd_ref ref = fd_borrow(fd);
	int err;

	if (!ref.file)
		return -EBADF;
	err = path_setattr(&ref.file->path, attr);
	fd_done(ref);
	return err;
}

long chmod_at(int dirfd, const char *user_name, mode_t mode, int at_flags)
{
	struct inode_attr attr = { .valid = ATTR_MODE, .mode = mode };

	if (at_flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return setattr_at(dirfd, user_name, at_flags, &attr);
}

static struct inode_attr owner_attr(uint32_t uid, uint32_t gid)
{
	return (struct inode_attr){
		.valid = (uid != UINT32_MAX ? ATTR_UID : 0) | (gid != UINT32_MAX ? ATTR_GID : 0),
		.uid = uid,
		.gid = gid,
	};
}

long chown_at(int dirfd, const char *user_name, uint32_t uid, uint32_t gid, int at_flags)
{
	struct inode_attr attr = owner_attr(uid, gid);

	if (at_flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return setattr_at(dirfd, user_name, at_flags, &attr);
}

SYSCALL_DEFINE(fchmodat, int, dirfd, const char *, user_name, mode_t, mode)
{
	return chmod_at(dirfd, user_name, mode, 0);
}

SYSCALL_DEFINE(fchmodat2, int, dirfd, const char *, user_name, mode_t, mode, unsigned int, at_flags)
{
	return chmod_at(dirfd, user_name, mode, at_flags);
}

SYSCALL_DEFINE(fchmod, int, fd, mode_t, mode)
{
	struct inode_attr attr = { .valid = ATTR_MODE, .mode = mode };

	return setattr_fd(fd, &attr);
}

SYSCALL_DEFINE(fchownat, int, dirfd, const char *, user_name, uint32_t, uid, uint32_t, gid, int, at_flags)
{
	return chown_at(dirfd, user_name, uid, gid, at_flags);
}

SYSCALL_DEFINE(fchown, int, fd, uint32_t, uid, uint32_t, gid)
{
	struct inode_attr attr = owner_attr(uid, gid);

	return setattr_fd(fd, &attr);
}

/* <linux/fs.h> of the kernel has these for itself: no UAPI header does (man 2 utimensat). */
#define UTIME_NOW ((1L << 30) - 1)
#define UTIME_OMIT ((1L << 30) - 2)

/* man 2 utimensat: one time into attr. False: the value is none. */
static bool one_time(const struct __kernel_timespec *time, unsigned int bit, struct inode_attr *attr, struct timespec_ns *out, bool *explicit)
{
	if (time->tv_nsec == UTIME_OMIT)
		return true;
	attr->valid |= bit;
	if (time->tv_nsec == UTIME_NOW) {
		*out = inode_now();
		return true;
	}
	*explicit = true;
	*out = (struct timespec_ns){ time->tv_sec, time->tv_nsec };
	return time->tv_nsec >= 0 && time->tv_nsec < 1000000000;
}

static int utimes_path(const struct path *path, const struct __kernel_timespec *times)
{
	struct inode *inode = path->dentry->inode;
	struct inode_attr attr = { .valid = ATTR_ATIME | ATTR_MTIME };
	bool explicit = false;
	int err;

	if (!times) {
		attr.atime = attr.mtime = inode_now();
	} else {
		attr.valid = 0;
		if (times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT)
			return 0;
		if (!one_time(&times[0], ATTR_ATIME, &attr, &attr.atime, &explicit) ||
			!one_time(&times[1], ATTR_MTIME, &attr, &attr.mtime, &explicit))
			return -EINVAL;
		/* Leaving one alone is as choosing: only "both now" is open to who may write. */
		if (attr.valid != (ATTR_ATIME | ATTR_MTIME))
			explicit = true;
	}
	if (!inode_owner_or_capable(inode)) {
		if (explicit)
			return -EPERM;
		err = inode_permission(inode, MAY_WRITE);
		if (err)
			return err;
	}
	return path_setattr(path, &attr);
}

long utimes_at(int dirfd, const char *user_name, const struct __kernel_timespec *times, int at_flags)
{
	struct path path;
	int err;

	if (!user_name && dirfd != AT_FDCWD) {
		struct fd_ref ref = fd_borrow(dirfd);

		if (at_flags)
			err = -EINVAL;
		else
			err = ref.file ? utimes_path(&ref.file->path, times) : -EBADF;
		fd_done(ref);
		return err;
	}
	if (at_flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = at_lookup(dirfd, user_name, at_lookup_flags(at_flags), &path);
	if (err)
		return err;
	err = utimes_path(&path, times);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE(utimensat, int, dirfd, const char *, user_name, const struct __kernel_timespec *, user_times, int, at_flags)
{
	struct __kernel_timespec times[2];

	if (user_times && copy_from_user(times, user_times, sizeof(times)))
		return -EFAULT;
	return utimes_at(dirfd, user_name, user_times ? times : NULL, at_flags);
}

/* RLIMIT_FSIZE: a file is not made longer than that. */
static int limit_new_size(const struct inode *inode, loff_t size)
{
	if ((uint64_t)size <= inode->size || (uint64_t)size <= current_process()->limits[RLIMIT_FSIZE].rlim_cur)
		return 0;
	signal_ops()->send_thread(current, SIGXFSZ);
	return -EFBIG;
}

SYSCALL_DEFINE(truncate, const char *, user_name, loff_t, size)
{
	struct path path;
	int err;

	if (size < 0)
		return -EINVAL;
	err = at_lookup(AT_FDCWD, user_name, LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	err = limit_new_size(path.dentry->inode, size);
	if (!err)
		err = path_truncate(&path, size);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE(ftruncate, int, fd, loff_t, size)
{
	struct fd_ref ref = fd_borrow(fd);
	int err;

	if (!ref.file)
		return -EBADF;
	err = ref.file->mode & FILE_WRITE ? limit_new_size(ref.file->inode, size) : 0;
	if (!err)
		err = file_truncate(ref.file, size);
	fd_done(ref);
	return err;
}

SYSCALL_DEFINE(umask, mode_t, mask)
{
	struct fs_context *fs = current->fs;
	mode_t old;

	spin_lock(&fs->lock);
	old = fs->umask;
	fs->umask = mask & 0777;
	spin_unlock(&fs->lock);
	return old;
}
