/* SPDX-License-Identifier: MIT */
/* Between fs/cgroup/cgroup.c (groups and their files) and fs/cgroup/mount.c (hierarchies). */
#pragma once

#include <fs/pseudo.h>
#include <kernel/mutex.h>
#include <lib/list.h>
#include <lib/types.h>

struct pid;

struct cgroup_hierarchy;

/* A directory of a hierarchy. */
struct cgroup {
	struct cgroup_hierarchy *hierarchy;
	struct cgroup *parent; /* NULL: root */
	struct pseudo_node *node;
	struct list_head hierarchy_node; /* hierarchy->groups; guarded by cgroup_lock */

	/* Guarded by cgroup_lock. */
	struct list_head members; /* processes that were moved here; all others are in the root */
	unsigned int nr_children;
	bool is_removed; /* takes no more members */
};

struct cgroup_hierarchy {
	struct list_head node;	  /* hierarchies; guarded by cgroup_lock */
	unsigned int id;	  /* 0: the one of cgroup2 */
	uint32_t controllers;	  /* bit per cgroup_controllers[] */
	char name[64];		  /* name=; "" */
	unsigned int nr_mounts;	  /* guarded by cgroup_lock */
	struct list_head groups;  /* but the root; guarded by cgroup_lock */
	struct cgroup root;
	bool is_v2;
};

#define NR_CGROUP_CONTROLLERS 14
extern const char *const cgroup_controllers[NR_CGROUP_CONTROLLERS];

extern struct mutex cgroup_lock;
extern struct list_head cgroup_hierarchies; /* version 1, oldest first; guarded by cgroup_lock */
extern struct cgroup_hierarchy *cgroup_v2;  /* NULL: never mounted; guarded by cgroup_lock */

/* The root directory's node and files. -ENOMEM. */
__must_check int cgroup_root_init(struct cgroup_hierarchy *hierarchy);
