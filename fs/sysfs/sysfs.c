// SPDX-License-Identifier: MIT
/* sysfs: the tree of devices, classes and the files of the sysfs_files set, mounted. */
#include <arch/layout.h>
#include <fs/pseudo.h>
#include <fs/super_block.h>
#include <linux/magic.h>

static const struct pseudo_fs sysfs = { .magic = SYSFS_MAGIC, .text_size = PAGE_SIZE };

static int sysfs_fill_super(struct super_block *sb, const char *source, const char *data)
{
	return pseudo_fill_super(sb, sysfs_root(), &sysfs);
}

static const struct file_system_type sysfs_type = {
	.name = "sysfs",
	.flags = FS_SINGLE,
	.fill_super = sysfs_fill_super,
};
FILESYSTEM(sysfs_type);
