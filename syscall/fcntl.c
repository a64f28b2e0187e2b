// SPDX-License-Identifier: MIT
/* fcntl(2), flock(2), ioctl(2). */
#include <asm/ioctls.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/locks.h>
#include <fs/mount.h>
#include <fs/memfd.h>
#include <fs/pipe.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/thread.h>
#include <lib/atomic.h>
#include <linux/fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/signal.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <process/pid_ns.h>
#include <process/process.h>
#include <syscall/define.h>

#define SIGNAL_MAX 64
#define SETTABLE_FLAGS (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | FASYNC)

static void file_change_flags(struct file *file, unsigned int mask, unsigned int value)
{
	unsigned int old = atomic_load_relaxed(&file->flags);

	while (!atomic_try_cmpxchg(&file->flags, &old, (old & ~mask) | (value & mask)))
		;
}

static long set_flags(struct file *file, unsigned long arg)
{
	if (arg & O_NOATIME && !(file->flags & O_NOATIME) && !inode_owner_or_capable(file->inode))
		return -EPERM;
	if (file->inode->fs_flags & FS_APPEND_FL && !(arg & O_APPEND))
		return -EPERM;
	file_change_flags(file, SETTABLE_FLAGS, arg);
	return 0;
}

static long dup_fd(struct file *file, unsigned long min_fd, bool cloexec)
{
	int fd;

	if (min_fd >= process_limit(RLIMIT_NOFILE))
		return -EINVAL;
	fd = fd_reserve(min_fd, cloexec);
	if (fd >= 0)
		fd_install(fd, file_get(file));
	return fd;
}

/* --- record locks --------------------------------------------------------------------------------------- */

