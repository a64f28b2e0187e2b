/* SPDX-License-Identifier: MIT */
/*
 * Forward declarations of the vfs's structures, and the terms in one place: see each header.
 *
 * Lock order, sleeping locks first:
 *	file->pos_lock
 *	  namespace_lock			trees of mounts
 *	    rename_lock				names and parents of dentries
 *	      inode->lock			a directory before its child; of two directories the ancestor first
 *	        locks of the page cache
 *	mount_lock, a bucket of the dentry cache, dentry->lock, fs_context->lock, inode->attr_lock: spinlocks,
 *	one at a time (mount_lock may be held over nothing but reading).
 * super_block_lock comes under namespace_lock; the lock of fs/locks.c is taken with none of these held.
 */
#pragma once

struct dentry;		/* fs/dentry.h: a name in a directory */
struct file;		/* fs/file.h: an open file description */
struct file_ops;
struct file_system_type;/* fs/super_block.h */
struct fs_context;	/* fs/fs_context.h: root, cwd, umask */
struct inode;		/* fs/inode.h: an object of a file system */
struct inode_ops;
struct kstatfs;
struct mount;		/* fs/mount.h: a file system's place in the tree */
struct mount_namespace;
struct path;		/* fs/path.h: mount + dentry */
struct poll_table;	/* fs/poll.h */
struct super_block;	/* fs/super_block.h: a mounted file system */
struct uio;		/* mm/uio.h */
