/* SPDX-License-Identifier: MIT */
/* The rights that fs/namei.c and fs/rename.c ask for. The directory's lock is held for writing. */
#pragma once

#include <fs/path.h>

/* /proc/sys/fs/protected_symlinks, protected_hardlinks (man 5 proc_sys_fs): on, as distributions set them. */
extern unsigned int fs_protected_symlinks, fs_protected_hardlinks;

/* 0, -EROFS, -ENOENT (the directory was removed), -EACCES. */
__must_check int namei_may_create(const struct path *parent);
/* man 2 unlink, rmdir: 0, -EACCES, -EPERM (sticky, immutable), -ENOTDIR, -EISDIR, -EBUSY (a mount point). */
__must_check int namei_may_delete(struct inode *dir, const struct dentry *victim, bool is_dir);
