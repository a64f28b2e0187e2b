// SPDX-License-Identifier: MIT
/* Pseudo nodes as inodes: lookup, listing, links, attributes, and mounting a tree. */
#include "pseudo_internal.h"

#include <arch/layout.h>
#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <lib/atomic.h>
#include <lib/string.h>

static const struct inode_ops dir_inode_ops, file_inode_ops, link_inode_ops;
static const struct file_ops dir_file_ops;

static struct pseudo_node *inode_node(const struct inode *inode)
{
	return inode->private_data;
}

static bool is_visible(const struct pseudo_node *node)
{
	return !node->ops || !node->ops->visible || node->ops->visible(node->ctx);
}

/* An inode for node, whose reference it takes over. */
static struct inode *node_inode(struct super_block *sb, struct pseudo_node *node)
{
	const struct pseudo_fs *fs = sb->private_data;
	struct inode *inode = inode_alloc(sb, node->mode);

	if (!inode) {
		pseudo_put(node);
		return NULL;
	}
	inode->ino = node->ino;
	inode->uid = node->uid;
	inode->gid = node->gid;
	inode->private_data = node;
	if (S_ISDIR(node->mode)) {
		inode->ops = &dir_inode_ops;
		inode->file_ops = &dir_file_ops;
		inode->nlink = 2 + node->nr_dirs;
	} else if (S_ISLNK(node->mode)) {
		inode->ops = &link_inode_ops;
	} else {
		inode->ops = &file_inode_ops;
		inode->file_ops = node->ops->file_ops ?: &pseudo_file_ops;
		inode->size = node->ops->size ? node->ops->size(node->ctx) : fs->text_size;
	}
	return inode;
}

void pseudo_evict(struct inode *inode)
{
	if (inode->ops == &dir_inode_ops || inode->ops == &file_inode_ops || inode->ops == &link_inode_ops)
		pseudo_put(inode_node(inode));
}

/* --- directories --------------------------------------------------------------------------------- */

static bool revalidate(struct dentry *dentry)
{
	return dentry->inode && !atomic_load(&inode_node(dentry->inode)->removed);
}

static const struct dentry_ops node_dentry_ops = { .revalidate = revalidate };

static int lookup(struct inode *inode, struct dentry *dentry)
{
	struct pseudo_node *dir = inode_node(inode), *child;
	struct inode *found;

	rwsem_read_lock(&pseudo_tree_lock);
	child = pseudo_child_locked(dir, dentry->name, dentry->name_len);
	if (child)
		pseudo_get(child);
	rwsem_read_unlock(&pseudo_tree_lock);
	if (child && !is_visible(child)) {
		pseudo_put(child);
		return 0;
	}
	if (!child)
		return dir->dir_ops && dir->dir_ops->lookup ? dir->dir_ops->lookup(dir->ctx, inode, dentry) : 0;
	found = node_inode(inode->sb, child);
	if (!found)
		return -ENOMEM;
	dentry->ops = &node_dentry_ops;
	dentry_instantiate(dentry, found);
	return 0;
}

static int make_dir(struct inode *inode, struct dentry *dentry, mode_t mode)
{
	struct pseudo_node *dir = inode_node(inode);
	int err;

	if (!dir->dir_ops || !dir->dir_ops->mkdir)
		return -EPERM;
	err = dir->dir_ops->mkdir(dir->ctx, dir, dentry->name, mode & 07777);
	return err ?: lookup(inode, dentry);
}

static int remove_dir(struct inode *inode, struct dentry *dentry)
{
	struct pseudo_node *dir = inode_node(inode);

	if (!dir->dir_ops || !dir->dir_ops->rmdir)
		return -EPERM;
	return dir->dir_ops->rmdir(dir->ctx, inode_node(dentry->inode));
}

static const struct inode_ops dir_inode_ops = {
	.lookup = lookup,
	.mkdir = make_dir,
	.rmdir = remove_dir,
};

/* "." and "..", as positions 0 and 1; false: the buffer is full. */
static bool emit_dots(struct file *file, struct dir_emitter *emitter)
{
	struct pseudo_node *dir = inode_node(file->inode);

	if (emitter->pos == 0) {
		if (!emitter->emit(emitter, ".", 1, 1, dir->ino, S_IFDIR >> 12))
			return false;
		emitter->pos = 1;
	}
	if (emitter->pos == 1) {
		if (!emitter->emit(emitter, "..", 2, 2, dir->parent ? dir->parent->ino : dir->ino, S_IFDIR >> 12))
			return false;
		emitter->pos = 2;
	}
	return true;
}

