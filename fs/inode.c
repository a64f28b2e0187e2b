// SPDX-License-Identifier: MIT
/* Inodes: life, permissions, attributes. What is stored behind them is the file system's. */
#include <fs/inode.h>

#include <arch/layout.h>
#include <fs/device_node.h>
#include <fs/notify.h>
#include <fs/super_block.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <linux/fs.h>

struct timespec_ns inode_now(void)
{
	uint64_t ns = time_realtime_ns();

	return (struct timespec_ns){ .sec = ns / NSEC_PER_SEC, .nsec = ns % NSEC_PER_SEC };
}

struct inode *inode_alloc(struct super_block *sb, mode_t mode)
{
	struct inode *inode = kzalloc(sizeof(*inode));

	if (!inode)
		return NULL;
	inode->refs = 1;
	inode->sb = sb;
	inode->ino = atomic_fetch_add_relaxed(&sb->next_ino, 1) + 1;
	inode->mode = mode;
	inode->nlink = 1;
	inode->uid = current->cred->fsuid;
	inode->gid = current->cred->fsgid;
	inode->atime = inode->mtime = inode->ctime = inode->btime = inode_now();
	rwsem_init(&inode->lock);
	if (S_ISREG(mode)) {
		address_space_init(&inode->data, NULL, inode);
		inode->mapping = &inode->data;
	}
	return inode;
}

void inode_put_last(struct inode *inode)
{
	if (unlikely(inode->watches)) /* they hold no reference: this ends them */
		notify_inode(inode, inode->nlink ? IN_UNMOUNT : IN_DELETE_SELF);
	if (inode->sb->ops && inode->sb->ops->evict)
		inode->sb->ops->evict(inode);
	if (inode->mapping == &inode->data)
		address_space_destroy(&inode->data);
	kfree(inode);
}

void inode_set_owner(struct inode *inode, struct inode *dir, mode_t mode)
{
	const struct cred *cred = current->cred;

	inode->uid = cred->fsuid;
	inode->gid = cred->fsgid;
	if (dir && dir->mode & S_ISGID) {
		inode->gid = dir->gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
		else if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
			!cred_in_group(cred, dir->gid) && !capable(CAP_FSETID))
			mode &= ~S_ISGID;
	}
	inode->mode = mode;
}

/* The class of mode bits that applies to the caller allows mask. */
static bool mode_allows(const struct inode *inode, int mask)
{
	const struct cred *cred = current->cred;
	mode_t mode = inode->mode;

	if (cred->fsuid == inode->uid)
		mode >>= 6;
	else if (((mode >> 3 ^ mode) & 7) && cred_in_group(cred, inode->gid))
		mode >>= 3;
	return !(mask & ~mode & 7);
}

static bool capability_allows(const struct inode *inode, int mask)
{
	if (S_ISDIR(inode->mode)) {
		if (!(mask & MAY_WRITE) && capable(CAP_DAC_READ_SEARCH))
			return true;
		return capable(CAP_DAC_OVERRIDE);
	}
	if (mask == MAY_READ && capable(CAP_DAC_READ_SEARCH))
		return true;
	if (mask & MAY_EXEC && !(inode->mode & 0111))
		return false;
	return capable(CAP_DAC_OVERRIDE);
}

