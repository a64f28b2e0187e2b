// SPDX-License-Identifier: MIT
/* sysfs: the tree of devices, classes and the files of the sysfs_files set, mounted. */
#include <fs/sysfs/sysfs.h>

#include <arch/layout.h>
#include <device/dmi/dmi.h>
#include <fs/pseudo.h>
#include <fs/super_block.h>
#include <linux/magic.h>

static const struct pseudo_fs sysfs = { .magic = SYSFS_MAGIC, .text_size = PAGE_SIZE };

SYSFS_TEXT("kernel/uevent_seqnum", "0\n");
SYSFS_TEXT("kernel/fscaps", "1\n");
SYSFS_TEXT("kernel/profiling", "0\n");

/* Directories that programs list whether or not there is something in them. */
static const char *const directories[] = {
	"block", "bus", "class", "dev/block", "dev/char", "devices/system", "devices/virtual", "firmware", "fs", "kernel",
	"module", "power",
};

static void add_mount_point(const char *parent_path, const char *name)
{
	struct pseudo_node *parent = pseudo_find(sysfs_root(), parent_path);

	if (parent)
		pseudo_put(pseudo_mkdir_mode(parent, name, 0555));
	pseudo_put(parent);
}

static void add_directories(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		pseudo_put(pseudo_mkdir_path(sysfs_root(), directories[i]));
	add_mount_point("fs", "cgroup");
	add_mount_point("kernel", "debug");
	add_mount_point("kernel", "security");
}

static int sysfs_fill_super(struct super_block *sb, const char *source, const char *data)
{
	add_directories();
	sysfs_add_memmap();
	sysfs_add_boot_params();
	sysfs_add_cpus();
	dmi_sysfs_add();
	return pseudo_fill_super(sb, sysfs_root(), &sysfs);
}

static const struct file_system_type sysfs_type = {
	.name = "sysfs",
	.flags = FS_SINGLE | FS_STRICT_MODE,
	.fill_super = sysfs_fill_super,
};
FILESYSTEM(sysfs_type);
