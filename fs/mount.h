/* SPDX-License-Identifier: MIT */
/*
 * Mounts: where in the tree a super block (or a part of one: bind) appears. A mount namespace is one tree.
 * namespace_lock (rwsem) guards all trees; the path walk reads it through a hash of (mount, dentry).
 */
#pragma once

#include <fs/path.h>
#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct mount {
	unsigned int refs; /* refcount */
	int id;
	struct super_block *sb;
	struct dentry *root; /* of the mounted part */
	unsigned int flags;  /* MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_RDONLY, MS_NOATIME, MS_RELATIME ... */

	/* Guarded by namespace_lock. */
	struct mount *parent; /* NULL: detached, or a namespace's root */
	struct dentry *mountpoint;
	struct mount_namespace *ns;
	struct hlist_node hash_node;
	struct list_head children, sibling;
	struct list_head ns_node; /* mount order, for /proc/mounts */
	unsigned int propagation; /* MS_SHARED, MS_PRIVATE ... shown in mountinfo */

	char source[128];
};

struct mount_namespace {
	unsigned int refs;
	struct mount *root;
	struct list_head mounts;
	uint64_t event; /* /proc/mounts polls for changes */
	struct wait_queue changed;
};

struct mount *mount_get(struct mount *mount);
void mount_put(struct mount *mount);

/* The mount on top of path, crossing all that are stacked: replaces *path (references moved). */
void mount_cross_down(struct path *path);
/* From a mount's root to its mountpoint: true if there was a parent. */
bool mount_cross_up(struct path *path);

/* mount(2), umount2(2), pivot_root(2) below the user copies. -EPERM is checked here (CAP_SYS_ADMIN). May sleep. */
__must_check int vfs_mount(const char *source, const struct path *target, const char *type, unsigned long flags, const char *data);
__must_check int vfs_umount(const struct path *target, int flags);
__must_check int vfs_pivot_root(const struct path *new_root, const struct path *put_old);

/* First mount (the root: rootfs, a ramfs/tmpfs) and the first fs_context. Boot CPU, once. */
void mount_init(void);
struct mount_namespace *mount_namespace_copy(struct mount_namespace *ns, struct fs_context *fs); /* CLONE_NEWNS; NULL: no memory */
struct mount_namespace *mount_namespace_get(struct mount_namespace *ns);
void mount_namespace_put(struct mount_namespace *ns);
extern struct mount_namespace init_mount_ns;

/* Lists the mounts of the current thread's namespace below its root, in mount order, for /proc/PID/mounts, mountinfo. */
int mount_for_each(struct mount_namespace *ns, int (*fn)(void *ctx, struct mount *mount), void *ctx);
bool mount_is_readonly(const struct mount *mount);
