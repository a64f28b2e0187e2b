// SPDX-License-Identifier: MIT
/* /proc/sys/fs: settings and counts of the vfs. */
#include <fs/file.h>
#include <fs/namei.h>
#include <kernel/errno.h>
#include <kernel/pseudo_file.h>
#include <lib/atomic.h>
#include <lib/parse.h>

unsigned int fs_protected_symlinks = 1, fs_protected_hardlinks = 1;

static int show_symlinks(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%u\n", fs_protected_symlinks);
	return 0;
}

static int show_hardlinks(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%u\n", fs_protected_hardlinks);
	return 0;
}

static ssize_t store_switch(unsigned int *value, const char *buf, size_t size)
{
	uint32_t wanted;

	if (parse_u32(buf, 10, &wanted) || wanted > 1)
		return -EINVAL;
	*value = wanted;
	return size;
}

static ssize_t store_symlinks(void *ctx, const char *buf, size_t size)
{
	return store_switch(&fs_protected_symlinks, buf, size);
}

static ssize_t store_hardlinks(void *ctx, const char *buf, size_t size)
{
	return store_switch(&fs_protected_hardlinks, buf, size);
}

static int show_file_nr(struct seq *seq, void *ctx)
{
	seq_printf(seq, "%u\t0\t9223372036854775807\n", atomic_load_relaxed(&nr_files));
	return 0;
}

PROC_FILE("sys/fs/protected_symlinks", 0644, { .show = show_symlinks, .store = store_symlinks });
PROC_FILE("sys/fs/protected_hardlinks", 0644, { .show = show_hardlinks, .store = store_hardlinks });
PROC_FILE("sys/fs/file-nr", 0444, { .show = show_file_nr });
