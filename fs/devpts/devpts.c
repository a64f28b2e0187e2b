// SPDX-License-Identifier: MIT
/*
 * devpts (Linux: Documentation/filesystems/devpts): slaves of pseudo-terminals by number, and ptmx that makes them.
 * Every mount is an instance of its own. A /dev/ptmx node elsewhere means the devpts mounted on the "pts"
 * directory beside it.
 */
#include <arch/layout.h>
#include <drivers/tty/tty.h>
#include <fs/dentry.h>
#include <fs/device_node.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/path.h>
#include <fs/super_block.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/bitmap.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>

#include <linux/magic.h>
#include <linux/major.h>

#define MAX_PTYS 4096

/* Goes with its super block, which masters keep when it is no longer mounted. */
struct devpts {
	struct pty_host host; /* first */
	struct super_block *sb;

	struct spinlock lock;
	unsigned long used[MAX_PTYS / 64]; /* Guarded by lock. */

	/* Mount options. */
	uint32_t uid, gid;
	bool has_uid, has_gid;
	mode_t mode, ptmx_mode;
	unsigned int max;
};

static const struct file_system_type devpts_type;

/* --- what pty.c asks -------------------------------------------------------------------------- */

static int devpts_alloc_index(struct pty_host *host)
{
	struct devpts *devpts = (struct devpts *)host;
	int index = -ENOSPC;

	spin_lock(&devpts->lock);
	for (unsigned int i = 0; i < devpts->max && index < 0; i++) {
		if (!(devpts->used[i / 64] >> (i % 64) & 1)) {
			devpts->used[i / 64] |= 1UL << (i % 64);
			index = (int)i;
		}
	}
	spin_unlock(&devpts->lock);
	return index;
}

static void devpts_free_index(struct pty_host *host, int index)
{
	struct devpts *devpts = (struct devpts *)host;

	spin_lock(&devpts->lock);
	devpts->used[index / 64] &= ~(1UL << (index % 64));
	spin_unlock(&devpts->lock);
}

/* A pinned name in the root directory. */
static int add_name(struct super_block *sb, const char *name, struct inode *inode)
{
	struct inode *root = sb->root->inode;
	struct dentry *dentry = dentry_alloc(sb->root, name, strlen(name));

	if (!dentry)
		return -ENOMEM;
	rwsem_write_lock(&root->lock);
	dentry_instantiate(dentry, inode);
	dentry_hash(dentry);
	rwsem_write_unlock(&root->lock);
	dentry_put(dentry); /* pinned */
	return 0;
}

static int devpts_add_node(struct pty_host *host, unsigned int index, dev_t dev)
{
	struct devpts *devpts = (struct devpts *)host;
	struct inode *inode = inode_alloc(devpts->sb, S_IFCHR | devpts->mode);
	char name[12];
	int err;

	if (!inode)
		return -ENOMEM;
	inode->ino = index + 3;
	inode->rdev = dev;
	inode->private_data = host;
	inode->uid = devpts->has_uid ? devpts->uid : current->cred->fsuid;
	inode->gid = devpts->has_gid ? devpts->gid : current->cred->fsgid;
	scnprintf(name, sizeof(name), "%u", index);
	err = add_name(devpts->sb, name, inode);
	if (err)
		inode_put(inode);
	return err;
}

static void devpts_remove_node(struct pty_host *host, unsigned int index)
{
	struct dentry *root = ((struct devpts *)host)->sb->root, *dentry;
	char name[12];

	scnprintf(name, sizeof(name), "%u", index);
	rwsem_write_lock(&root->inode->lock);
	dentry = dentry_lookup(root, name, strlen(name));
	if (dentry) {
		dentry->inode->nlink = 0;
		dentry_delete(dentry);
	}
	rwsem_write_unlock(&root->inode->lock);
	if (dentry)
		dentry_put(dentry);
}

static void devpts_get(struct pty_host *host)
{
	atomic_inc(&((struct devpts *)host)->sb->refs);
}

static void devpts_put(struct pty_host *host)
{
	super_block_put(((struct devpts *)host)->sb);
}

/* --- /dev/ptmx -------------------------------------------------------------------------------- */

static struct pty_host *host_of(struct super_block *sb)
{
	struct devpts *devpts;

	if (sb->type != &devpts_type)
		return NULL;
	devpts = sb->private_data;
	devpts_get(&devpts->host);
	return &devpts->host;
}

static struct pty_host *find_host(struct file *file)
{
	struct pty_host *host = host_of(file->path.mount->sb);
	struct path beside, pts;
	int err;

	if (host)
		return host;
	beside = (struct path){ file->path.mount, dentry_parent_get(file->path.dentry) };
	err = path_lookup(&beside, "pts", LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &pts);
	dentry_put(beside.dentry);
	if (err)
		return NULL;
	if (pts.dentry == pts.mount->sb->root)
		host = host_of(pts.mount->sb);
	path_put(&pts);
	return host;
}

