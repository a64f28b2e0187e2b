/* SPDX-License-Identifier: MIT */
/*
 * A file system that is its own cache: names are dentries, contents are page-cache pages. ramfs, tmpfs, rootfs
 * and devtmpfs are this with different limits and options.
 */
#pragma once

#include <fs/super_block.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct ramfs_xattr;

/* super_block->private_data. */
struct ramfs_super {
	uint64_t max_pages, max_inodes;	  /* 0: no limit */
	uint64_t used_pages, used_inodes; /* atomic */
	uint64_t default_pages, default_inodes; /* not shown in /proc/mounts when they are in force */
	mode_t mode;			  /* of the root directory */
	uint32_t uid, gid;
	bool is_tmpfs;			  /* limits, xattrs, fallocate; else ramfs */
};

/* inode->private_data of symbolic links, and of what has extended attributes. */
struct ramfs_info {
	struct ramfs_xattr *xattrs; /* guarded by inode->lock */
	char target[];
};

/* Fills sb; takes super over, also on error. 0 or -ENOMEM. */
__must_check int ramfs_fill_super(struct super_block *sb, struct ramfs_super *super);
/* Half of memory, as tmpfs has it by default; then the options. -EINVAL, -ENOMEM. */
__must_check int tmpfs_super_create(const char *data, mode_t mode, struct ramfs_super **out);
__must_check int tmpfs_remount(struct super_block *sb, unsigned int *sb_flags, const char *data);
void tmpfs_show_options(struct super_block *sb, char *buf, size_t size);

/* -ENOSPC when the instance is full. */
__must_check int ramfs_charge_pages(struct super_block *sb, uint64_t nr_pages);
void ramfs_uncharge_pages(struct super_block *sb, uint64_t nr_pages);

/* xattr.c: for inode_ops of tmpfs. */
ssize_t ramfs_getxattr(struct inode *inode, const char *name, void *value, size_t size);
int ramfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags);
ssize_t ramfs_listxattr(struct inode *inode, char *list, size_t size);
void ramfs_free_info(struct ramfs_info *info);
