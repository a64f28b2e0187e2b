/* SPDX-License-Identifier: MIT */
/*
 * Pseudo files: the machinery under proc, sysfs, debugfs, securityfs, cgroup ... A node is a directory, a file
 * with show and store functions, or a link; a tree of nodes is mounted by a file system type of a few lines.
 *
 * Fixed files say so where their state lives, in any folder from kernel/ up, through a linker set
 * (kernel/pseudo_file.h); devices and processes make nodes at run time through this header.
 */
#pragma once

#include <fs/vfs_types.h>
#include <kernel/pseudo_file.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>

struct dir_emitter;
struct pseudo_node;

/* The trees. Made at first use. */
struct pseudo_node *sysfs_root(void);
struct pseudo_node *proc_root(void);
struct pseudo_node *debugfs_root(void);
struct pseudo_node *securityfs_root(void);

/* Nodes: one reference for the creator, parent holds its own. A directory of that name that exists is
 * returned. NULL: no memory. name is copied; ops are not. May sleep. */
struct pseudo_node *pseudo_mkdir(struct pseudo_node *parent, const char *name);
struct pseudo_node *pseudo_mkdir_path(struct pseudo_node *root, const char *path);
struct pseudo_node *pseudo_add_file(struct pseudo_node *parent, const char *name, mode_t mode, const struct pseudo_ops *ops, void *ctx);
struct pseudo_node *pseudo_add_link(struct pseudo_node *parent, const char *name, const char *target);
/* A relative link from one node of a tree to another, as sysfs makes them. */
struct pseudo_node *pseudo_add_node_link(struct pseudo_node *parent, const char *name, struct pseudo_node *target);
/* The same, its directories made on the way ("dev/char/4:64"). */
struct pseudo_node *pseudo_add_node_link_path(struct pseudo_node *root, const char *path, struct pseudo_node *target);
/* The node of that path, with a reference, or NULL. */
struct pseudo_node *pseudo_find(struct pseudo_node *root, const char *path);
/* Takes the node and all below it out of the tree; open files then read as ended (-ENODEV). */
void pseudo_remove(struct pseudo_node *node);
void pseudo_put(struct pseudo_node *node); /* NULL: nothing */
struct pseudo_node *pseudo_get(struct pseudo_node *node);

/*
 * Directories that answer for themselves, beside their children (/proc: processes; cgroups: mkdir). ctx is the
 * directory's. NULL operations: not there. The directory's inode is locked as for inode_ops.
 */
struct pseudo_dir_ops {
	/* No child is called so: instantiate the dentry if the name exists all the same. 0, or -errno. */
	int (*lookup)(void *ctx, struct inode *dir, struct dentry *dentry);
	/* Emits what lookup knows, from emitter->pos (>= PSEUDO_DYNAMIC_POS) on; moves it. */
	int (*iterate)(void *ctx, struct dir_emitter *emitter);
	/* Make and remove children by pseudo_* calls. 0 or -errno. */
	int (*mkdir)(void *ctx, struct pseudo_node *dir, const char *name, mode_t mode);
	int (*rmdir)(void *ctx, struct pseudo_node *child);
};
#define PSEUDO_DYNAMIC_POS (1ull << 32)

/* Sets them for a directory; before it is used. */
void pseudo_set_dir_ops(struct pseudo_node *dir, const struct pseudo_dir_ops *ops, void *ctx);
/* pseudo_mkdir with a mode; the ctx of pseudo_set_dir_ops. */
struct pseudo_node *pseudo_mkdir_mode(struct pseudo_node *parent, const char *name, mode_t mode);
void *pseudo_ctx(const struct pseudo_node *node);
const char *pseudo_name(const struct pseudo_node *node);

/* The files of a linker set made into nodes below root. */
#define PSEUDO_ADD_SET(root, set)                                                                  \
	do {                                                                                       \
		LINKER_SET_FOREACH(set, const struct pseudo_file, file_)                           \
			pseudo_add_fixed(root, file_);                                             \
	} while (0)
void pseudo_add_fixed(struct pseudo_node *root, const struct pseudo_file *file);

/* Mounting: shows the tree of root. magic: f_type; text_size: st_size of files that do not say (sysfs: a page). */
struct pseudo_fs {
	long magic;
	uint64_t text_size;
};
/* For a type that has inodes of its own beside the tree's: its super_ops.evict calls this for the rest. */
void pseudo_evict(struct inode *inode);
__must_check int pseudo_fill_super(struct super_block *sb, struct pseudo_node *root, const struct pseudo_fs *fs);
/* A root of its own (cgroup hierarchies). NULL: no memory. */
struct pseudo_node *pseudo_root_create(mode_t mode);

/*
 * For files whose inode is made elsewhere (/proc/PID): a text file's state per open file. show is called at the first
 * read and after a seek to 0; ctx is pseudo_text_open()'s.
 */
__must_check int pseudo_text_open(struct file *file, int (*show)(struct seq *seq, void *ctx), void *ctx);
ssize_t pseudo_text_read(struct file *file, struct uio *uio, loff_t *pos);
void pseudo_text_release(struct file *file);
void *pseudo_text_ctx(const struct file *file);
loff_t pseudo_text_llseek(struct file *file, loff_t offset, int whence);
/* One write(2) as a NUL-terminated kernel copy of at most a page, for store functions; kfree it. 0 or -errno. */
__must_check int pseudo_copy_text(struct uio *uio, char **out, size_t *size);
