// SPDX-License-Identifier: MIT
/* The types ramfs, tmpfs and rootfs, and their mount options (man 5 tmpfs). */
#include <fs/ramfs/ramfs.h>

#include <arch/layout.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/parse.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/mount.h>
#include <mm/page.h>

static uint64_t ram_pages(void)
{
	struct page_stats stats;

	page_get_stats(&stats);
	return stats.total_pages;
}

/* "64m", "50%" of RAM; pages. */
static int parse_pages(const char *value, uint64_t *pages)
{
	uint64_t bytes;

	if (!value || parse_size_prefix(&value, &bytes))
		return -EINVAL;
	if (*value == '%') {
		*pages = ram_pages() * bytes / 100;
		value++;
	} else {
		*pages = bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
	}
	return *value ? -EINVAL : 0;
}

static int parse_count(const char *value, uint64_t *count)
{
	if (!value || parse_size_prefix(&value, count) || *value)
		return -EINVAL;
	return 0;
}

static bool is_one_of(const char *key, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(key, *list))
			return true;
	return false;
}

static int tmpfs_option(void *ctx, const char *key, const char *value)
{
	/* About huge pages, NUMA, swap and inode numbers: nothing here depends on them. */
	static const char *const accepted[] = { "huge", "mpol", "inode32", "inode64", "noswap", NULL };
	struct ramfs_super *super = ctx;

	if (!strcmp(key, "size"))
		return parse_pages(value, &super->max_pages);
	if (!strcmp(key, "nr_blocks"))
		return parse_count(value, &super->max_pages);
	if (!strcmp(key, "nr_inodes"))
		return parse_count(value, &super->max_inodes);
	if (!strcmp(key, "mode")) {
		uint32_t mode;

		if (!value || parse_u32(value, 8, &mode))
			return -EINVAL;
		super->mode = mode & 07777;
		return 0;
	}
	if (!strcmp(key, "uid"))
		return value ? parse_u32(value, 10, &super->uid) : -EINVAL;
	if (!strcmp(key, "gid"))
		return value ? parse_u32(value, 10, &super->gid) : -EINVAL;
	return is_one_of(key, accepted) ? 0 : -EINVAL;
}

int tmpfs_super_create(const char *data, mode_t mode, struct ramfs_super **out)
{
	struct ramfs_super *super = kzalloc(sizeof(*super));
	int err;

	if (!super)
		return -ENOMEM;
	super->is_tmpfs = true;
	super->mode = mode;
	super->uid = current->cred->fsuid;
	super->gid = current->cred->fsgid;
	super->default_pages = super->max_pages = ram_pages() / 2;
	super->default_inodes = super->max_inodes = ram_pages() / 2;
	err = mount_options_parse(data, tmpfs_option, super);
	if (err) {
		kfree(super);
		return err == -ERANGE ? -EINVAL : err;
	}
	*out = super;
	return 0;
}

int tmpfs_remount(struct super_block *sb, unsigned int *sb_flags, const char *data)
{
	struct ramfs_super *super = sb->private_data, wanted = *super;
	int err = mount_options_parse(data, tmpfs_option, &wanted);

	if (err)
		return err == -ERANGE ? -EINVAL : err;
	/* A limit can't be set below what is in use, nor where there was none. */
	if (wanted.max_pages != super->max_pages &&
		(!super->max_pages || (wanted.max_pages && wanted.max_pages < atomic_load(&super->used_pages))))
		return -EINVAL;
	if (wanted.max_inodes != super->max_inodes &&
		(!super->max_inodes || (wanted.max_inodes && wanted.max_inodes < atomic_load(&super->used_inodes))))
		return -EINVAL;
	atomic_store_relaxed(&super->max_pages, wanted.max_pages);
	atomic_store_relaxed(&super->max_inodes, wanted.max_inodes);
	return 0;
}

void tmpfs_show_options(struct super_block *sb, char *buf, size_t size)
{
	const struct ramfs_super *super = sb->private_data;
	size_t len = 0;

	*buf = '\0';
	if (super->max_pages != super->default_pages)
		len += scnprintf(buf + len, size - len, ",size=%lluk",
			(unsigned long long)super->max_pages * (PAGE_SIZE / 1024));
	if (super->max_inodes != super->default_inodes)
		len += scnprintf(buf + len, size - len, ",nr_inodes=%llu", (unsigned long long)super->max_inodes);
	if (super->mode != 01777)
		len += scnprintf(buf + len, size - len, ",mode=%03o", super->mode);
	if (super->uid)
		len += scnprintf(buf + len, size - len, ",uid=%u", super->uid);
	if (super->gid)
		len += scnprintf(buf + len, size - len, ",gid=%u", super->gid);
	scnprintf(buf + len, size - len, ",inode64");
}

static int tmpfs_fill_super(struct super_block *sb, const char *source, const char *data)
{
	struct ramfs_super *super;
	int err = tmpfs_super_create(data, 01777, &super);

	return err ? err : ramfs_fill_super(sb, super);
}

static int rootfs_fill_super(struct super_block *sb, const char *source, const char *data)
{
	struct ramfs_super *super;
	int err = tmpfs_super_create(data, 01777, &super);

	if (err)
		return err;
	super->default_pages = super->default_inodes = 0; /* shown: nobody chose them */
	return ramfs_fill_super(sb, super);
}

static int ramfs_option(void *ctx, const char *key, const char *value)
{
	struct ramfs_super *super = ctx;
	uint32_t mode;

	/* ramfs has always ignored what it doesn't know. */
	if (strcmp(key, "mode"))
		return 0;
	if (!value || parse_u32(value, 8, &mode))
		return -EINVAL;
	super->mode = mode & 07777;
	return 0;
}

static int ramfs_type_fill_super(struct super_block *sb, const char *source, const char *data)
{
	struct ramfs_super *super = kzalloc(sizeof(*super));
	int err;

	if (!super)
		return -ENOMEM;
	super->mode = 0755;
	err = mount_options_parse(data, ramfs_option, super);
	if (err) {
		kfree(super);
		return err;
	}
	return ramfs_fill_super(sb, super);
}

static const struct file_system_type ramfs_type = { .name = "ramfs", .fill_super = ramfs_type_fill_super };
static const struct file_system_type tmpfs_type = { .name = "tmpfs", .fill_super = tmpfs_fill_super };
static const struct file_system_type rootfs_type = {
	.name = "rootfs",
	.flags = FS_INTERNAL,
	.fill_super = rootfs_fill_super,
};
FILESYSTEM(ramfs_type);
FILESYSTEM(tmpfs_type);
FILESYSTEM(rootfs_type);
