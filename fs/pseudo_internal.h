/* SPDX-License-Identifier: MIT */
/* The node, for fs/pseudo.c (the tree), fs/pseudo_inode.c (its face to the vfs) and fs/pseudo_text.c. */
#pragma once

#include <fs/pseudo.h>
#include <kernel/mutex.h>
#include <lib/list.h>

struct pseudo_node {
	unsigned int refs;   /* refcount: parent, creators, inodes, links */
	unsigned int active; /* atomic: operations that run now; removal waits for them */
	bool removed;	     /* atomic */
	mode_t mode;	     /* with the type */
	uint32_t uid, gid;
	ino_t ino;
	const struct pseudo_ops *ops; /* files */
	const struct pseudo_dir_ops *dir_ops;
	void *ctx;
	char *target;		    /* links: the text, or: */
	struct pseudo_node *linked; /* the node, with a reference */
	struct pseudo_node *parent; /* with a reference; NULL at a root */

	/* Guarded by pseudo_tree_lock. */
	struct list_head children, sibling;
	uint64_t pos, next_pos; /* among the siblings; of the next child */
	unsigned int nr_dirs;

	char name[];
};

extern struct rwsem pseudo_tree_lock;

struct pseudo_node *pseudo_child_locked(struct pseudo_node *dir, const char *name, size_t len);

/* An operation on the node: false when it was removed. */
bool pseudo_enter(struct pseudo_node *node);
void pseudo_leave(struct pseudo_node *node);

extern const struct file_ops pseudo_file_ops;
