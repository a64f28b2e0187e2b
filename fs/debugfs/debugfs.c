// SPDX-License-Identifier: MIT
/* debugfs: whatever parts of the kernel want to show to a developer. */
#include <fs/pseudo.h>
#include <fs/super_block.h>
#include <linux/magic.h>

static const struct pseudo_fs debugfs = { .magic = DEBUGFS_MAGIC };

static int debugfs_fill_super(struct super_block *sb, const char *source, const char *data)
{
	return pseudo_fill_super(sb, debugfs_root(), &debugfs);
}

static const struct file_system_type debugfs_type = {
	.name = "debugfs",
	.flags = FS_SINGLE,
	.fill_super = debugfs_fill_super,
};
FILESYSTEM(debugfs_type);