static bool emit_children(struct pseudo_node *dir, struct dir_emitter *emitter)
{
	struct pseudo_node *child;
	bool all = true;

	rwsem_read_lock(&pseudo_tree_lock);
	list_for_each_entry(child, &dir->children, sibling) {
		if (child->pos < emitter->pos || !is_visible(child))
			continue;
		all = emitter->emit(emitter, child->name, strlen(child->name), child->pos + 1, child->ino,
			(child->mode & S_IFMT) >> 12);
		if (!all)
			break;
		emitter->pos = child->pos + 1;
	}
	rwsem_read_unlock(&pseudo_tree_lock);
	return all;
}

static int iterate(struct file *file, struct dir_emitter *emitter)
{
	struct pseudo_node *dir = inode_node(file->inode);

	if (!emit_dots(file, emitter))
		return 0;
	if (emitter->pos < PSEUDO_DYNAMIC_POS) {
		if (!emit_children(dir, emitter) || !dir->dir_ops || !dir->dir_ops->iterate)
			return 0;
		emitter->pos = PSEUDO_DYNAMIC_POS;
	}
	return dir->dir_ops ? dir->dir_ops->iterate(dir->ctx, emitter) : 0;
}

static const struct file_ops dir_file_ops = { .iterate = iterate };

/* --- links --------------------------------------------------------------------------------------- */

static unsigned int depth(const struct pseudo_node *node)
{
	unsigned int n = 0;

	for (; node->parent; node = node->parent)
		n++;
	return n;
}

/* Writes the path of node below `above` so that it ends at `end`; its start, or NULL: no room. */
static char *path_down(const struct pseudo_node *node, const struct pseudo_node *above, char *start, char *end)
{
	for (; node != above; node = node->parent) {
		size_t len = strlen(node->name);

		if ((size_t)(end - start) < len + 1)
			return NULL;
		end -= len;
		memcpy(end, node->name, len);
		*--end = '/';
	}
	return end;
}

/* From the link's directory up to the common ancestor, and down to the target. */
static ssize_t relative_path(const struct pseudo_node *link, char *buf, size_t size)
{
	const struct pseudo_node *up = link->parent, *down = link->linked;
	unsigned int up_depth = depth(up), down_depth = depth(down), nr_up = 0;
	char *path;
	size_t len;

	for (; up_depth > down_depth; up_depth--, nr_up++)
		up = up->parent;
	for (; down_depth > up_depth; down_depth--)
		down = down->parent;
	for (; up != down; nr_up++) {
		up = up->parent;
		down = down->parent;
	}
	path = path_down(link->linked, up, buf, buf + size);
	if (!path || (size_t)(path - buf) < nr_up * 3)
		return -ENAMETOOLONG;
	for (unsigned int i = 0; i < nr_up; i++)
		memcpy(buf + i * 3, "../", 3);
	if (link->linked == link->parent) {
		buf[0] = '.';
		return 1;
	}
	/* The slash in front of the first name is there already, after "..". */
	len = buf + size - path;
	if (nr_up)
		memmove(buf + nr_up * 3 - 1, path, len);
	else
		memmove(buf, path + 1, --len);
	return nr_up ? nr_up * 3 - 1 + len : len;
}

static ssize_t readlink(struct inode *inode, char *buf, size_t size)
{
	const struct pseudo_node *node = inode_node(inode);
	size_t len;

	if (node->linked)
		return relative_path(node, buf, size);
	len = min(strlen(node->target), size);
	memcpy(buf, node->target, len);
	return len;
}

/* --- attributes ---------------------------------------------------------------------------------- */

/* The node remembers what outlives the inode. Truncation (O_TRUNC of "echo x >file") means nothing here. */
static int setattr(struct inode *inode, const struct inode_attr *attr)
{
	struct pseudo_node *node = inode_node(inode);
	struct inode_attr rest = *attr;
	int err;

	rest.valid &= ~ATTR_SIZE;
	err = inode_setattr_simple(inode, &rest);
	if (err)
		return err;
	node->mode = inode->mode;
	node->uid = inode->uid;
	node->gid = inode->gid;
	return 0;
}

static const struct inode_ops file_inode_ops = { .setattr = setattr };
static const struct inode_ops link_inode_ops = { .readlink = readlink };

/* --- mounting ------------------------------------------------------------------------------------ */

static int statfs(struct super_block *sb, struct kstatfs *stat)
{
	const struct pseudo_fs *fs = sb->private_data;

	stat->type = fs->magic;
	stat->bsize = stat->frsize = PAGE_SIZE;
	stat->namelen = 255;
	return 0;
}

static const struct super_ops pseudo_super_ops = { .evict = pseudo_evict, .statfs = statfs };

int pseudo_fill_super(struct super_block *sb, struct pseudo_node *root, const struct pseudo_fs *fs)
{
	struct inode *inode;

	sb->ops = &pseudo_super_ops;
	sb->private_data = (void *)fs;
	inode = node_inode(sb, pseudo_get(root));
	if (!inode)
		return -ENOMEM;
	sb->root = dentry_alloc_root(sb, inode);
	if (sb->root)
		return 0;
	inode_put(inode);
	return -ENOMEM;
}