/* struct flock's whence, start and len to a range of bytes. */
static int range_of_flock(struct file *file, const struct flock *flock, struct range_lock *lock)
{
	int64_t base, start, end;

	switch (flock->l_whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->pos;
		break;
	case SEEK_END:
		base = file->inode->size;
		break;
	default:
		return -EINVAL;
	}
	if (add_overflows(base, flock->l_start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	if (flock->l_len > 0) {
		if (add_overflows(start, flock->l_len - 1, &end))
			return -EOVERFLOW;
	} else if (flock->l_len < 0) {
		end = start - 1;
		if (add_overflows(start, flock->l_len, &start) || start < 0)
			return -EINVAL;
	} else {
		end = INT64_MAX;
	}
	lock->start = start;
	lock->end = end;
	lock->type = flock->l_type;
	if (lock->type != F_RDLCK && lock->type != F_WRLCK && lock->type != F_UNLCK)
		return -EINVAL;
	return 0;
}

/* Another thread may close the descriptor while this one waits: that close found no lock to release. */
static int set_record_lock(int fd, struct file *file, struct range_lock *lock, bool wait)
{
	int err = locks_set_range(file, lock, wait);
	struct file *now;

	if (err || lock->type == F_UNLCK || lock->owner == file)
		return err;
	now = fd_get_path(fd);
	if (now)
		file_put(now);
	if (now == file)
		return 0;
	lock->type = F_UNLCK;
	return locks_set_range(file, lock, false) ?: -EBADF;
}

static long record_lock(int fd, struct file *file, unsigned int cmd, struct flock *user_flock)
{
	bool is_ofd = cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
	struct range_lock lock;
	struct flock flock;
	int err;

	if (get_user(&flock, user_flock))
		return -EFAULT;
	if (is_ofd && flock.l_pid)
		return -EINVAL;
	err = range_of_flock(file, &flock, &lock);
	if (err)
		return err;
	lock.owner = is_ofd ? (void *)file : (void *)current->files;
	lock.pid = is_ofd ? -1 : pid_vnr(current_process()->pid);
	if (cmd == F_GETLK || cmd == F_OFD_GETLK) {
		if (lock.type == F_UNLCK)
			return -EINVAL;
		locks_get_range(file, &lock);
		flock.l_type = lock.type;
		if (lock.type != F_UNLCK) {
			flock.l_whence = SEEK_SET;
			flock.l_start = lock.start;
			flock.l_len = lock.end == INT64_MAX ? 0 : lock.end - lock.start + 1;
			flock.l_pid = lock.pid;
		}
		return put_user(flock, user_flock);
	}
	if ((lock.type == F_RDLCK && !(file->mode & FILE_READ)) || (lock.type == F_WRLCK && !(file->mode & FILE_WRITE)))
		return -EBADF;
	return set_record_lock(fd, file, &lock, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
}

/* --- owner of SIGIO --------------------------------------------------------------------------------------- */

static long set_owner(struct file *file, int type, int id)
{
	struct pid *pid = NULL, *old;

	if (id) {
		pid = pid_find_vnr_get(id);
		if (!pid)
			return -ESRCH;
	}
	spin_lock(&file->lock);
	old = file->owner;
	file->owner = pid;
	file->owner_type = type;
	spin_unlock(&file->lock);
	if (old)
		pid_put(old);
	return 0;
}

static long set_owner_signed(struct file *file, int arg)
{
	if (arg == INT32_MIN)
		return -EINVAL;
	return set_owner(file, arg < 0 ? F_OWNER_PGRP : F_OWNER_PID, arg < 0 ? -arg : arg);
}

static long get_owner(struct file *file)
{
	long nr;

	spin_lock(&file->lock);
	nr = pid_vnr(file->owner);
	if (file->owner_type == F_OWNER_PGRP)
		nr = -nr;
	spin_unlock(&file->lock);
	return nr;
}

static long owner_ex(struct file *file, unsigned int cmd, struct f_owner_ex *user_owner)
{
	struct f_owner_ex owner;

	if (cmd == F_GETOWN_EX) {
		owner.type = file->owner_type;
		owner.pid = get_owner(file);
		if (owner.pid < 0)
			owner.pid = -owner.pid;
		return put_user(owner, user_owner);
	}
	if (get_user(&owner, user_owner))
		return -EFAULT;
	if (owner.type != F_OWNER_TID && owner.type != F_OWNER_PID && owner.type != F_OWNER_PGRP)
		return -EINVAL;
	return set_owner(file, owner.type, owner.pid);
}

static long set_signal(struct file *file, unsigned long signo)
{
	if (signo > SIGNAL_MAX)
		return -EINVAL;
	file->owner_signal = signo;
	return 0;
}

static long do_fcntl(int fd, struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case F_DUPFD:
		return dup_fd(file, arg, false);
	case F_DUPFD_CLOEXEC:
		return dup_fd(file, arg, true);
	case F_GETFD:
		return fd_get_cloexec(fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		return fd_set_cloexec(fd, arg & FD_CLOEXEC);
	case F_GETFL:
		return file->flags;
	}
	if (file->mode & FILE_PATH)
		return -EBADF;
	switch (cmd) {
	case F_SETFL:
		return set_flags(file, arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return record_lock(fd, file, cmd, (struct flock *)arg);
	case F_GETOWN:
		return get_owner(file);
	case F_SETOWN:
		return set_owner_signed(file, arg);
	case F_GETOWN_EX:
	case F_SETOWN_EX:
		return owner_ex(file, cmd, (struct f_owner_ex *)arg);
	case F_GETSIG:
		return file->owner_signal;
	case F_SETSIG:
		return set_signal(file, arg);
	case F_GETLEASE:
		return F_UNLCK;
	case F_ADD_SEALS:
		return memfd_add_seals(file, arg);
	case F_GET_SEALS:
		return memfd_get_seals(file);
	case F_SETPIPE_SZ:
	case F_GETPIPE_SZ:
		return S_ISFIFO(file->inode->mode) ? pipe_fcntl(file, cmd, arg) : -EBADF;
	}
	return -EINVAL;
}

SYSCALL_DEFINE(fcntl, int, fd, unsigned int, cmd, unsigned long, arg)
{
	struct fd_ref ref = fd_borrow_path(fd);
	long ret;

	if (!ref.file)
		return -EBADF;
	ret = do_fcntl(fd, ref.file, cmd, arg);
	fd_done(ref);
	return ret;
}

SYSCALL_DEFINE(flock, int, fd, int, operation)
{
	struct fd_ref ref = fd_borrow(fd);
	int err;

	if (!ref.file)
		return -EBADF;
	err = locks_flock(ref.file, operation);
	fd_done(ref);
	return err;
}

/* --- ioctl -------------------------------------------------------------------------------------------------- */

static long set_flag_by_user(struct file *file, unsigned int flag, const int *user_on)
{
	int on;

	if (get_user(&on, user_on))
		return -EFAULT;
	file_change_flags(file, flag, on ? flag : 0);
	return 0;
}

static long regular_bytes_left(struct file *file, int *user_count)
{
	int left = (loff_t)file->inode->size - file->pos;

	return put_user(left, user_count);
}

static long set_inode_flags(struct file *file, const unsigned int *user_flags)
{
	const unsigned int settable = FS_IMMUTABLE_FL | FS_APPEND_FL | FS_NODUMP_FL | FS_NOATIME_FL;
	struct inode *inode = file->inode;
	unsigned int flags;

	if (get_user(&flags, user_flags))
		return -EFAULT;
	if (mount_is_readonly(file->path.mount))
		return -EROFS;
	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (flags & ~settable)
		return -EOPNOTSUPP;
	if ((flags ^ inode->fs_flags) & (FS_IMMUTABLE_FL | FS_APPEND_FL) && !capable(CAP_LINUX_IMMUTABLE))
		return -EPERM;
	spin_lock(&inode->attr_lock);
	inode->fs_flags = flags;
	spin_unlock(&inode->attr_lock);
	inode_touch(inode, ATTR_CTIME);
	return 0;
}

static long do_ioctl(int fd, struct file *file, unsigned int cmd, unsigned long arg)
{
	struct inode *inode = file->inode;
	bool is_flagged = S_ISREG(inode->mode) || S_ISDIR(inode->mode);
	long ret;

	switch (cmd) {
	case FIOCLEX:
		return fd_set_cloexec(fd, true);
	case FIONCLEX:
		return fd_set_cloexec(fd, false);
	case FIONBIO:
		return set_flag_by_user(file, O_NONBLOCK, (int *)arg);
	case FIOASYNC:
		return set_flag_by_user(file, FASYNC, (int *)arg);
	}
	ret = file->ops->ioctl ? file->ops->ioctl(file, cmd, arg) : -ENOTTY;
	if (ret != -ENOTTY)
		return ret;
	if (cmd == FIONREAD && S_ISREG(inode->mode))
		return regular_bytes_left(file, (int *)arg);
	if (cmd == FS_IOC_GETFLAGS && is_flagged)
		return put_user(inode->fs_flags, (unsigned int *)arg);
	if (cmd == FS_IOC_SETFLAGS && is_flagged)
		return set_inode_flags(file, (unsigned int *)arg);
	if (cmd == FICLONE || cmd == FICLONERANGE || cmd == FS_IOC_FIEMAP)
		return S_ISREG(inode->mode) ? -EOPNOTSUPP : -ENOTTY;
	return -ENOTTY;
}

SYSCALL_DEFINE(ioctl, int, fd, unsigned int, cmd, unsigned long, arg)
{
	struct fd_ref ref = fd_borrow(fd);
	long ret;

	if (!ref.file)
		return -EBADF;
	ret = do_ioctl(fd, ref.file, cmd, arg);
	fd_done(ref);
	return ret;
}
