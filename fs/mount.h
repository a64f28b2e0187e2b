/* SPDX-License-Identifier: MIT */
/*
 * Mounts: where in the tree a super block (or a part of one: bind) appears. A mount namespace is one tree.
 * namespace_lock (rwsem) guards all trees; the path walk reads it through a hash of (mount, dentry).
 */
#pragma once

#include <fs/path.h>
#include <fs/vfs_types.h>
#include <kernel/mutex.h>
#include <kernel/spinlock.h>
#include <kernel/wait.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct mount {
	unsigned int refs; /* refcount */
	int id;
	struct super_block *sb;
	struct dentry *root; /* of the mounted part */
	bool is_internal; /* in no tree (pipes, sockets, memfd): open files are no writers that keep exec away */
	unsigned int flags;  /* MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_RDONLY, MS_NOATIME, MS_RELATIME ... */

	/* Changed under namespace_lock for writing and mount_lock: either keeps them still. */
	struct mount *parent; /* NULL: detached, or a namespace's root */
	struct dentry *mountpoint;
	struct mount_namespace *ns;
	struct hlist_node hash_node;
	/* Guarded by namespace_lock. */
	struct list_head children, sibling;
	struct list_head ns_node; /* mount order, for /proc/mounts */
	bool is_expiring; /* MNT_EXPIRE was asked once */
	unsigned int propagation; /* MS_SHARED, MS_PRIVATE ... shown in mountinfo */

	unsigned int writers; /* atomic: files open for writing: no remount to read-only */
	char source[128];
};

struct mount_namespace {
	unsigned int refs;
	struct mount *root;
	struct list_head mounts;
	uint64_t event; /* /proc/mounts polls for changes */
	struct wait_queue changed;
};

extern struct rwsem namespace_lock;
extern struct spinlock mount_lock;

static inline struct mount *mount_get(struct mount *mount)
{
	__atomic_fetch_add(&mount->refs, 1, __ATOMIC_RELAXED);
	return mount;
}
void mount_put_last(struct mount *mount);
static __always_inline void mount_put(struct mount *mount)
{
	if (__atomic_sub_fetch(&mount->refs, 1, __ATOMIC_ACQ_REL) == 0)
		mount_put_last(mount);
}

/* Building trees (fs/mount_ops.c). mount_alloc: detached, one reference, takes sb's reference over on success; NULL: no
 * memory. The others: namespace_lock held for writing. attach takes the mount's reference over for the tree; detach
 * gives it back to the caller. */
struct mount *mount_alloc(struct super_block *sb, struct dentry *root, unsigned int flags, const char *source);
void mount_attach(struct mount *mount, struct mount_namespace *ns, struct mount *parent, struct dentry *mountpoint);
void mount_detach(struct mount *mount);
/* The next mount of the tree below top in pre-order, NULL past the last. namespace_lock held. */
struct mount *mount_next(struct mount *mount, struct mount *top);
void mount_namespace_changed(struct mount_namespace *ns); /* wakes pollers of /proc/mounts */
/* A copy of the mount (or, rec, of all below it too), detached; NULL: no memory. */
struct mount *mount_copy_tree(struct mount *mount, struct dentry *root, bool rec, struct mount_namespace *ns);
void mount_free_tree(struct mount *top); /* a detached tree that was never attached, or was taken out as a whole */

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

/* Texts of /proc/PID/mounts, mountinfo and mountstats: what of ns is reachable from root. 0. */
struct seq;
enum mount_text { MOUNT_TEXT_MOUNTS, MOUNT_TEXT_MOUNTINFO, MOUNT_TEXT_MOUNTSTATS };
int mount_show(struct seq *seq, struct mount_namespace *ns, const struct path *root, enum mount_text kind);

/* Files without a name live on a mount of no namespace. */
extern struct mount *anon_mount;
