/* SPDX-License-Identifier: MIT */
/*
 * Path resolution (man 7 path_resolution): a walk over cached names, crossing mounts and following links.
 */
#pragma once

#include <fs/dentry.h>
#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct path {
	struct mount *mount;
	struct dentry *dentry;
};

void path_get(const struct path *path);
void path_put(const struct path *path);
static inline bool path_equal(const struct path *a, const struct path *b)
{
	return a->mount == b->mount && a->dentry == b->dentry;
}

enum lookup_flags {
	LOOKUP_FOLLOW = 1 << 0,	   /* the last component, if a symbolic link */
	LOOKUP_DIRECTORY = 1 << 1, /* the last component must be a directory */
	LOOKUP_EMPTY = 1 << 2,	   /* AT_EMPTY_PATH */
	LOOKUP_NO_XDEV = 1 << 3,   /* openat2's resolve flags */
	LOOKUP_NO_MAGICLINKS = 1 << 4,
	LOOKUP_NO_SYMLINKS = 1 << 5,
	LOOKUP_BENEATH = 1 << 6,
	LOOKUP_IN_ROOT = 1 << 7,
	LOOKUP_NO_AUTOMOUNT = 1 << 8,
};

/* Resolves name from base (NULL: the current working directory; absolute names from the root). name is kernel
 * memory. 0 and references in *out; -ENOENT, -ENOTDIR, -EACCES, -ELOOP, -ENAMETOOLONG. May sleep. */
__must_check int path_lookup(const struct path *base, const char *name, unsigned int flags, struct path *out);

/* Resolves all but the last component; *last points into name (no trailing slashes; length in *len), kinds
 * "." and ".." and "/" give last_is_dots. Used by the calls that create, remove and rename. */
struct path_last {
	const char *name;
	size_t len;
	bool is_dots, trailing_slash;
};
__must_check int path_lookup_parent(const struct path *base, const char *name, unsigned int flags, struct path *parent, struct path_last *last);

/* System-call side: copies the name from user space (PATH_MAX; -EFAULT, -ENAMETOOLONG, -ENOENT if empty without
 * LOOKUP_EMPTY) into a path buffer; path_name_free() gives it back. */
__must_check int path_name_from_user(const char *user_name, char **out);
void path_name_free(char *name);

/* The same with room for a short name in the caller's frame. */
struct path_name {
	char *name;
	char small[128];
};
__must_check int path_name_get(struct path_name *name, const char *user_name);
static __always_inline void path_name_put(struct path_name *name)
{
	if (unlikely(name->name != name->small))
		path_name_free(name->name);
}

/* The operations behind mkdir(2) and its kin, for system calls and for kernel users (initramfs). Names are
 * kernel memory, base as above. 0 or -errno. mode is not masked (callers apply umask). */
__must_check int vfs_mkdir(const struct path *base, const char *name, mode_t mode);
__must_check int vfs_mknod(const struct path *base, const char *name, mode_t mode, dev_t dev);
__must_check int vfs_symlink(const struct path *base, const char *name, const char *target);
__must_check int vfs_link(const struct path *old_path, const struct path *new_base, const char *new_name);
__must_check int vfs_unlink(const struct path *base, const char *name, bool remove_dir);
__must_check int vfs_rename(const struct path *old_base, const char *old_name, const struct path *new_base, const char *new_name, unsigned int flags);
