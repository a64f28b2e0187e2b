// SPDX-License-Identifier: MIT
/*
 * The mount tree: attach, detach, cross. A mount that is in a tree is held by it, and holds its parent and its
 * mountpoint; one hash table by mountpoint finds what is mounted there.
 */
#include <fs/mount.h>

#include <fs/dentry.h>
#include <fs/fs_context.h>
#include <fs/inode.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/eventpoll.h>
#include <linux/mount.h>

#define MOUNT_TABLE_BITS 6

struct rwsem namespace_lock = RWSEM_INIT(namespace_lock);
struct spinlock mount_lock = SPINLOCK_INIT;
static struct hlist_head mount_table[1 << MOUNT_TABLE_BITS]; /* guarded by mount_lock */
static int next_mount_id; /* atomic */

struct mount_namespace init_mount_ns = {
	.refs = 1,
	.mounts = LIST_HEAD_INIT(init_mount_ns.mounts),
	.changed = WAIT_QUEUE_INIT(init_mount_ns.changed),
};
struct mount *anon_mount;

static struct hlist_head *mount_bucket(const struct dentry *mountpoint)
{
	return &mount_table[((uintptr_t)mountpoint >> 4) * 0x9e3779b97f4a7c15ULL >> (64 - MOUNT_TABLE_BITS)];
}

struct mount *mount_alloc(struct super_block *sb, struct dentry *root, unsigned int flags, const char *source)
{
	struct mount *mount = kzalloc(sizeof(*mount));

	if (!mount)
		return NULL;
	mount->refs = 1;
	mount->id = atomic_add_return(&next_mount_id, 1);
	mount->sb = sb;
	mount->root = dentry_get(root);
	mount->flags = flags;
	mount->propagation = MS_PRIVATE;
	list_init(&mount->children);
	list_init(&mount->sibling);
	list_init(&mount->ns_node);
	strscpy(mount->source, source ? source : "none", sizeof(mount->source));
	return mount;
}

void mount_put_last(struct mount *mount)
{
	dentry_put(mount->root);
	super_block_put(mount->sb);
	kfree(mount);
}

void mount_attach(struct mount *mount, struct mount_namespace *ns, struct mount *parent, struct dentry *mountpoint)
{
	mount->ns = ns;
	if (list_empty(&mount->ns_node))
		list_add_tail(&mount->ns_node, &ns->mounts);
	if (!parent)
		return;
	list_add_tail(&mount->sibling, &parent->children);
	spin_lock(&mount_lock);
	mount->parent = mount_get(parent);
	mount->mountpoint = dentry_get(mountpoint);
	hlist_add_head(&mount->hash_node, mount_bucket(mountpoint));
	atomic_fetch_or(&mountpoint->flags, DENTRY_MOUNTED);
	spin_unlock(&mount_lock);
}

static bool is_mountpoint_locked(const struct dentry *dentry)
{
	struct mount *mount;

	hlist_for_each_entry(mount, mount_bucket(dentry), hash_node)
		if (mount->mountpoint == dentry)
			return true;
	return false;
}

void mount_detach(struct mount *mount)
{
	struct mount *parent = mount->parent;
	struct dentry *mountpoint = mount->mountpoint;

	list_del_init(&mount->ns_node);
	mount->ns = NULL;
	if (!parent)
		return;
	list_del_init(&mount->sibling);
	spin_lock(&mount_lock);
	hlist_del(&mount->hash_node);
	mount->parent = NULL;
	mount->mountpoint = NULL;
	if (!is_mountpoint_locked(mountpoint))
		atomic_fetch_and(&mountpoint->flags, ~DENTRY_MOUNTED);
	spin_unlock(&mount_lock);
	dentry_put(mountpoint);
	mount_put(parent);
}

/* Past mount and all below it. */
static struct mount *mount_next_skip(struct mount *mount, struct mount *top)
{
	while (mount != top) {
		if (!list_is_last(&mount->sibling, &mount->parent->children))
			return list_next_entry(mount, sibling);
		mount = mount->parent;
	}
	return NULL;
}

struct mount *mount_next(struct mount *mount, struct mount *top)
{
	if (!list_empty(&mount->children))
		return list_first_entry(&mount->children, struct mount, sibling);
	return mount_next_skip(mount, top);
}

void mount_free_tree(struct mount *top)
{
	while (!list_empty(&top->children)) {
		struct mount *leaf = top;

		while (!list_empty(&leaf->children))
			leaf = list_last_entry(&leaf->children, struct mount, sibling);
		mount_detach(leaf);
		mount_put(leaf);
	}
	mount_detach(top);
	mount_put(top);
}

static struct mount *mount_clone(struct mount *mount, struct dentry *root)
{
	struct mount *copy = mount_alloc(mount->sb, root, mount->flags, mount->source);

	if (!copy)
		return NULL;
	atomic_inc(&mount->sb->refs);
	copy->propagation = mount->propagation;
	return copy;
}

struct mount *mount_copy_tree(struct mount *mount, struct dentry *root, bool rec, struct mount_namespace *ns)
{
	struct mount *top = mount_clone(mount, root), *to = top, *from, *next, *copy;