int inode_permission(struct inode *inode, int mask)
{
	mode_t mode = inode->mode;

	if (mask & MAY_WRITE) {
		if (inode->sb->flags & MS_RDONLY && (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
			return -EROFS;
		if (inode->fs_flags & FS_IMMUTABLE_FL)
			return -EPERM;
	}
	if (inode->ops && inode->ops->permission)
		return inode->ops->permission(inode, mask);
	/* Searching a directory that everybody may search: most of what a path walk asks. */
	if (mask == MAY_EXEC && (mode & 0111) == 0111)
		return 0;
	if (mode_allows(inode, mask) || capability_allows(inode, mask))
		return 0;
	return -EACCES;
}

bool inode_owner_or_capable(struct inode *inode)
{
	return current->cred->fsuid == inode->uid || capable(CAP_FOWNER);
}

static int check_owner_change(struct inode *inode, const struct inode_attr *attr)
{
	const struct cred *cred = current->cred;
	bool is_owner = cred->fsuid == inode->uid;

	if (attr->valid & ATTR_UID && !(is_owner && attr->uid == inode->uid) && !capable(CAP_CHOWN))
		return -EPERM;
	if (attr->valid & ATTR_GID &&
		!(is_owner && (attr->gid == inode->gid || cred_in_group(cred, attr->gid))) &&
		!capable(CAP_CHOWN))
		return -EPERM;
	return 0;
}

/* A new owner must not inherit the old one's set-ID bits. */
static void drop_set_id_bits(struct inode *inode, struct inode_attr *attr)
{
	mode_t mode = attr->valid & ATTR_MODE ? attr->mode : inode->mode;
	mode_t kill = mode & S_ISUID;

	if (mode & S_ISGID && (mode & S_IXGRP ||
		(!cred_in_group(current->cred, inode->gid) && !capable(CAP_FSETID))))
		kill |= S_ISGID;
	if (!kill)
		return;
	attr->valid |= ATTR_MODE;
	attr->mode = mode & ~kill;
}

int inode_setattr(struct inode *inode, struct inode_attr *attr)
{
	int err;

	if (attr->valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_ATIME | ATTR_MTIME) &&
		inode->fs_flags & (FS_IMMUTABLE_FL | FS_APPEND_FL))
		return -EPERM;
	err = check_owner_change(inode, attr);
	if (err)
		return err;
	if (attr->valid & ATTR_MODE) {
		uint32_t gid = attr->valid & ATTR_GID ? attr->gid : inode->gid;

		if (!inode_owner_or_capable(inode))
			return -EPERM;
		attr->mode = (attr->mode & 07777) | (inode->mode & S_IFMT);
		if (!cred_in_group(current->cred, gid) && !capable(CAP_FSETID))
			attr->mode &= ~S_ISGID;
	}
	if (attr->valid & ATTR_SIZE && inode->sb->max_size_bytes && attr->size > inode->sb->max_size_bytes)
		return -EFBIG;
	if (attr->valid & (ATTR_UID | ATTR_GID) && !S_ISDIR(inode->mode))
		drop_set_id_bits(inode, attr);
	if (!(attr->valid & ATTR_CTIME)) {
		attr->valid |= ATTR_CTIME;
		attr->ctime = inode_now();
	}
	if (inode->ops && inode->ops->setattr)
		return inode->ops->setattr(inode, attr);
	return inode_setattr_simple(inode, attr);
}

int inode_setattr_simple(struct inode *inode, const struct inode_attr *attr)
{
	unsigned int valid = attr->valid;

	if (valid & ATTR_SIZE) {
		uint64_t old = inode->size;

		atomic_store(&inode->size, attr->size);
		if (attr->size < old && inode->mapping)
			page_cache_truncate(inode->mapping, attr->size);
	}
	spin_lock(&inode->attr_lock);
	if (valid & ATTR_MODE)
		inode->mode = attr->mode;
	if (valid & ATTR_UID)
		inode->uid = attr->uid;
	if (valid & ATTR_GID)
		inode->gid = attr->gid;
	if (valid & ATTR_ATIME)
		inode->atime = attr->atime;
	if (valid & ATTR_MTIME)
		inode->mtime = attr->mtime;
	if (valid & ATTR_CTIME)
		inode->ctime = attr->ctime;
	spin_unlock(&inode->attr_lock);
	return 0;
}

int inode_kill_suid(struct inode *inode)
{
	mode_t mode = inode->mode, kill = mode & S_ISUID;
	struct inode_attr attr;

	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		kill |= S_ISGID;
	if (!kill || !S_ISREG(mode) || capable(CAP_FSETID))
		return 0;
	attr = (struct inode_attr){ .valid = ATTR_MODE, .mode = mode & ~kill };
	if (inode->ops && inode->ops->setattr)
		return inode->ops->setattr(inode, &attr);
	return inode_setattr_simple(inode, &attr);
}

void inode_touch(struct inode *inode, unsigned int attr_times)
{
	struct timespec_ns now = inode_now();

	spin_lock(&inode->attr_lock);
	if (attr_times & ATTR_ATIME)
		inode->atime = now;
	if (attr_times & ATTR_MTIME)
		inode->mtime = now;
	if (attr_times & ATTR_CTIME)
		inode->ctime = now;
	spin_unlock(&inode->attr_lock);
}

void inode_set_nlink(struct inode *inode, int delta)
{
	struct timespec_ns now = inode_now();

	spin_lock(&inode->attr_lock);
	inode->nlink += delta;
	inode->ctime = now;
	spin_unlock(&inode->attr_lock);
}

static struct statx_timestamp stat_time(struct timespec_ns time)
{
	return (struct statx_timestamp){ .tv_sec = time.sec, .tv_nsec = time.nsec };
}

void inode_fill_stat(struct inode *inode, struct statx *stat)
{
	*stat = (struct statx){ .stx_mask = STATX_BASIC_STATS | STATX_BTIME };
	stat->stx_blksize = PAGE_SIZE;
	stat->stx_ino = inode->ino;
	stat->stx_size = atomic_load_relaxed(&inode->size);
	stat->stx_blocks = inode_blocks(inode);
	stat->stx_rdev_major = DEV_MAJOR(inode->rdev);
	stat->stx_rdev_minor = DEV_MINOR(inode->rdev);
	stat->stx_dev_major = DEV_MAJOR(inode->sb->dev);
	stat->stx_dev_minor = DEV_MINOR(inode->sb->dev);

	spin_lock(&inode->attr_lock);
	stat->stx_mode = inode->mode;
	stat->stx_nlink = inode->nlink;
	stat->stx_uid = inode->uid;
	stat->stx_gid = inode->gid;
	stat->stx_atime = stat_time(inode->atime);
	stat->stx_mtime = stat_time(inode->mtime);
	stat->stx_ctime = stat_time(inode->ctime);
	stat->stx_btime = stat_time(inode->btime);
	stat->stx_attributes_mask = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_MOUNT_ROOT;
	if (inode->fs_flags & FS_IMMUTABLE_FL)
		stat->stx_attributes |= STATX_ATTR_IMMUTABLE;
	if (inode->fs_flags & FS_APPEND_FL)
		stat->stx_attributes |= STATX_ATTR_APPEND;
	spin_unlock(&inode->attr_lock);

	if (inode->ops && inode->ops->getattr)
		(void)inode->ops->getattr(inode, stat);
}

/* write_count: n > 0 writers, or -n programs running from it; never both. */
static int write_count_change(struct inode *inode, int sign)
{
	int old = atomic_load_relaxed(&inode->write_count);

	do {
		if (old * sign < 0)
			return -ETXTBSY;
	} while (!atomic_try_cmpxchg(&inode->write_count, &old, old + sign));
	return 0;
}

int inode_get_write(struct inode *inode)
{
	return write_count_change(inode, 1);
}

void inode_put_write(struct inode *inode)
{
	atomic_dec(&inode->write_count);
}

int inode_deny_write(struct inode *inode)
{
	return write_count_change(inode, -1);
}

void inode_allow_write(struct inode *inode)
{
	atomic_inc(&inode->write_count);
}
