// SPDX-License-Identifier: MIT
/* securityfs: measurement logs and security modules; there may be none, its place exists (/sys/kernel/security). */
#include <fs/pseudo.h>
#include <fs/super_block.h>
#include <linux/magic.h>

static const struct pseudo_fs securityfs = { .magic = SECURITYFS_MAGIC };

static int securityfs_fill_super(struct super_block *sb, const char *source, const char *data)
{
	return pseudo_fill_super(sb, securityfs_root(), &securityfs);
}

static const struct file_system_type securityfs_type = {
	.name = "securityfs",
	.flags = FS_SINGLE,
	.fill_super = securityfs_fill_super,
};
FILESYSTEM(securityfs_type);
