/* SPDX-License-Identifier: MIT */
/* Forward declarations of the vfs's structures, and the terms in one place: see each header. */
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
