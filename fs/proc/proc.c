// SPDX-License-Identifier: MIT
/*
 * proc (man 5 proc): the fixed files of the proc_files set, processes, and links to the reader's own.
 */
#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/proc/proc_internal.h>
#include <fs/pseudo.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <lib/string.h>
#include <linux/magic.h>

static const struct pseudo_fs proc_fs = { .magic = PROC_SUPER_MAGIC };

/* --- self, thread-self --------------------------------------------------------------------------- */

static ssize_t self_readlink(struct inode *inode, char *buf, size_t size)
{
	return proc_pid_self(buf, size, inode->ino == 3);
}

static const struct inode_ops self_inode_ops = { .readlink = self_readlink };

static int lookup_self(struct inode *dir, struct dentry *dentry, ino_t ino)
{
	struct inode *inode = inode_alloc(dir->sb, S_IFLNK | 0777);

	if (!inode)
		return -ENOMEM;
	inode->ino = ino;
	inode->uid = inode->gid = 0;
	inode->ops = &self_inode_ops;
	dentry_instantiate(dentry, inode);
	return 0;
}

/* --- the root directory -------------------------------------------------------------------------- */

static int root_lookup(void *ctx, struct inode *dir, struct dentry *dentry)
{
	if (!strcmp(dentry->name, "self"))
		return lookup_self(dir, dentry, 2);
	if (!strcmp(dentry->name, "thread-self"))
		return lookup_self(dir, dentry, 3);
	return proc_pid_lookup_process(dir->sb, dentry);
}

/* The two links come first, then processes by their numbers, which begin at 1. */
static int root_iterate(void *ctx, struct dir_emitter *emitter)
{
	static const char *const links[] = { "self", "thread-self" };

	for (uint64_t i = emitter->pos - PSEUDO_DYNAMIC_POS; i < 2; i++) {
		if (!emitter->emit(emitter, links[i], strlen(links[i]), PSEUDO_DYNAMIC_POS + i + 1, i + 2, S_IFLNK >> 12))
			return 0;
		emitter->pos = PSEUDO_DYNAMIC_POS + i + 1;
	}
	return proc_pid_iterate_processes(emitter);
}

static const struct pseudo_dir_ops root_dir_ops = { .lookup = root_lookup, .iterate = root_iterate };

/* --- mounting ------------------------------------------------------------------------------------ */

static void proc_evict(struct inode *inode)
{
	pseudo_evict(inode);
	proc_pid_evict(inode);
}

static int parse_option(void *ctx, const char *key, const char *value)
{
	return !strcmp(key, "hidepid") || !strcmp(key, "gid") || !strcmp(key, "subset") ? 0 : -EINVAL;
}

static struct super_ops proc_super_ops;

static int proc_remount(struct super_block *sb, unsigned int *sb_flags, const char *data)
{
	return mount_options_parse(data, parse_option, NULL);
}

static int proc_fill_super(struct super_block *sb, const char *source, const char *data)
{
	int err = mount_options_parse(data, parse_option, NULL);

	if (err)
		return err;
	pseudo_set_dir_ops(proc_root(), &root_dir_ops, NULL);
	pseudo_put(pseudo_add_link(proc_root(), "mounts", "self/mounts"));
	err = pseudo_fill_super(sb, proc_root(), &proc_fs);
	if (err)
		return err;
	proc_super_ops = *sb->ops;
	proc_super_ops.evict = proc_evict;
	proc_super_ops.remount = proc_remount;
	sb->ops = &proc_super_ops;
	return 0;
}

static const struct file_system_type proc_type = {
	.name = "proc",
	.flags = FS_SINGLE | FS_FIXED_NAMES,
	.fill_super = proc_fill_super,
};
FILESYSTEM(proc_type);
