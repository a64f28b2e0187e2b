// SPDX-License-Identifier: MIT
/*
 * The dentry cache: a hash table of (parent, name) with a lock per bucket. A lookup takes the bucket's lock for
 * the length of a short chain and leaves with a reference; the last reference goes under the same lock, so a
 * lookup never finds a dentry that is being freed.
 */
#include <fs/dentry.h>

#include <fs/inode.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>

#define DENTRY_TABLE_BITS 11

struct dentry_bucket {
	struct spinlock lock;
	struct hlist_head head;
};

static struct dentry_bucket dentry_table[1 << DENTRY_TABLE_BITS];

struct rwsem rename_lock = RWSEM_INIT(rename_lock);

static inline struct dentry_bucket *dentry_bucket(const struct dentry *parent, uint32_t hash)
{
	uint64_t mix = ((uintptr_t)parent >> 4 ^ hash) * 0x9e3779b97f4a7c15ULL;

	return &dentry_table[mix >> (64 - DENTRY_TABLE_BITS)];
}

/* Names are short: a call to memcmp would cost more than the loop. */
static inline bool name_equal(const char *a, const char *b, size_t len)
{
	uint64_t x, y;

	for (; len >= 8; len -= 8, a += 8, b += 8) {
		__builtin_memcpy(&x, a, 8);
		__builtin_memcpy(&y, b, 8);
		if (x != y)
			return false;
	}
	for (; len; len--)
		if (*a++ != *b++)
			return false;
	return true;
}

static int dentry_set_name(struct dentry *dentry, const char *name, size_t len)
{
	char *copy = dentry->inline_name;

	if (len >= DENTRY_INLINE_NAME) {
		copy = kmalloc(len + 1);
		if (!copy)
			return -ENOMEM;
	}
	memcpy(copy, name, len);
	copy[len] = '\0';
	dentry->name = copy;
	dentry->name_len = len;
	dentry->hash = dentry_hash_name(name, len);
	return 0;
}

static struct dentry *dentry_new(struct super_block *sb, const char *name, size_t len)
{
	struct dentry *dentry = kzalloc(sizeof(*dentry));

	if (!dentry)
		return NULL;
	if (dentry_set_name(dentry, name, len)) {
		kfree(dentry);
		return NULL;
	}
	dentry->refs = 1;
	dentry->sb = sb;
	dentry->parent = dentry;
	dentry->next_dir_pos = 3; /* dcache_iterate(): 0 and 1 are "." and "..", 2 the newest */
	list_init(&dentry->children);
	list_init(&dentry->sibling);
	return dentry;
}

struct dentry *dentry_alloc(struct dentry *parent, const char *name, size_t len)
{
	struct dentry *dentry = dentry_new(parent->sb, name, len);

	if (dentry)
		dentry->parent = dentry_get(parent);
	return dentry;
}

struct dentry *dentry_alloc_root(struct super_block *sb, struct inode *inode)
{
	struct dentry *dentry = dentry_new(sb, "/", 1);

	if (dentry)
		dentry->inode = inode;
	return dentry;
}

void dentry_instantiate(struct dentry *dentry, struct inode *inode)
{
	if (dentry->sb->pins_dentries) {
		atomic_fetch_or(&dentry->flags, DENTRY_PINNED);
		dentry_get(dentry);
	}
	atomic_store(&dentry->inode, inode);
}

static void dentry_list_in_parent(struct dentry *dentry)
{
	struct dentry *parent = dentry->parent;

	spin_lock(&parent->lock);
	dentry->dir_pos = parent->next_dir_pos++;
	list_add_tail(&dentry->sibling, &parent->children);
	spin_unlock(&parent->lock);
}

static void dentry_unlist_from_parent(struct dentry *dentry)
{
	struct dentry *parent = dentry->parent;

	spin_lock(&parent->lock);
	list_del_init(&dentry->sibling);
	spin_unlock(&parent->lock);
}

void dentry_hash(struct dentry *dentry)
{
	struct dentry_bucket *bucket = dentry_bucket(dentry->parent, dentry->hash);

	dentry_list_in_parent(dentry);
	spin_lock(&bucket->lock);
	hlist_add_head(&dentry->hash_node, &bucket->head);
	atomic_fetch_or(&dentry->flags, DENTRY_HASHED);
	spin_unlock(&bucket->lock);
}

/* Locks the bucket that dentry belongs to: a rename may move it while we wait. */
static struct dentry_bucket *dentry_lock_bucket(struct dentry *dentry) NO_THREAD_SAFETY_CHECK
{
	for (;;) {
		struct dentry_bucket *bucket =
			dentry_bucket(READ_ONCE(dentry->parent), READ_ONCE(dentry->hash));

		spin_lock(&bucket->lock);
		if (bucket == dentry_bucket(READ_ONCE(dentry->parent), READ_ONCE(dentry->hash)))
			return bucket;
		spin_unlock(&bucket->lock);
	}
}

/* True if it was hashed. Bucket locked. */
static bool dentry_unhash_locked(struct dentry *dentry)
{
	if (!(atomic_fetch_and(&dentry->flags, ~DENTRY_HASHED) & DENTRY_HASHED))
		return false;
	hlist_del(&dentry->hash_node);
	return true;
}

