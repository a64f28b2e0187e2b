/* SPDX-License-Identifier: MIT */
/* The rights that fs/namei.c and fs/rename.c ask for. The directory's lock is held for writing. */
#pragma once

#include <fs/path.h>

/* 0, -EROFS, -ENOENT (the directory was removed), -EACCES. */
__must_check int namei_may_create(const struct path *parent);
/* man 2 unlink, rmdir: 0, -EACCES, -EPERM (sticky, immutable), -ENOTDIR, -EISDIR, -EBUSY (a mount point). */
__must_check int namei_may_delete(struct inode *dir, const struct dentry *victim, bool is_dir);
