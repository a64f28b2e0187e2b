// SPDX-License-Identifier: MIT
/*
 * devtmpfs: a tmpfs in which the kernel makes a node for each device, whether or not it is mounted. One
 * instance; programs may add to it and change it like any other.
 */
#include <fs/device_node.h>

#include <fs/dentry.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/path.h>
#include <fs/ramfs/ramfs.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/mutex.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/stat.h>

static struct mutex devtmpfs_lock = MUTEX_INIT(devtmpfs_lock);
static struct mount *devtmpfs_mount; /* of no namespace; guarded by devtmpfs_lock */

static int devtmpfs_fill_super(struct super_block *sb, const char *source, const char *data)
{
	struct ramfs_super *super;
	int err = tmpfs_super_create(data, 0755, &super);

	if (err)
		return err;
	super->default_pages = super->default_inodes = 0; /* shown: nobody chose them */
	return ramfs_fill_super(sb, super);
}

static const struct file_system_type devtmpfs_type = {
	.name = "devtmpfs",
	.flags = FS_SINGLE,
	.fill_super = devtmpfs_fill_super,
};
FILESYSTEM(devtmpfs_type);

/* The root of the instance; made at first use. */
static int devtmpfs_root(struct path *root)
{
	struct super_block *sb;
	int err = 0;

	mutex_lock(&devtmpfs_lock);
	if (!devtmpfs_mount) {
		err = super_block_get(&devtmpfs_type, "devtmpfs", 0, NULL, &sb);
		if (!err) {
			devtmpfs_mount = mount_alloc(sb, sb->root, 0, "devtmpfs");
			if (!devtmpfs_mount) {
				super_block_put(sb);
				err = -ENOMEM;
			}
		}
	}
	if (!err)
		*root = (struct path){ devtmpfs_mount, devtmpfs_mount->root };
	mutex_unlock(&devtmpfs_lock);
	return err;
}

static int make_parents(const struct path *root, const char *path)
{
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *parent = kstrndup(path, slash - path);
		int err;

		if (!parent)
			return -ENOMEM;
		err = vfs_mkdir(root, parent, 0755);
		kfree(parent);
		if (err && err != -EEXIST)
			return err;
	}
	return 0;
}

int devtmpfs_add(const char *path, mode_t mode_and_perm, dev_t dev)
{
	struct path root;
	int err = devtmpfs_root(&root);

	if (!err)
		err = make_parents(&root, path);
	if (!err)
		err = vfs_mknod(&root, path, mode_and_perm, dev);
	return err;
}

void devtmpfs_remove(const char *path)
{
	struct path root;

	if (devtmpfs_root(&root))
		return;
	/* A program may have removed it before. */
	int err __maybe_unused = vfs_unlink(&root, path, false);
}
