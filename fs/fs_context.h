/* SPDX-License-Identifier: MIT */
/* What path resolution starts from: root, working directory, umask (man 2 clone, CLONE_FS). */
#pragma once

#include <fs/path.h>
#include <kernel/spinlock.h>
#include <lib/list.h>
#include <lib/types.h>

struct mount_namespace;

struct fs_context {
	unsigned int refs; /* refcount: threads that share it */
	struct spinlock lock;

	/* Guarded by lock. */
	struct path root, cwd;
	mode_t umask;

	struct list_head node; /* of all contexts, for pivot_root */
};

extern struct fs_context init_fs;

struct fs_context *fs_context_get(struct fs_context *fs);
struct fs_context *fs_context_copy(struct fs_context *fs); /* NULL: no memory */
void fs_context_put(struct fs_context *fs);

/* Snapshots with references. */
void fs_get_root(struct fs_context *fs, struct path *out);
void fs_get_cwd(struct fs_context *fs, struct path *out);
void fs_set_root(struct fs_context *fs, const struct path *path); /* takes its own references */
void fs_set_cwd(struct fs_context *fs, const struct path *path);
/* pivot_root(2): every context whose root or working directory is old gets new. */
void fs_replace_roots(const struct path *old, const struct path *new);
