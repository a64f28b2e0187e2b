// SPDX-License-Identifier: MIT
/* Inodes and directories that live in memory only. The vfs has checked rights and locked the directories. */
#include <fs/ramfs/ramfs.h>

#include <arch/layout.h>
#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <kernel/errno.h>
#include <kernel/sched.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <mm/page.h>

#define ENTRY_SIZE_BYTES 20 /* what tmpfs adds to a directory's size for each entry */

static const struct inode_ops ramfs_dir_ops, ramfs_other_ops, ramfs_link_ops;
static const struct inode_ops tmpfs_dir_ops, tmpfs_other_ops, tmpfs_link_ops;
static const struct file_ops ramfs_dir_file_ops, ramfs_file_ops, tmpfs_file_ops;

static struct ramfs_super *super_of(struct super_block *sb)
{
	return sb->private_data;
}

/* --- limits ------------------------------------------------------------------------------------------ */

static int charge(uint64_t *used, uint64_t max, uint64_t nr)
{
	if (atomic_add_return(used, nr) <= max || !max)
		return 0;
	atomic_sub(used, nr);
	return -ENOSPC;
}

int ramfs_charge_pages(struct super_block *sb, uint64_t nr_pages)
{
	return charge(&super_of(sb)->used_pages, atomic_load_relaxed(&super_of(sb)->max_pages), nr_pages);
}

void ramfs_uncharge_pages(struct super_block *sb, uint64_t nr_pages)
{
	atomic_sub(&super_of(sb)->used_pages, nr_pages);
}

static int mapping_charge(struct address_space *mapping)
{
	return ramfs_charge_pages(((struct inode *)mapping->host)->sb, 1);
}

static void mapping_uncharge(struct address_space *mapping, uint64_t nr_pages)
{
	ramfs_uncharge_pages(((struct inode *)mapping->host)->sb, nr_pages);
}

static const struct address_space_ops tmpfs_mapping_ops = {
	.charge_page = mapping_charge,
	.uncharge_pages = mapping_uncharge,
};

/* --- inodes ------------------------------------------------------------------------------------------ */

static void set_ops(struct inode *inode, bool is_tmpfs)
{
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		inode->ops = is_tmpfs ? &tmpfs_other_ops : &ramfs_other_ops;
		inode->file_ops = is_tmpfs ? &tmpfs_file_ops : &ramfs_file_ops;
		inode->data.is_shmem = is_tmpfs;
		inode->data.ops = is_tmpfs ? &tmpfs_mapping_ops : NULL;
		break;
	case S_IFDIR:
		inode->ops = is_tmpfs ? &tmpfs_dir_ops : &ramfs_dir_ops;
		inode->file_ops = &ramfs_dir_file_ops;
		inode->nlink = 2;
		inode->size = is_tmpfs ? 2 * ENTRY_SIZE_BYTES : 0; /* "." and ".." */
		break;
	case S_IFLNK:
		inode->ops = is_tmpfs ? &tmpfs_link_ops : &ramfs_link_ops;
		break;
	default:
		inode->ops = is_tmpfs ? &tmpfs_other_ops : &ramfs_other_ops;
	}
}

/* dir NULL: the root. */
static int new_inode(struct super_block *sb, struct inode *dir, mode_t mode, dev_t dev, struct inode **out)
{
	struct ramfs_super *super = super_of(sb);
	struct inode *inode;

	if (charge(&super->used_inodes, super->max_inodes, 1))
		return -ENOSPC;
	inode = inode_alloc(sb, mode);
	if (!inode) {
		atomic_dec(&super->used_inodes);
		return -ENOMEM;
	}
	inode_set_owner(inode, dir, mode);
	inode->rdev = dev;
	set_ops(inode, super->is_tmpfs);
	*out = inode;
	return 0;
}

static void ramfs_evict(struct inode *inode)
{
	ramfs_free_info(inode->private_data);
	atomic_dec(&super_of(inode->sb)->used_inodes);
}

static void dir_changed(struct inode *dir, int entries, int nlink)
{
	if (super_of(dir->sb)->is_tmpfs)
		atomic_store_relaxed(&dir->size, dir->size + entries * ENTRY_SIZE_BYTES);
	inode_touch(dir, ATTR_MTIME | ATTR_CTIME);
	if (nlink)
		inode_set_nlink(dir, nlink);
}

