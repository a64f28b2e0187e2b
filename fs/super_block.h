/* SPDX-License-Identifier: MIT */
/* A mounted file system, and the types there are (/proc/filesystems). */
#pragma once

#include <fs/vfs_types.h>
#include <kernel/mutex.h>
#include <lib/compiler.h>
#include <lib/linker_set.h>
#include <lib/list.h>
#include <lib/types.h>

struct kstatfs {
	long type; /* f_type: *_MAGIC of linux/magic.h */
	uint64_t bsize, blocks, bfree, bavail, files, ffree;
	uint64_t fsid;
	uint32_t namelen, frsize;
};

struct super_ops {
	void (*evict)(struct inode *inode);	  /* last reference of an inode gone: free what is private */
	int (*statfs)(struct super_block *sb, struct kstatfs *stat);
	int (*sync)(struct super_block *sb);
	int (*remount)(struct super_block *sb, unsigned int *sb_flags, const char *data);
	void (*show_options)(struct super_block *sb, char *buf, size_t size); /* ",size=64k" for /proc/mounts */
	void (*kill)(struct super_block *sb);	  /* last mount gone */
};

struct super_block {
	unsigned int refs; /* refcount: mounts */
	const struct file_system_type *type;
	const struct super_ops *ops;
	dev_t dev;	   /* st_dev; anonymous ones have major 0 */
	unsigned int flags; /* SB_RDONLY = MS_RDONLY ... */
	struct dentry *root;
	void *private_data;
	uint64_t next_ino; /* atomic */
	uint64_t max_size_bytes;
	char source[64];   /* first column of /proc/mounts is the mount's, this is for logs */
	struct list_head node;
	bool pins_dentries; /* ramfs-like: names live only in the dentry cache */
};

enum fs_type_flags {
	FS_REQUIRES_DEV = 1 << 0,
	FS_SINGLE = 1 << 1, /* one super block, every mount shows it (sysfs, devtmpfs) */
	FS_INTERNAL = 1 << 2, /* not for mount(2): rootfs, anonymous files */
	FS_FIXED_NAMES = 1 << 3, /* proc: a name that is not there can't be made, and says so by -ENOENT */
	FS_STRICT_MODE = 1 << 4, /* sysfs: a file without w (r) bits is not opened so, not even by root */
};

struct file_system_type {
	const char *name;
	unsigned int flags;
	/* Fills sb (root, ops, private_data). source and data (options text) may be NULL. 0 or -errno. May sleep. */
	int (*fill_super)(struct super_block *sb, const char *source, const char *data);
};

#define FILESYSTEM(object) LINKER_SET_ADD(filesystems, object)

const struct file_system_type *file_system_find(const char *name, size_t len);
/* A super block of a type (or the one there is, FS_SINGLE), with a reference for the mount. */
__must_check int super_block_get(const struct file_system_type *type, const char *source, unsigned int sb_flags, const char *data, struct super_block **out);
void super_block_put(struct super_block *sb);
dev_t super_block_anon_dev(void);
int super_block_sync_all(void); /* sync(2): 0 or the first error */

/* "key=value,key" options: calls fn for each; a nonzero return ends it and is returned. */
int mount_options_parse(const char *data, int (*fn)(void *ctx, const char *key, const char *value), void *ctx);
