// SPDX-License-Identifier: MIT
/*
 * Trees of pseudo nodes. A node lives as long as somebody refers to it; it is in its tree until pseudo_remove(),
 * which waits for operations that run on it, so that what they use may be freed afterwards.
 */
#include "pseudo_internal.h"

#include <kernel/errno.h>
#include <kernel/panic.h>
#include <kernel/wait.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/stat.h>

LINKER_SET_DECLARE(proc_files, const struct pseudo_file);
LINKER_SET_DECLARE(sysfs_files, const struct pseudo_file);

struct rwsem pseudo_tree_lock = RWSEM_INIT(pseudo_tree_lock);

static struct wait_queue removal_wait = WAIT_QUEUE_INIT(removal_wait);
static ino_t last_ino = 100; /* atomic; the numbers below are the roots' */

static struct mutex roots_lock = MUTEX_INIT(roots_lock);
/* Guarded by roots_lock until they are set. */
static struct pseudo_node *proc_tree, *sysfs_tree, *debugfs_tree, *securityfs_tree;

/* --- nodes --------------------------------------------------------------------------------------- */

static struct pseudo_node *node_alloc(const char *name, size_t len, mode_t mode)
{
	struct pseudo_node *node = kzalloc(sizeof(*node) + len + 1);

	if (!node)
		return NULL;
	node->refs = 1;
	node->mode = mode;
	node->ino = atomic_add_return(&last_ino, 1);
	node->next_pos = 2;
	list_init(&node->children);
	list_init(&node->sibling);
	memcpy(node->name, name, len);
	return node;
}

struct pseudo_node *pseudo_get(struct pseudo_node *node)
{
	atomic_fetch_add_relaxed(&node->refs, 1);
	return node;
}

void pseudo_put(struct pseudo_node *node)
{
	while (node && !atomic_sub_return(&node->refs, 1)) {
		struct pseudo_node *parent = node->parent;

		pseudo_put(node->linked);
		kfree(node->target);
		kfree(node);
		node = parent;
	}
}

bool pseudo_enter(struct pseudo_node *node)
{
	atomic_inc(&node->active);
	if (likely(!atomic_load(&node->removed)))
		return true;
	pseudo_leave(node);
	return false;
}

void pseudo_leave(struct pseudo_node *node)
{
	if (!atomic_sub_return(&node->active, 1) && unlikely(atomic_load(&node->removed)))
		wake_up_all(&removal_wait);
}

struct pseudo_node *pseudo_child_locked(struct pseudo_node *dir, const char *name, size_t len)
{
	struct pseudo_node *child;

	list_for_each_entry(child, &dir->children, sibling)
		if (!strncmp(child->name, name, len) && !child->name[len])
			return child;
	return NULL;
}

/* The tree takes over the reference that is given, the caller gets one of its own: the node, or the directory that
 * was there under that name. NULL: the name is taken by something else, or the parent has gone. */
static struct pseudo_node *hang(struct pseudo_node *parent, struct pseudo_node *node)
{
	struct pseudo_node *there;

	if (!node)
		return NULL;
	rwsem_write_lock(&pseudo_tree_lock);
	there = pseudo_child_locked(parent, node->name, strlen(node->name));
	if (there || parent->removed) {
		if (there && S_ISDIR(there->mode) && S_ISDIR(node->mode))
			pseudo_get(there);
		else
			there = NULL;
		rwsem_write_unlock(&pseudo_tree_lock);
		pseudo_put(node);
		return there;
	}
	node->parent = pseudo_get(parent);
	node->pos = parent->next_pos++;
	list_add_tail(&node->sibling, &parent->children);
	parent->nr_dirs += S_ISDIR(node->mode);
	pseudo_get(node);
	rwsem_write_unlock(&pseudo_tree_lock);
	return node;
}

struct pseudo_node *pseudo_mkdir_mode(struct pseudo_node *parent, const char *name, mode_t mode)
{
	return hang(parent, node_alloc(name, strlen(name), S_IFDIR | mode));
}

struct pseudo_node *pseudo_mkdir(struct pseudo_node *parent, const char *name)
{
	return pseudo_mkdir_mode(parent, name, 0755);
}

/* All but the last part of path as directories; *last is that part. */
static struct pseudo_node *mkdir_parents(struct pseudo_node *root, const char *path, const char **last)
{
	struct pseudo_node *dir = pseudo_get(root);
	const char *slash;

	while (dir && (slash = strchr(path, '/'))) {
		struct pseudo_node *next;

		rwsem_read_lock(&pseudo_tree_lock);
		next = pseudo_child_locked(dir, path, slash - path);
		if (next)
			pseudo_get(next);
		rwsem_read_unlock(&pseudo_tree_lock);
		if (!next && slash != path)
			next = hang(dir, node_alloc(path, slash - path, S_IFDIR | (root == proc_tree ? 0555 : 0755)));
		else if (!next)
			next = pseudo_get(dir);
		pseudo_put(dir);
		dir = next;
		path = slash + 1;
	}
	*last = path;
	return dir;
}

struct pseudo_node *pseudo_mkdir_path(struct pseudo_node *root, const char *path)
{
	const char *last;
	struct pseudo_node *parent = mkdir_parents(root, path, &last), *dir;

