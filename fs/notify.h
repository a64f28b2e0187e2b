/* SPDX-License-Identifier: MIT */
/*
 * Where the vfs tells that something happened to a file: the source of inotify's events. fs/inotify.c sets the
 * hook; while nobody watches anything the cost is one test.
 */
#pragma once

#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/types.h>
#include <linux/inotify.h>

extern unsigned int notify_watch_count; /* atomic: watches there are in all; kept by fs/inotify.c */

/* An event on inode (IN_*, IN_ISDIR included); name: of the entry in the directory inode it is about, or NULL.
 * cookie joins IN_MOVED_FROM and IN_MOVED_TO. Thread context; must not sleep. */
extern void (*notify_hook)(struct inode *inode, uint32_t mask, uint32_t cookie, const char *name);

static __always_inline bool notify_wanted(void)
{
	return __atomic_load_n(&notify_watch_count, __ATOMIC_RELAXED) != 0;
}

/* Event on the dentry's inode and on its directory (with the name). */
void notify_dentry_slow(struct dentry *dentry, uint32_t mask);
static __always_inline void notify_dentry(struct dentry *dentry, uint32_t mask)
{
	if (unlikely(notify_wanted()))
		notify_dentry_slow(dentry, mask);
}

/* Event on a directory about one of its entries: IN_CREATE, IN_DELETE, IN_MOVED_*. */
void notify_dir_slow(struct inode *dir, uint32_t mask, uint32_t cookie, const struct dentry *entry);
static inline void notify_dir(struct inode *dir, uint32_t mask, uint32_t cookie, const struct dentry *entry)
{
	if (unlikely(notify_wanted()))
		notify_dir_slow(dir, mask, cookie, entry);
}

/* The inode is going for good: IN_DELETE_SELF and the end of its watches. */
void notify_inode_slow(struct inode *inode, uint32_t mask);
static inline void notify_inode(struct inode *inode, uint32_t mask)
{
	if (unlikely(notify_wanted()))
		notify_inode_slow(inode, mask);
}