static int ramfs_mknod(struct inode *dir, struct dentry *dentry, mode_t mode, dev_t dev)
{
	struct inode *inode;
	int err = new_inode(dir->sb, dir, mode, dev, &inode);

	if (err)
		return err;
	dentry_instantiate(dentry, inode);
	dir_changed(dir, 1, S_ISDIR(mode));
	return 0;
}

static int ramfs_create(struct inode *dir, struct dentry *dentry, mode_t mode)
{
	return ramfs_mknod(dir, dentry, mode, 0);
}

static int ramfs_tmpfile(struct inode *dir, mode_t mode, struct inode **out)
{
	int err = new_inode(dir->sb, dir, mode, 0, out);

	if (!err)
		(*out)->nlink = 0;
	return err;
}

static int ramfs_symlink(struct inode *dir, struct dentry *dentry, const char *target)
{
	size_t len = strlen(target);
	struct ramfs_info *info;
	struct inode *inode;
	int err;

	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	info = kmalloc(sizeof(*info) + len + 1);
	if (!info)
		return -ENOMEM;
	info->xattrs = NULL;
	memcpy(info->target, target, len + 1);
	err = new_inode(dir->sb, dir, S_IFLNK | 0777, 0, &inode);
	if (err) {
		kfree(info);
		return err;
	}
	inode->private_data = info;
	inode->size = len;
	dentry_instantiate(dentry, inode);
	dir_changed(dir, 1, 0);
	return 0;
}

static ssize_t ramfs_readlink(struct inode *inode, char *buf, size_t size)
{
	const struct ramfs_info *info = inode->private_data;
	size_t len = min((size_t)inode->size, size);

	memcpy(buf, info->target, len);
	return len;
}

static int ramfs_link(struct inode *dir, struct dentry *dentry, struct inode *target)
{
	inode_set_nlink(target, 1);
	inode_get(target);
	dentry_instantiate(dentry, target);
	dir_changed(dir, 1, 0);
	return 0;
}

static int ramfs_unlink(struct inode *dir, struct dentry *dentry)
{
	inode_set_nlink(dentry->inode, -1);
	dir_changed(dir, -1, 0);
	return 0;
}

static int ramfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	if (!list_empty(&dentry->children))
		return -ENOTEMPTY;
	inode_set_nlink(dentry->inode, -2);
	dir_changed(dir, -1, -1);
	return 0;
}

static int ramfs_rename(struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new_dentry, unsigned int flags)
{
	struct inode *victim = new_dentry->inode;
	int old_is_dir = S_ISDIR(old->inode->mode), victim_is_dir = victim && S_ISDIR(victim->mode);

	if (flags & RENAME_EXCHANGE) {
		dir_changed(old_dir, 0, old_dir == new_dir ? 0 : victim_is_dir - old_is_dir);
		dir_changed(new_dir, 0, old_dir == new_dir ? 0 : old_is_dir - victim_is_dir);
		inode_touch(victim, ATTR_CTIME);
	} else {
		if (victim_is_dir && !list_empty(&new_dentry->children))
			return -ENOTEMPTY;
		if (victim)
			inode_set_nlink(victim, victim_is_dir ? -2 : -1);
		dir_changed(old_dir, -1, -old_is_dir);
		dir_changed(new_dir, victim ? 0 : 1, old_is_dir - victim_is_dir);
	}
	inode_touch(old->inode, ATTR_CTIME);
	return 0;
}

/* --- files ------------------------------------------------------------------------------------------- */

static int ramfs_fsync(struct file *file, bool data_only)
{
	return 0;
}

static int allocate_range(struct inode *inode, uint64_t start, uint64_t end)
{
	for (uint64_t index = start >> PAGE_SHIFT; index << PAGE_SHIFT < end; index++) {
		struct page *page;
		int err = page_cache_get(inode->mapping, index, &page);

		if (err)
			return err;
		page_put(page);
		if (signal_pending()) /* it may be all of memory */
			return -EINTR;
		sched_yield_point();
	}
	return 0;
}

