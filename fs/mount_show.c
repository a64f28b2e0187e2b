// SPDX-License-Identifier: MIT
/* The texts of /proc/PID/mounts, mountinfo, mountstats (man 5 proc_pid_mounts, 5 proc_pid_mountinfo). */
#include <fs/mount.h>

#include <fs/dentry.h>
#include <fs/device_node.h>
#include <fs/inode.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <kernel/pseudo_file.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/limits.h>
#include <linux/mount.h>

struct show {
	struct seq *seq;
	const struct path *root;
	enum mount_text kind;
	char *buf; /* PATH_MAX */
};

/* White space, backslash and # as octal escapes: columns stay columns. */
static void show_escaped(struct seq *seq, const char *text, const char *escape)
{
	for (; *text; text++) {
		if (strchr(escape, *text))
			seq_printf(seq, "\\%03o", (unsigned char)*text);
		else
			seq_write(seq, text, 1);
	}
}

static void show_flags(struct seq *seq, unsigned int flags)
{
	static const struct {
		unsigned int flag;
		const char *text;
	} names[] = {
		{ MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" }, { MS_NOEXEC, ",noexec" },
		{ MS_NOATIME, ",noatime" }, { MS_NODIRATIME, ",nodiratime" }, { MS_RELATIME, ",relatime" },
		{ MS_NOSYMFOLLOW, ",nosymfollow" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag)
			seq_puts(seq, names[i].text);
}

static void show_super_flags(struct seq *seq, unsigned int flags)
{
	if (flags & MS_SYNCHRONOUS)
		seq_puts(seq, ",sync");
	if (flags & MS_DIRSYNC)
		seq_puts(seq, ",dirsync");
	if (flags & MS_MANDLOCK)
		seq_puts(seq, ",mand");
	if (flags & MS_LAZYTIME)
		seq_puts(seq, ",lazytime");
}

static void show_super_options(struct seq *seq, struct super_block *sb)
{
	char buf[256];

	if (!sb->ops || !sb->ops->show_options)
		return;
	buf[0] = '\0';
	sb->ops->show_options(sb, buf, sizeof(buf));
	seq_puts(seq, buf);
}

static void show_mounts(struct show *show, struct mount *mount, const char *where)
{
	struct seq *seq = show->seq;

	show_escaped(seq, mount->source, " \t\n\\#");
	seq_puts(seq, " ");
	show_escaped(seq, where, " \t\n\\");
	seq_printf(seq, " %s %s", mount->sb->type->name, mount_is_readonly(mount) ? "ro" : "rw");
	show_super_flags(seq, mount->sb->flags);
	show_flags(seq, mount->flags);
	show_super_options(seq, mount->sb);
	seq_puts(seq, " 0 0\n");
}

/* The mounted directory within its file system: "/" unless it is a bind of a part. */
static void show_mount_root(struct show *show, const struct mount *mount)
{
	struct mount whole = { .root = mount->sb->root };
	struct path path = { &whole, mount->root }, root = { &whole, mount->sb->root };
	char *text = path_to_string(&path, &root, show->buf, PATH_MAX);

	show_escaped(show->seq, text ? text : "/", " \t\n\\");
}

static void show_mountinfo(struct show *show, struct mount *mount, const char *where)
{
	struct seq *seq = show->seq;
	struct super_block *sb = mount->sb;

	/* where lies in buf, which the root's text needs as well. */
	char *copy = kstrdup(where);

	if (!copy) {
		seq->error = -ENOMEM;
		return;
	}
	seq_printf(seq, "%d %d %u:%u ", mount->id, mount->parent ? mount->parent->id : 1, DEV_MAJOR(sb->dev), DEV_MINOR(sb->dev));
	show_mount_root(show, mount);
	seq_puts(seq, " ");
	show_escaped(seq, copy, " \t\n\\");
	kfree(copy);
	seq_puts(seq, mount->flags & MS_RDONLY ? " ro" : " rw");
	show_flags(seq, mount->flags);
	if (mount->propagation & MS_SHARED)
		seq_printf(seq, " shared:%d", mount->id);
	if (mount->propagation & MS_UNBINDABLE)
		seq_puts(seq, " unbindable");
	seq_printf(seq, " - %s ", sb->type->name);
	show_escaped(seq, mount->source, " \t\n\\#");
	seq_puts(seq, sb->flags & MS_RDONLY ? " ro" : " rw");
	show_super_flags(seq, sb->flags);
	show_super_options(seq, sb);
	seq_puts(seq, "\n");
}

static void show_mountstats(struct show *show, struct mount *mount, const char *where)
{
	seq_puts(show->seq, "device ");
	show_escaped(show->seq, mount->source, " \t\n\\#");
	seq_puts(show->seq, " mounted on ");
	show_escaped(show->seq, where, " \t\n\\");
	seq_printf(show->seq, " with fstype %s\n", mount->sb->type->name);
}

static int show_one(void *ctx, struct mount *mount)
{
	struct show *show = ctx;
	struct path path = { mount, mount->root };
	const char *where = path_to_string(&path, show->root, show->buf, PATH_MAX);

	if (!where || *where != '/')
		return 0; /* not reachable from this root */
	switch (show->kind) {
	case MOUNT_TEXT_MOUNTS:
		show_mounts(show, mount, where);
		break;
	case MOUNT_TEXT_MOUNTINFO:
		show_mountinfo(show, mount, where);
		break;
	case MOUNT_TEXT_MOUNTSTATS:
		show_mountstats(show, mount, where);
		break;
	}
	return 0;
}

int mount_show(struct seq *seq, struct mount_namespace *ns, const struct path *root, enum mount_text kind)
{
	struct show show = { .seq = seq, .root = root, .kind = kind, .buf = kmalloc(PATH_MAX) };
	int err;

	if (!show.buf)
		return -ENOMEM;
	err = mount_for_each(ns, show_one, &show);
	kfree(show.buf);
	return err;
}
