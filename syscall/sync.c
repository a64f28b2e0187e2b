// SPDX-License-Identifier: MIT
/* sync(2), fsync(2) and what else is about content as a whole: fallocate(2), fadvise64(2), readahead(2). */
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/notify.h>
#include <fs/super_block.h>
#include <linux/fadvise.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <process/fd_table.h>
#include <syscall/define.h>

SYSCALL_DEFINE(sync)
{
	(void)super_block_sync_all();
	return 0;
}

SYSCALL_DEFINE(syncfs, int, fd)
{
	struct fd_ref ref = fd_borrow(fd);
	struct super_block *sb;
	int err = 0;

	if (!ref.file)
		return -EBADF;
	sb = ref.file->inode->sb;
	if (sb->ops && sb->ops->sync)
		err = sb->ops->sync(sb);
	fd_done(ref);
	return err;
}

static long sync_file(int fd, bool data_only)
{
	struct fd_ref ref = fd_borrow(fd);
	int err = -EINVAL;

	if (!ref.file)
		return -EBADF;
	if (ref.file->ops->fsync)
		err = ref.file->ops->fsync(ref.file, data_only);
	fd_done(ref);
	return err;
}

SYSCALL_DEFINE(fsync, int, fd)
{
	return sync_file(fd, false);
}

SYSCALL_DEFINE(fdatasync, int, fd)
{
	return sync_file(fd, true);
}

static int check_positioned(const struct file *file, loff_t offset, loff_t len)
{
	loff_t end;

	if (offset < 0 || len < 0 || add_overflows(offset, len, &end))
		return -EINVAL;
	return file->mode & FILE_PREAD ? 0 : -ESPIPE;
}

SYSCALL_DEFINE(sync_file_range, int, fd, loff_t, offset, loff_t, len, unsigned int, flags)
{
	struct fd_ref ref;
	int err;

	if (flags & ~(SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER))
		return -EINVAL;
	ref = fd_borrow(fd);
	if (!ref.file)
		return -EBADF;
	err = check_positioned(ref.file, offset, len);
	if (!err && ref.file->ops->fsync)
		err = ref.file->ops->fsync(ref.file, true);
	fd_done(ref);
	return err;
}

static int allocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file->inode;
	loff_t end;
	int err;

	if (offset < 0 || len <= 0)
		return -EINVAL;
	if (mode & FALLOC_FL_PUNCH_HOLE && !(mode & FALLOC_FL_KEEP_SIZE))
		return -EOPNOTSUPP;
	if (!(file->mode & FILE_WRITE))
		return -EBADF;
	if (inode->fs_flags & FS_IMMUTABLE_FL || (mode & ~FALLOC_FL_KEEP_SIZE && inode->fs_flags & FS_APPEND_FL))
		return -EPERM;
	if (S_ISFIFO(inode->mode))
		return -ESPIPE;
	if (S_ISDIR(inode->mode))
		return -EISDIR;
	if (!S_ISREG(inode->mode) && !S_ISBLK(inode->mode))
		return -ENODEV;
	if (add_overflows(offset, len, &end) || (uint64_t)end > inode->sb->max_size_bytes)
		return -EFBIG;
	if (!file->ops->fallocate)
		return -EOPNOTSUPP;
	err = file->ops->fallocate(file, mode, offset, len);
	if (!err)
		notify_dentry(file->path.dentry, IN_MODIFY);
	return err;
}

SYSCALL_DEFINE(fallocate, int, fd, int, mode, loff_t, offset, loff_t, len)
{
	struct fd_ref ref = fd_borrow(fd);
	int err;

	if (!ref.file)
		return -EBADF;
	err = allocate(ref.file, mode, offset, len);
	fd_done(ref);
	return err;
}

/* Advice about caching changes nothing where the cache is the file. */
SYSCALL_DEFINE(fadvise64, int, fd, loff_t, offset, loff_t, len, int, advice)
{
	struct fd_ref ref = fd_borrow(fd);
	int err = 0;

	if (!ref.file)
		return -EBADF;
	if (S_ISFIFO(ref.file->inode->mode))
		err = -ESPIPE;
	else if (len < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	fd_done(ref);
	return err;
}

SYSCALL_DEFINE(readahead, int, fd, loff_t, offset, size_t, count)
{
	struct fd_ref ref = fd_borrow(fd);
	int err = 0;

	if (!ref.file)
		return -EBADF;
	if (!(ref.file->mode & FILE_READ))
		err = -EBADF;
	else if (!S_ISREG(ref.file->inode->mode) && !S_ISBLK(ref.file->inode->mode))
		err = -EINVAL;
	fd_done(ref);
	return err;
}
