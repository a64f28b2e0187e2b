// SPDX-License-Identifier: MIT
/* From a path to its text: what getcwd(2), the links of /proc/PID/fd and /proc/PID/maps show. */
#include <fs/dentry.h>

#include <fs/fs_context.h>
#include <fs/mount.h>
#include <fs/path.h>
#include <lib/atomic.h>
#include <lib/string.h>

struct text {
	char *buf, *start; /* grows downwards */
	bool too_long;
};

static void text_prepend(struct text *text, const char *s, size_t len)
{
	if (len > (size_t)(text->start - text->buf)) {
		text->too_long = true;
		return;
	}
	text->start -= len;
	memcpy(text->start, s, len);
}

static void prepend_path(struct text *text, const struct path *path, const struct path *root)
{
	struct path at = *path;
	const char *const end = text->start; /* nothing of the path written yet */

	while (!path_equal(&at, root)) {
		if (at.dentry == at.mount->root) {
			if (!at.mount->parent) {
				/* Outside of root, or in no tree at all. */
				if (text->start == end)
					text_prepend(text, "/", 1);
				if (root->mount && !(at.mount == root->mount && at.dentry == root->dentry))
					text_prepend(text, "(unreachable)", 13);
				return;
			}
			at = (struct path){ at.mount->parent, at.mount->mountpoint };
			continue;
		}
		if (at.dentry->parent == at.dentry) {
			text_prepend(text, "(unreachable)/", 14);
			return;
		}
		text_prepend(text, at.dentry->name, at.dentry->name_len);
		text_prepend(text, "/", 1);
		at.dentry = at.dentry->parent;
	}
	if (text->start == end)
		text_prepend(text, "/", 1);
}

char *path_to_string(const struct path *path, const struct path *root, char *buf, size_t size)
{
	struct text text = { .buf = buf, .start = buf + size };

	if (path->dentry->ops && path->dentry->ops->name) {
		path->dentry->ops->name(path->dentry, buf, size);
		return buf;
	}
	text_prepend(&text, "", 1);
	rwsem_read_lock(&rename_lock);
	spin_lock(&mount_lock);
	if (atomic_load_relaxed(&path->dentry->flags) & DENTRY_DELETED)
		text_prepend(&text, " (deleted)", 10);
	prepend_path(&text, path, root);
	spin_unlock(&mount_lock);
	rwsem_read_unlock(&rename_lock);
	return text.too_long ? NULL : text.start;
}
