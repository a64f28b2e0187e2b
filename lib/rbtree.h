/* SPDX-License-Identifier: MIT */
/*
 * Intrusive red-black tree (Cormen et al., "Introduction to Algorithms", chapter 13). The user
 * compares and searches; the tree keeps itself balanced. No locking, no allocation.
 *
 * Insert with rb_insert() and an order function, or find the place by hand:
 *	struct rb_node **link = &root->node, *parent = NULL;
 *	while (*link) { parent = *link; link = less ? &parent->left : &parent->right; }
 *	rb_link(&item->node, parent, link, root);
 */
#pragma once

#include <lib/compiler.h>

struct rb_node {
	uintptr_t parent_color;		/* parent's address; bit 0 set = black */
	struct rb_node *left;
	struct rb_node *right;
};

struct rb_root {
	struct rb_node *node;
};

#define RB_ROOT			((struct rb_root){ NULL })
#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member) \
	({ __typeof__(ptr) _p = (ptr); _p ? rb_entry(_p, type, member) : NULL; })

static inline bool rb_empty(const struct rb_root *root)
{
	return !root->node;
}

static inline struct rb_node *rb_parent(const struct rb_node *node)
{
	return (struct rb_node *)(node->parent_color & ~1UL);
}

/* True when a goes before b. Equal elements keep their order of insertion. */
typedef bool (*rb_less_fn)(const struct rb_node *a, const struct rb_node *b);

/* <0, 0, >0 as key sorts before, equal to, after node. */
typedef int (*rb_compare_fn)(const void *key, const struct rb_node *node);

void rb_insert(struct rb_node *node, struct rb_root *root, rb_less_fn less);

/* Hangs node at *link, a NULL child pointer of parent (or root->node), and rebalances. */
void rb_link(struct rb_node *node, struct rb_node *parent, struct rb_node **link,
	     struct rb_root *root);

/* node must be in the tree; its own fields are stale afterwards. */
void rb_erase(struct rb_node *node, struct rb_root *root);

/* Puts node at the place of old, which leaves the tree. Same key, no rebalancing. */
void rb_replace(struct rb_node *old, struct rb_node *node, struct rb_root *root);

/* NULL: not there. */
struct rb_node *rb_find(const struct rb_root *root, const void *key, rb_compare_fn compare);

/* In order; NULL at the end, and for the first and last of an empty tree. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

#define rb_for_each_entry(pos, root, member) \
	for (pos = rb_entry_safe(rb_first(root), __typeof__(*pos), member); pos; \
	     pos = rb_entry_safe(rb_next(&pos->member), __typeof__(*pos), member))