	if (!parent || !*last)
		return parent;
	dir = hang(parent, node_alloc(last, strlen(last), S_IFDIR | (root == proc_tree ? 0555 : 0755)));
	pseudo_put(parent);
	return dir;
}

struct pseudo_node *pseudo_add_file(struct pseudo_node *parent, const char *name, mode_t mode, const struct pseudo_ops *ops, void *ctx)
{
	struct pseudo_node *node = node_alloc(name, strlen(name), S_IFREG | mode);

	if (node) {
		node->ops = ops;
		node->ctx = ctx;
	}
	return hang(parent, node);
}

void pseudo_add_fixed(struct pseudo_node *root, const struct pseudo_file *file)
{
	const char *last;
	struct pseudo_node *parent = mkdir_parents(root, file->path, &last);

	if (!parent)
		return;
	pseudo_put(pseudo_add_file(parent, last, file->mode, &file->ops, file->ctx));
	pseudo_put(parent);
}

struct pseudo_node *pseudo_add_link(struct pseudo_node *parent, const char *name, const char *target)
{
	struct pseudo_node *node = node_alloc(name, strlen(name), S_IFLNK | 0777);

	if (node) {
		node->target = kstrdup(target);
		if (!node->target) {
			pseudo_put(node);
			return NULL;
		}
	}
	return hang(parent, node);
}

struct pseudo_node *pseudo_add_node_link(struct pseudo_node *parent, const char *name, struct pseudo_node *target)
{
	struct pseudo_node *node = node_alloc(name, strlen(name), S_IFLNK | 0777);

	if (node)
		node->linked = pseudo_get(target);
	return hang(parent, node);
}

struct pseudo_node *pseudo_add_node_link_path(struct pseudo_node *root, const char *path, struct pseudo_node *target)
{
	const char *last;
	struct pseudo_node *parent = mkdir_parents(root, path, &last), *link;

	if (!parent)
		return NULL;
	link = pseudo_add_node_link(parent, last, target);
	pseudo_put(parent);
	return link;
}

struct pseudo_node *pseudo_find(struct pseudo_node *root, const char *path)
{
	struct pseudo_node *at = root;

	rwsem_read_lock(&pseudo_tree_lock);
	while (at && *path) {
		size_t len = strcspn(path, "/");

		if (len)
			at = pseudo_child_locked(at, path, len);
		path += len + (path[len] == '/');
	}
	if (at)
		pseudo_get(at);
	rwsem_read_unlock(&pseudo_tree_lock);
	return at;
}

/* Takes one leaf below node (or node) out; NULL: all done. */
static struct pseudo_node *unhang_leaf(struct pseudo_node *node)
{
	struct pseudo_node *leaf = node;

	rwsem_write_lock(&pseudo_tree_lock);
	if (list_empty(&node->sibling) && node->parent) {
		rwsem_write_unlock(&pseudo_tree_lock);
		return NULL;
	}
	while (!list_empty(&leaf->children))
		leaf = list_first_entry(&leaf->children, struct pseudo_node, sibling);
	if (leaf->parent) {
		list_del_init(&leaf->sibling);
		leaf->parent->nr_dirs -= S_ISDIR(leaf->mode);
	}
	atomic_store_seq(&leaf->removed, true);
	rwsem_write_unlock(&pseudo_tree_lock);
	return leaf;
}

void pseudo_remove(struct pseudo_node *node)
{
	struct pseudo_node *leaf;

	do {
		leaf = unhang_leaf(node);
		if (!leaf)
			return;
		wait_event(&removal_wait, !atomic_load(&leaf->active));
		if (leaf->parent && leaf != node)
			pseudo_put(leaf);
	} while (leaf != node);
	if (node->parent)
		pseudo_put(node); /* the tree's */
}

void pseudo_set_dir_ops(struct pseudo_node *dir, const struct pseudo_dir_ops *ops, void *ctx)
{
	dir->dir_ops = ops;
	dir->ctx = ctx;
}

void *pseudo_ctx(const struct pseudo_node *node)
{
	return node->ctx;
}

const char *pseudo_name(const struct pseudo_node *node)
{
	return node->name;
}

/* --- the trees ----------------------------------------------------------------------------------- */

struct pseudo_node *pseudo_root_create(mode_t mode)
{
	struct pseudo_node *root = node_alloc("", 0, S_IFDIR | mode);

	if (root)
		root->ino = 1;
	return root;
}

static struct pseudo_node *root_once(struct pseudo_node **root, mode_t mode)
{
	if (likely(atomic_load(root)))
		return *root;
	mutex_lock(&roots_lock);
	if (!*root) {
		struct pseudo_node *made = pseudo_root_create(mode);

		ASSERT(made); /* at boot */
		atomic_store(root, made);
		if (root == &proc_tree)
			PSEUDO_ADD_SET(made, proc_files);
		else if (root == &sysfs_tree)
			PSEUDO_ADD_SET(made, sysfs_files);
	}
	mutex_unlock(&roots_lock);
	return *root;
}

struct pseudo_node *proc_root(void)
{
	return root_once(&proc_tree, 0555);
}

struct pseudo_node *sysfs_root(void)
{
	return root_once(&sysfs_tree, 0555);
}

struct pseudo_node *debugfs_root(void)
{
	return root_once(&debugfs_tree, 0700);
}

struct pseudo_node *securityfs_root(void)
{
	return root_once(&securityfs_tree, 0755);
}