static int tmpfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file->inode;
	uint64_t end = (uint64_t)offset + len;
	int err = 0;

	if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
		return -EOPNOTSUPP;
	rwsem_write_lock(&inode->lock);
	if (mode & FALLOC_FL_PUNCH_HOLE) {
		page_cache_punch(inode->mapping, offset, end);
	} else {
		err = allocate_range(inode, offset, end);
		if (!err && !(mode & FALLOC_FL_KEEP_SIZE) && end > inode->size)
			atomic_store(&inode->size, end);
	}
	if (!err)
		inode_touch(inode, ATTR_MTIME | ATTR_CTIME);
	rwsem_write_unlock(&inode->lock);
	return err;
}

static const struct file_ops ramfs_file_ops = {
	.read = generic_file_read,
	.write = generic_file_write,
	.llseek = generic_llseek,
	.mmap = generic_file_mmap,
	.fsync = ramfs_fsync,
};

static const struct file_ops tmpfs_file_ops = {
	.read = generic_file_read,
	.write = generic_file_write,
	.llseek = generic_llseek,
	.mmap = generic_file_mmap,
	.fsync = ramfs_fsync,
	.fallocate = tmpfs_fallocate,
};

static const struct file_ops ramfs_dir_file_ops = {
	.llseek = generic_llseek,
	.iterate = dcache_iterate,
	.fsync = ramfs_fsync,
};

#define RAMFS_DIR_OPS                                                                              \
	.create = ramfs_create, .mkdir = ramfs_create, .mknod = ramfs_mknod,                       \
	.symlink = ramfs_symlink, .link = ramfs_link, .unlink = ramfs_unlink,                      \
	.rmdir = ramfs_rmdir, .rename = ramfs_rename, .tmpfile = ramfs_tmpfile
#define TMPFS_XATTR_OPS                                                                            \
	.getxattr = ramfs_getxattr, .setxattr = ramfs_setxattr, .listxattr = ramfs_listxattr

static const struct inode_ops ramfs_dir_ops = { RAMFS_DIR_OPS };
static const struct inode_ops tmpfs_dir_ops = { RAMFS_DIR_OPS, TMPFS_XATTR_OPS };
static const struct inode_ops ramfs_other_ops = {};
static const struct inode_ops tmpfs_other_ops = { TMPFS_XATTR_OPS };
static const struct inode_ops ramfs_link_ops = { .readlink = ramfs_readlink };
static const struct inode_ops tmpfs_link_ops = { .readlink = ramfs_readlink, TMPFS_XATTR_OPS };

/* --- the super block ----------------------------------------------------------------------------------- */

static int ramfs_statfs(struct super_block *sb, struct kstatfs *stat)
{
	struct ramfs_super *super = super_of(sb);

	stat->type = super->is_tmpfs ? TMPFS_MAGIC : RAMFS_MAGIC;
	if (super->max_pages) {
		uint64_t used = atomic_load_relaxed(&super->used_pages);

		stat->blocks = super->max_pages;
		stat->bfree = stat->bavail = used < super->max_pages ? super->max_pages - used : 0;
	}
	if (super->max_inodes) {
		uint64_t used = atomic_load_relaxed(&super->used_inodes);

		stat->files = super->max_inodes;
		stat->ffree = used < super->max_inodes ? super->max_inodes - used : 0;
	}
	return 0;
}

static void ramfs_kill(struct super_block *sb)
{
	kfree(sb->private_data);
}

static const struct super_ops ramfs_super_ops = {
	.evict = ramfs_evict,
	.statfs = ramfs_statfs,
	.kill = ramfs_kill,
};

static const struct super_ops tmpfs_super_ops = {
	.evict = ramfs_evict,
	.statfs = ramfs_statfs,
	.remount = tmpfs_remount,
	.show_options = tmpfs_show_options,
	.kill = ramfs_kill,
};

int ramfs_fill_super(struct super_block *sb, struct ramfs_super *super)
{
	struct inode *root;
	int err;

	sb->private_data = super;
	sb->pins_dentries = true;
	sb->ops = super->is_tmpfs ? &tmpfs_super_ops : &ramfs_super_ops;
	err = new_inode(sb, NULL, S_IFDIR | super->mode, 0, &root);
	if (err)
		goto err_free;
	root->uid = super->uid;
	root->gid = super->gid;
	sb->root = dentry_alloc_root(sb, root);
	if (sb->root)
		return 0;
	inode_put(root);
	err = -ENOMEM;
err_free:
	kfree(super);
	return err;
}
