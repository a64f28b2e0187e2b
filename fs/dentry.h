/* SPDX-License-Identifier: MIT */
/*
 * dentry: a name in a directory, cached. Positive: has an inode; negative: known not to exist.
 *
 * The tree is one hash table keyed by (parent, name); a lookup of a cached name takes no lock of the
 * directory. A child holds a reference on its parent. Unused dentries stay cached until memory is short
 * (disk file systems) or for good (ramfs: pinned, they are the directory).
 */
#pragma once

#include <fs/vfs_types.h>
#include <kernel/mutex.h>
#include <kernel/spinlock.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

#define DENTRY_INLINE_NAME 40

enum dentry_flags {
	DENTRY_HASHED = 1 << 0,
	DENTRY_MOUNTED = 1 << 1, /* something is mounted on it, in some namespace */
	DENTRY_DELETED = 1 << 2, /* unlinked: " (deleted)" */
	DENTRY_NOCACHE = 1 << 3, /* /proc/PID: dropped when the last reference goes */
	DENTRY_PINNED = 1 << 4,	 /* holds a reference of its own: the name exists only here (ramfs) */
};

struct dentry_ops {
	/* Whether a cached dentry still holds (proc, sysfs): false makes the vfs drop it and look up anew. */
	bool (*revalidate)(struct dentry *dentry);
	/* Name for /proc/PID/fd links of objects without a path ("pipe:[7]"). */
	void (*name)(struct dentry *dentry, char *buf, size_t size);
};

struct dentry {
	unsigned int refs; /* refcount */
	unsigned int flags; /* atomic, enum dentry_flags */
	uint32_t hash, name_len;
	struct hlist_node hash_node;

	/* Changed only by rename, under rename_lock and both directories' locks. */
	struct dentry *parent; /* itself at a root */
	const char *name; /* inline_name or kmalloc */
	char inline_name[DENTRY_INLINE_NAME];

	struct inode *inode; /* atomic; NULL: negative */
	struct super_block *sb;
	const struct dentry_ops *ops;
	void *private_data;

	struct spinlock lock;
	/* Guarded by lock. */
	struct list_head children; /* by child->sibling, creation order */
	uint64_t next_dir_pos;	   /* for the next child's dir_pos */
	struct list_head sibling;  /* guarded by the parent's lock */
	uint64_t dir_pos;	   /* its place in the parent's listing, for dcache_iterate; guarded by the parent's lock */
};


/* A new negative, unhashed dentry under parent; one reference. NULL: no memory. */
struct dentry *dentry_alloc(struct dentry *parent, const char *name, size_t len);
/* The root of a super block: takes the inode reference over. */
struct dentry *dentry_alloc_root(struct super_block *sb, struct inode *inode);
/* Makes it positive: takes the inode reference over. */
void dentry_instantiate(struct dentry *dentry, struct inode *inode);
void dentry_hash(struct dentry *dentry);
void dentry_unhash(struct dentry *dentry); /* "drop": next lookup asks the file system */
/* After unlink/rmdir: becomes negative or is dropped if others use it. */
void dentry_delete(struct dentry *dentry);

static inline struct dentry *dentry_get(struct dentry *dentry)
{
	__atomic_fetch_add(&dentry->refs, 1, __ATOMIC_RELAXED);
	return dentry;
}
void dentry_put_slow(struct dentry *dentry);
static __always_inline void dentry_put(struct dentry *dentry)
{
	unsigned int old = __atomic_load_n(&dentry->refs, __ATOMIC_RELAXED);

	if (unlikely(old <= 1 || !__atomic_compare_exchange_n(&dentry->refs, &old, old - 1, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)))
		dentry_put_slow(dentry);
}

/* Cached child with a reference, or NULL. */
struct dentry *dentry_lookup(struct dentry *parent, const char *name, size_t len);
/* The same with the name's hash known. */
struct dentry *dentry_lookup_hashed(struct dentry *parent, const char *name, size_t len, uint32_t hash);
struct dentry *dentry_parent_get(struct dentry *dentry); /* with a reference; itself at a root */

#define DENTRY_HASH_START 0x811c9dc5u
static inline uint32_t dentry_hash_step(uint32_t hash, char c)
{
	return (hash ^ (uint8_t)c) * 0x01000193u;
}
static inline uint32_t dentry_hash_name(const char *name, size_t len)
{
	uint32_t hash = DENTRY_HASH_START;

	while (len--)
		hash = dentry_hash_step(hash, *name++);
	return hash;
}

/* rename(2): dentry takes the name and parent of target, which leaves the tree; or both change places. The callers
 * hold rename_lock for writing and both directories' locks. */
extern struct rwsem rename_lock; /* read: names and parents stay */
void dentry_move(struct dentry *dentry, struct dentry *target);
void dentry_exchange(struct dentry *a, struct dentry *b);
/* Whether dentry is ancestor or lies below it. rename_lock held. */
bool dentry_is_below(const struct dentry *dentry, const struct dentry *ancestor);

/* Absolute path as seen from root; into buf from its end; start of the text, or NULL: too long (-ENAMETOOLONG).
 * "(unreachable)" prefix and " (deleted)" suffix as Linux. */
char *path_to_string(const struct path *path, const struct path *root, char *buf, size_t size);
