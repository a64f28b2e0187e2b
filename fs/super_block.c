// SPDX-License-Identifier: MIT
/* File system types and their mounted instances. */
#include <fs/super_block.h>

#include <fs/dentry.h>
#include <fs/device_node.h>
#include <kernel/errno.h>
#include <kernel/pseudo_file.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>

LINKER_SET_DECLARE(filesystems, const struct file_system_type);

/* Held while a type is filled in, so that FS_SINGLE types get one super block. */
static struct mutex super_block_lock = MUTEX_INIT(super_block_lock);
static LIST_HEAD(super_blocks); /* guarded by super_block_lock */
static unsigned int next_anon_minor; /* atomic */

const struct file_system_type *file_system_find(const char *name, size_t len)
{
	LINKER_SET_FOREACH(filesystems, const struct file_system_type, type)
		if (!strncmp(type->name, name, len) && !type->name[len])
			return type;
	return NULL;
}

dev_t super_block_anon_dev(void)
{
	return DEV_MAKE(0, atomic_add_return(&next_anon_minor, 1));
}

static struct super_block *super_block_find_single(const struct file_system_type *type)
{
	struct super_block *sb;

	list_for_each_entry(sb, &super_blocks, node)
		if (sb->type == type)
			return sb;
	return NULL;
}

static int super_block_create(const struct file_system_type *type, const char *source, unsigned int sb_flags, const char *data, struct super_block **out)
{
	struct super_block *sb = kzalloc(sizeof(*sb));
	int err;

	if (!sb)
		return -ENOMEM;
	sb->refs = 1;
	sb->type = type;
	sb->flags = sb_flags;
	sb->dev = super_block_anon_dev();
	sb->max_size_bytes = INT64_MAX;
	strscpy(sb->source, source ? source : "none", sizeof(sb->source));
	err = type->fill_super(sb, source, data);
	if (err) {
		if (sb->root)
			dentry_put(sb->root);
		kfree(sb);
		return err;
	}
	list_add_tail(&sb->node, &super_blocks);
	*out = sb;
	return 0;
}

int super_block_get(const struct file_system_type *type, const char *source, unsigned int sb_flags, const char *data, struct super_block **out)
{
	struct super_block *sb;
	int err = 0;

	mutex_lock(&super_block_lock);
	sb = type->flags & FS_SINGLE ? super_block_find_single(type) : NULL;
	if (sb) {
		/* Another mount of the one instance: its options are looked at, and hold for all. */
		if (data && *data && sb->ops && sb->ops->remount)
			err = sb->ops->remount(sb, &sb_flags, data);
		if (!err) {
			atomic_inc(&sb->refs);
			*out = sb;
		}
	} else {
		err = super_block_create(type, source, sb_flags, data, out);
	}
	mutex_unlock(&super_block_lock);
	return err;
}

/* A ramfs-like tree holds its own dentries: let go of them, leaves first. No mount is left, nobody walks here. */
static void unpin_tree(struct dentry *root)
{
	struct dentry *dentry = root;

	for (;;) {
		while (!list_empty(&dentry->children))
			dentry = list_first_entry(&dentry->children, struct dentry, sibling);
		if (dentry == root)
			return;
		struct dentry *parent = dentry->parent;

		dentry_delete(dentry);
		dentry = parent;
	}
}

void super_block_put(struct super_block *sb)
{
	mutex_lock(&super_block_lock);
	/* The one instance of an FS_SINGLE type stays: what it shows is there without a mount, too. */
	if (atomic_sub_return(&sb->refs, 1) || sb->type->flags & FS_SINGLE) {
		mutex_unlock(&super_block_lock);
		return;
	}
	list_del(&sb->node);
	mutex_unlock(&super_block_lock);

	if (sb->ops && sb->ops->sync)
		(void)sb->ops->sync(sb);
	if (sb->pins_dentries)
		unpin_tree(sb->root);
	dentry_put(sb->root);
	if (sb->ops && sb->ops->kill)
		sb->ops->kill(sb);
	kfree(sb);
}

int super_block_sync_all(void)
{
	struct super_block *sb;
	int err = 0;

	mutex_lock(&super_block_lock);
	list_for_each_entry(sb, &super_blocks, node)
		if (sb->ops && sb->ops->sync && !err)
			err = sb->ops->sync(sb);
	mutex_unlock(&super_block_lock);
	return err;
}

int mount_options_parse(const char *data, int (*fn)(void *ctx, const char *key, const char *value), void *ctx)
{
	char *copy, *rest, *option;
	int ret = 0;

	if (!data || !*data)
		return 0;
	copy = rest = kstrdup(data);
	if (!copy)
		return -ENOMEM;
	while (!ret && (option = strsep(&rest, ",")) != NULL) {
		char *value = strchr(option, '=');

		if (!*option)
			continue;
		if (value)
			*value++ = '\0';
		ret = fn(ctx, option, value);
	}
	kfree(copy);
	return ret;
}

static int filesystems_show(struct seq *seq, void *ctx)
{
	LINKER_SET_FOREACH(filesystems, const struct file_system_type, type)
		if (!(type->flags & FS_INTERNAL))
			seq_printf(seq, "%s\t%s\n", type->flags & FS_REQUIRES_DEV ? "" : "nodev", type->name);
	return 0;
}
PROC_FILE("filesystems", 0444, { .show = filesystems_show });
