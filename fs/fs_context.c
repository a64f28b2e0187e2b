// SPDX-License-Identifier: MIT
/* Root, working directory and umask of threads. */
#include <fs/fs_context.h>

#include <fs/dentry.h>
#include <fs/mount.h>
#include <lib/alloc.h>
#include <lib/atomic.h>

static struct spinlock contexts_lock = SPINLOCK_INIT; /* before fs->lock */
static struct list_head contexts = { &init_fs.node, &init_fs.node }; /* guarded by contexts_lock */

struct fs_context init_fs = {
	.refs = 1,
	.umask = 022,
	.node = { &contexts, &contexts },
};

struct fs_context *fs_context_get(struct fs_context *fs)
{
	atomic_inc(&fs->refs);
	return fs;
}

struct fs_context *fs_context_copy(struct fs_context *fs)
{
	struct fs_context *copy = kzalloc(sizeof(*copy));

	if (!copy)
		return NULL;
	copy->refs = 1;
	spin_lock(&contexts_lock);
	spin_lock(&fs->lock);
	copy->root = fs->root;
	copy->cwd = fs->cwd;
	copy->umask = fs->umask;
	path_get(&copy->root);
	path_get(&copy->cwd);
	spin_unlock(&fs->lock);
	list_add(&copy->node, &contexts);
	spin_unlock(&contexts_lock);
	return copy;
}

void fs_context_put(struct fs_context *fs)
{
	if (atomic_sub_return(&fs->refs, 1))
		return;
	spin_lock(&contexts_lock);
	list_del(&fs->node);
	spin_unlock(&contexts_lock);
	path_put(&fs->root);
	path_put(&fs->cwd);
	kfree(fs);
}

static void path_snapshot(struct fs_context *fs, const struct path *path, struct path *out)
{
	spin_lock(&fs->lock);
	*out = *path;
	path_get(out);
	spin_unlock(&fs->lock);
}

void fs_get_root(struct fs_context *fs, struct path *out)
{
	path_snapshot(fs, &fs->root, out);
}

void fs_get_cwd(struct fs_context *fs, struct path *out)
{
	path_snapshot(fs, &fs->cwd, out);
}

static void path_replace(struct fs_context *fs, struct path *slot, const struct path *path)
{
	struct path old;

	path_get(path);
	spin_lock(&fs->lock);
	old = *slot;
	*slot = *path;
	spin_unlock(&fs->lock);
	if (old.dentry)
		path_put(&old);
}

void fs_set_root(struct fs_context *fs, const struct path *path)
{
	path_replace(fs, &fs->root, path);
}

void fs_set_cwd(struct fs_context *fs, const struct path *path)
{
	path_replace(fs, &fs->cwd, path);
}

/* The caller holds references on old, so that no put here is the last. */
static void slot_replace(struct path *slot, const struct path *old, const struct path *new)
{
	if (!path_equal(slot, old))
		return;
	path_get(new);
	*slot = *new;
	path_put(old);
}

void fs_replace_roots(const struct path *old, const struct path *new)
{
	struct fs_context *fs;

	spin_lock(&contexts_lock);
	list_for_each_entry(fs, &contexts, node) {
		spin_lock(&fs->lock);
		slot_replace(&fs->root, old, new);
		slot_replace(&fs->cwd, old, new);
		spin_unlock(&fs->lock);
	}
	spin_unlock(&contexts_lock);
}