	if (!top)
		return NULL;
	mount_attach(top, ns, NULL, NULL);
	if (!rec)
		return top;
	from = mount;
	next = mount_next(from, mount);
	while (next) {
		/* to is the copy of from: climb both until from is next's parent. */
		for (; from != next->parent; from = from->parent)
			to = to->parent;
		if (from == mount && !dentry_is_below(next->mountpoint, root)) {
			next = mount_next_skip(next, mount); /* not in the subtree that is bound */
			continue;
		}
		copy = mount_clone(next, next->root);
		if (!copy) {
			mount_free_tree(top);
			return NULL;
		}
		mount_attach(copy, ns, to, next->mountpoint);
		from = next;
		to = copy;
		next = mount_next(next, mount);
	}
	return top;
}

void mount_cross_down(struct path *path)
{
	struct mount *mount;

	for (;;) {
		spin_lock(&mount_lock);
		hlist_for_each_entry(mount, mount_bucket(path->dentry), hash_node)
			if (mount->mountpoint == path->dentry && mount->parent == path->mount)
				break;
		if (mount)
			mount_get(mount);
		spin_unlock(&mount_lock);
		if (!mount)
			return;
		dentry_put(path->dentry);
		mount_put(path->mount);
		path->mount = mount;
		path->dentry = dentry_get(mount->root);
		if (!(atomic_load_relaxed(&path->dentry->flags) & DENTRY_MOUNTED))
			return;
	}
}

bool mount_cross_up(struct path *path)
{
	struct path up;

	spin_lock(&mount_lock);
	up = (struct path){ path->mount->parent, path->mount->mountpoint };
	if (up.mount)
		path_get(&up);
	spin_unlock(&mount_lock);
	if (!up.mount)
		return false;
	path_put(path);
	*path = up;
	return true;
}

bool mount_is_readonly(const struct mount *mount)
{
	return (mount->flags | mount->sb->flags) & MS_RDONLY;
}

void mount_namespace_changed(struct mount_namespace *ns)
{
	ns->event++;
	wake_up_poll(&ns->changed, EPOLLERR | EPOLLPRI);
}

struct mount_namespace *mount_namespace_get(struct mount_namespace *ns)
{
	atomic_inc(&ns->refs);
	return ns;
}

void mount_namespace_put(struct mount_namespace *ns)
{
	if (atomic_sub_return(&ns->refs, 1))
		return;
	rwsem_write_lock(&namespace_lock);
	mount_free_tree(ns->root);
	rwsem_write_unlock(&namespace_lock);
	kfree(ns);
}

/* Where path is in the copy: both trees have the same shape, walked side by side. */
static void path_into_copy(struct path *path, struct mount *old_root, struct mount *new_root)
{
	struct mount *old = old_root, *new = new_root;

	for (; old && new; old = mount_next(old, old_root), new = mount_next(new, new_root)) {
		if (old != path->mount)
			continue;
		mount_get(new);
		mount_put(path->mount);
		path->mount = new;
		return;
	}
}

struct mount_namespace *mount_namespace_copy(struct mount_namespace *ns, struct fs_context *fs)
{
	struct mount_namespace *copy = kzalloc(sizeof(*copy));
	struct path root, cwd;

	if (!copy)
		return NULL;
	copy->refs = 1;
	list_init(&copy->mounts);
	wait_queue_init(&copy->changed);
	rwsem_write_lock(&namespace_lock);
	rwsem_read_lock(&rename_lock); /* mount_copy_tree() asks what lies below what */
	copy->root = mount_copy_tree(ns->root, ns->root->root, true, copy);
	rwsem_read_unlock(&rename_lock);
	if (!copy->root) {
		rwsem_write_unlock(&namespace_lock);
		kfree(copy);
		return NULL;
	}
	fs_get_root(fs, &root);
	fs_get_cwd(fs, &cwd);
	path_into_copy(&root, ns->root, copy->root);
	path_into_copy(&cwd, ns->root, copy->root);
	rwsem_write_unlock(&namespace_lock);
	fs_set_root(fs, &root);
	fs_set_cwd(fs, &cwd);
	path_put(&root);
	path_put(&cwd);
	return copy;
}

int mount_for_each(struct mount_namespace *ns, int (*fn)(void *ctx, struct mount *mount), void *ctx)
{
	struct mount *mount;
	int ret = 0;

	rwsem_read_lock(&namespace_lock);
	list_for_each_entry(mount, &ns->mounts, ns_node) {
		ret = fn(ctx, mount);
		if (ret)
			break;
	}
	rwsem_read_unlock(&namespace_lock);
	return ret;
}

static struct mount *mount_internal(const char *type_name)
{
	const struct file_system_type *type = file_system_find(type_name, strlen(type_name));
	struct super_block *sb;
	struct mount *mount;

	if (!type || super_block_get(type, type_name, 0, NULL, &sb))
		panic("mount: no %s", type_name);
	mount = mount_alloc(sb, sb->root, 0, type_name);
	if (!mount)
		panic("mount: no memory for %s", type_name);
	return mount;
}

void mount_init(void)
{
	struct mount *root = mount_internal("rootfs");
	struct path path = { root, root->root };

	anon_mount = mount_internal("anon_inodefs");
	anon_mount->is_internal = true;
	rwsem_write_lock(&namespace_lock);
	mount_attach(root, &init_mount_ns, NULL, NULL);
	init_mount_ns.root = root;
	rwsem_write_unlock(&namespace_lock);
	fs_set_root(&init_fs, &path);
	fs_set_cwd(&init_fs, &path);
	current->fs = fs_context_get(&init_fs); /* the first thread unpacks the initramfs by name */
}
