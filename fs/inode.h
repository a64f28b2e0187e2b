/* SPDX-License-Identifier: MIT */
/*
 * inode: a file, directory, device or symbolic link of a file system.
 *
 * Life cycle: made by the file system with inode_alloc() (one reference), held by dentries and open files;
 * when the last reference goes and nlink is 0, super_ops->evict frees what it stores.
 * Locks: inode->lock (rwsem) serialises changes of a directory's names or a file's size; attributes are under
 * attr_lock. Order: parent directory before child; two directories by address.
 */
#pragma once

#include <arch/layout.h>
#include <fs/super_block.h>
#include <fs/vfs_types.h>
#include <kernel/mutex.h>
#include <lib/compiler.h>
#include <lib/types.h>
#include <linux/stat.h>
#include <mm/address_space.h>

struct timespec_ns {
	int64_t sec;
	uint32_t nsec;
};

/* What chmod, chown, utimes, truncate change; valid says which. */
enum attr_valid { ATTR_MODE = 1, ATTR_UID = 2, ATTR_GID = 4, ATTR_SIZE = 8, ATTR_ATIME = 16, ATTR_MTIME = 32, ATTR_CTIME = 64 };

struct inode_attr {
	unsigned int valid;
	mode_t mode;
	uint32_t uid, gid;
	uint64_t size;
	struct timespec_ns atime, mtime, ctime;
};

struct dir_emitter; /* fs/file.h */

/* Called by the vfs after permission checks, with the directory's lock held for writing (lookup: for reading at
 * least). Names are dentry->name. Each returns 0 or -errno and, on success, makes the dentry positive by
 * dentry_instantiate(). */
struct inode_ops {
	/* dentry is new and negative: instantiate it if the name exists. 0 in both cases. */
	int (*lookup)(struct inode *dir, struct dentry *dentry);
	int (*create)(struct inode *dir, struct dentry *dentry, mode_t mode);
	int (*mkdir)(struct inode *dir, struct dentry *dentry, mode_t mode);
	int (*mknod)(struct inode *dir, struct dentry *dentry, mode_t mode, dev_t dev);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *target);
	int (*link)(struct inode *dir, struct dentry *dentry, struct inode *target);
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	int (*rename)(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new_dentry, unsigned int flags);
	int (*tmpfile)(struct inode *dir, mode_t mode, struct inode **out);

	/* Symbolic links: the target text into buf (size bytes), its length or -errno. Or, for /proc magic links: */
	ssize_t (*readlink)(struct inode *inode, char *buf, size_t size);
	/* jumps straight to *out (references taken); NULL: follow the text. */
	int (*get_link)(struct inode *inode, struct path *out);

	int (*getattr)(struct inode *inode, struct statx *stat); /* after the generic fields were filled; NULL: nothing to add */
	int (*setattr)(struct inode *inode, const struct inode_attr *attr); /* NULL: inode_setattr_simple() */
	int (*permission)(struct inode *inode, int mask); /* MAY_*; NULL: mode bits */

	/* Extended attributes (man 7 xattr); NULL: -EOPNOTSUPP. Sizes as the system calls: size 0 asks for the length. */
	ssize_t (*getxattr)(struct inode *inode, const char *name, void *value, size_t size); /* -ENODATA, -ERANGE */
	int (*setxattr)(struct inode *inode, const char *name, const void *value, size_t size, int flags); /* value NULL: remove */
	ssize_t (*listxattr)(struct inode *inode, char *list, size_t size);
};

struct inode {
	unsigned int refs; /* refcount */
	struct super_block *sb;
	ino_t ino;
	dev_t rdev; /* device nodes */
	const struct inode_ops *ops;
	const struct file_ops *file_ops; /* of regular files and directories; devices find theirs at open */
	void *private_data;

	/* Guarded by attr_lock. */
	struct spinlock attr_lock;
	mode_t mode;
	uint32_t uid, gid;
	uint32_t nlink;
	struct timespec_ns atime, mtime, ctime, btime;
	uint32_t fs_flags; /* FS_IOC_GETFLAGS */

	struct rwsem lock;
	uint64_t size; /* atomic read; written under lock */
	uint64_t blocks; /* 512 bytes, besides the page cache of ramfs-like file systems: inode_blocks() */

	int write_count; /* atomic: >0 open for writing, <0 being executed (ETXTBSY) */
	struct address_space *mapping; /* of regular files; usually &data */
	struct address_space data;
	bool is_linkable; /* O_TMPFILE without O_EXCL: linkat may give it a name */
	void *pipe; /* FIFO: fs/pipe.c */
	void *locks; /* flock, fcntl locks: fs/locks.c */
	uint32_t seals; /* atomic: F_SEAL_*, of memory files (fs/memfd.c) */
	void *watches; /* inotify */
};

#define MAY_EXEC 1
#define MAY_WRITE 2
#define MAY_READ 4

/* A new inode of sb: one reference, next number, owner and times of now. NULL: no memory. */
struct inode *inode_alloc(struct super_block *sb, mode_t mode);
static inline void inode_get(struct inode *inode)
{
	__atomic_fetch_add(&inode->refs, 1, __ATOMIC_RELAXED);
}
void inode_put_last(struct inode *inode);
static inline void inode_put(struct inode *inode)
{
	if (__atomic_sub_fetch(&inode->refs, 1, __ATOMIC_ACQ_REL) == 0)
		inode_put_last(inode);
}

/* Permission of the current thread's cred (man 7 path_resolution): 0 or -EACCES. mask: MAY_*. */
int inode_permission(struct inode *inode, int mask);
bool inode_owner_or_capable(struct inode *inode);

int inode_setattr(struct inode *inode, struct inode_attr *attr); /* checks, then ops->setattr; inode->lock held for writing */
int inode_setattr_simple(struct inode *inode, const struct inode_attr *attr); /* fields only; truncates the page cache */
/* Where the page cache is the only store its pages count as blocks. */
static inline uint64_t inode_blocks(const struct inode *inode)
{
	return inode->blocks + (inode->sb->pins_dentries ? inode->data.nr_pages * (PAGE_SIZE / 512) : 0);
}
void inode_fill_stat(struct inode *inode, struct statx *stat);
void inode_touch(struct inode *inode, unsigned int attr_times); /* ATTR_ATIME|ATTR_MTIME|ATTR_CTIME to now */
void inode_set_owner(struct inode *inode, struct inode *dir, mode_t mode); /* fsuid, fsgid, setgid directories */
void inode_set_nlink(struct inode *inode, int delta); /* adds delta, ctime to now */
struct timespec_ns inode_now(void); /* CLOCK_REALTIME */
int inode_kill_suid(struct inode *inode); /* a write or truncation drops S_ISUID, S_ISGID (unless CAP_FSETID) */

/* Executable images: -ETXTBSY if it is open for writing; and the reverse. */
int inode_deny_write(struct inode *inode);
void inode_allow_write(struct inode *inode);
int inode_get_write(struct inode *inode);
void inode_put_write(struct inode *inode);