void dentry_unhash(struct dentry *dentry) NO_THREAD_SAFETY_CHECK
{
	struct dentry_bucket *bucket = dentry_lock_bucket(dentry);
	bool was_hashed = dentry_unhash_locked(dentry);

	spin_unlock(&bucket->lock);
	if (was_hashed)
		dentry_unlist_from_parent(dentry);
}

void dentry_delete(struct dentry *dentry)
{
	dentry_unhash(dentry);
	if (atomic_fetch_or(&dentry->flags, DENTRY_DELETED) & DENTRY_DELETED)
		return;
	if (atomic_fetch_and(&dentry->flags, ~DENTRY_PINNED) & DENTRY_PINNED)
		dentry_put(dentry);
}

/* Gives up what may be the last reference. Returns the parent whose reference went with it, or NULL. */
static struct dentry *dentry_put_last(struct dentry *dentry) NO_THREAD_SAFETY_CHECK
{
	struct dentry_bucket *bucket = dentry_lock_bucket(dentry);
	struct dentry *parent;
	bool was_hashed;

	if (atomic_sub_return(&dentry->refs, 1)) {
		spin_unlock(&bucket->lock);
		return NULL;
	}
	was_hashed = dentry_unhash_locked(dentry);
	spin_unlock(&bucket->lock);
	if (was_hashed)
		dentry_unlist_from_parent(dentry);

	parent = dentry->parent == dentry ? NULL : dentry->parent;
	if (dentry->inode)
		inode_put(dentry->inode);
	if (dentry->name != dentry->inline_name)
		kfree((void *)dentry->name);
	kfree(dentry);
	return parent;
}

void dentry_put_slow(struct dentry *dentry)
{
	while (dentry) {
		unsigned int old = atomic_load_relaxed(&dentry->refs);

		while (old > 1)
			if (__atomic_compare_exchange_n(&dentry->refs, &old, old - 1, false,
				    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
				return;
		dentry = dentry_put_last(dentry);
	}
}

struct dentry *dentry_lookup_hashed(struct dentry *parent, const char *name, size_t len, uint32_t hash)
{
	struct dentry_bucket *bucket = dentry_bucket(parent, hash);
	struct dentry *dentry;

	spin_lock(&bucket->lock);
	hlist_for_each_entry(dentry, &bucket->head, hash_node) {
		if (dentry->hash != hash || dentry->parent != parent || dentry->name_len != len ||
			!name_equal(dentry->name, name, len))
			continue;
		dentry_get(dentry);
		break;
	}
	spin_unlock(&bucket->lock);
	return dentry;
}

struct dentry *dentry_lookup(struct dentry *parent, const char *name, size_t len)
{
	return dentry_lookup_hashed(parent, name, len, dentry_hash_name(name, len));
}

struct dentry *dentry_parent_get(struct dentry *dentry)
{
	struct dentry *parent;

	spin_lock(&dentry->lock);
	parent = dentry_get(dentry->parent);
	spin_unlock(&dentry->lock);
	return parent;
}

bool dentry_is_below(const struct dentry *dentry, const struct dentry *ancestor)
{
	for (;; dentry = dentry->parent) {
		if (dentry == ancestor)
			return true;
		if (dentry->parent == dentry)
			return false;
	}
}

struct dentry_place {
	struct dentry *parent;
	const char *name;
	char inline_name[DENTRY_INLINE_NAME];
	uint32_t hash, name_len;
};

static void dentry_get_place(const struct dentry *dentry, struct dentry_place *place)
{
	place->parent = dentry->parent;
	place->name = dentry->name == dentry->inline_name ? NULL : dentry->name;
	memcpy(place->inline_name, dentry->inline_name, DENTRY_INLINE_NAME);
	place->hash = dentry->hash;
	place->name_len = dentry->name_len;
}

/* The dentry is unhashed: nobody compares its name meanwhile. A put in another thread may compute its bucket. */
static void dentry_set_place(struct dentry *dentry, const struct dentry_place *place)
{
	spin_lock(&dentry->lock);
	memcpy(dentry->inline_name, place->inline_name, DENTRY_INLINE_NAME);
	dentry->name = place->name ? place->name : dentry->inline_name;
	dentry->name_len = place->name_len;
	WRITE_ONCE(dentry->hash, place->hash);
	WRITE_ONCE(dentry->parent, place->parent);
	spin_unlock(&dentry->lock);
}

/* Both leave the hash and swap parent (with the reference) and name. */
static void dentry_swap_places(struct dentry *a, struct dentry *b)
{
	struct dentry_place place_a, place_b;

	dentry_unhash(a);
	dentry_unhash(b);
	dentry_get_place(a, &place_a);
	dentry_get_place(b, &place_b);
	dentry_set_place(a, &place_b);
	dentry_set_place(b, &place_a);
}

void dentry_move(struct dentry *dentry, struct dentry *target)
{
	dentry_swap_places(dentry, target);
	dentry_hash(dentry);
	if (target->inode)
		dentry_delete(target);
}

void dentry_exchange(struct dentry *a, struct dentry *b)
{
	dentry_swap_places(a, b);
	dentry_hash(a);
	dentry_hash(b);
}
