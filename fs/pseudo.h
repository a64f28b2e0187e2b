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