/* --- mounting --------------------------------------------------------------------------------- */

static int parse_option(void *ctx, const char *key, const char *value)
{
	struct devpts *devpts = ctx;
	bool is_octal = !strcmp(key, "mode") || !strcmp(key, "ptmxmode");
	uint64_t number = 0;

	if (!strcmp(key, "newinstance"))
		return 0;
	if (!value || parse_u64(value, is_octal ? 8 : 10, &number))
		return -EINVAL;
	if (!strcmp(key, "mode")) {
		devpts->mode = (mode_t)number & 07777;
	} else if (!strcmp(key, "ptmxmode")) {
		devpts->ptmx_mode = (mode_t)number & 07777;
	} else if (!strcmp(key, "uid")) {
		devpts->uid = (uint32_t)number;
		devpts->has_uid = true;
	} else if (!strcmp(key, "gid")) {
		devpts->gid = (uint32_t)number;
		devpts->has_gid = true;
	} else if (!strcmp(key, "max")) {
		if (number > MAX_PTYS)
			return -EINVAL;
		devpts->max = (unsigned int)number;
	} else {
		return -EINVAL;
	}
	return 0;
}

static void devpts_show_options(struct super_block *sb, char *buf, size_t size)
{
	const struct devpts *devpts = sb->private_data;
	size_t n = 0;

	if (devpts->has_uid)
		n += scnprintf(buf + n, size - n, ",uid=%u", devpts->uid);
	if (devpts->has_gid)
		n += scnprintf(buf + n, size - n, ",gid=%u", devpts->gid);
	n += scnprintf(buf + n, size - n, ",mode=%03o,ptmxmode=%03o", devpts->mode, devpts->ptmx_mode);
	if (devpts->max < MAX_PTYS)
		scnprintf(buf + n, size - n, ",max=%u", devpts->max);
}

static int devpts_statfs(struct super_block *sb, struct kstatfs *stat)
{
	stat->type = DEVPTS_SUPER_MAGIC;
	stat->bsize = stat->frsize = PAGE_SIZE;
	stat->namelen = 255;
	return 0;
}

static int devpts_remount(struct super_block *sb, unsigned int *sb_flags, const char *data)
{
	return mount_options_parse(data, parse_option, sb->private_data);
}

static void devpts_kill(struct super_block *sb)
{
	kfree(sb->private_data);
}

static const struct super_ops devpts_super_ops = {
	.statfs = devpts_statfs,
	.remount = devpts_remount,
	.show_options = devpts_show_options,
	.kill = devpts_kill,
};

static const struct inode_ops devpts_dir_ops = { 0 };
static const struct file_ops devpts_dir_file_ops = { .iterate = dcache_iterate };

static int make_root(struct super_block *sb)
{
	struct inode *root = inode_alloc(sb, S_IFDIR | 0755);

	if (!root)
		return -ENOMEM;
	root->ino = 1;
	root->nlink = 2;
	root->ops = &devpts_dir_ops;
	root->file_ops = &devpts_dir_file_ops;
	sb->root = dentry_alloc_root(sb, root);
	if (sb->root)
		return 0;
	inode_put(root);
	return -ENOMEM;
}

static int make_ptmx(struct super_block *sb, const struct devpts *devpts)
{
	struct inode *inode = inode_alloc(sb, S_IFCHR | devpts->ptmx_mode);
	int err;

	if (!inode)
		return -ENOMEM;
	inode->ino = 2;
	inode->rdev = DEV_MAKE(TTYAUX_MAJOR, 2);
	err = add_name(sb, "ptmx", inode);
	if (err)
		inode_put(inode);
	return err;
}

static int devpts_fill_super(struct super_block *sb, const char *source, const char *data)
{
	struct devpts *devpts = kzalloc(sizeof(*devpts));
	int err;

	if (!devpts)
		return -ENOMEM;
	devpts->host = (struct pty_host){ devpts_alloc_index, devpts_free_index, devpts_add_node,
		devpts_remove_node, devpts_get, devpts_put };
	devpts->sb = sb;
	devpts->mode = 0600;
	devpts->max = MAX_PTYS;
	spin_lock_init(&devpts->lock);
	err = mount_options_parse(data, parse_option, devpts);
	if (err)
		goto err_free;
	sb->ops = &devpts_super_ops;
	sb->private_data = devpts;
	sb->pins_dentries = true;
	err = make_root(sb);
	if (!err)
		err = make_ptmx(sb, devpts);
	if (err)
		goto err_free;
	pty_set_default_host(find_host);
	return 0;

err_free:
	sb->private_data = NULL;
	sb->ops = NULL;
	kfree(devpts);
	return err;
}

static const struct file_system_type devpts_type = {
	.name = "devpts",
	.fill_super = devpts_fill_super,
};
FILESYSTEM(devpts_type);
