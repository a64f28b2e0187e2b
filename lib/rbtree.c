// SPDX-License-Identifier: MIT
/*
 * Red-black tree with parent pointers; NULL leaves are black. The rules: no red node has a red
 * child, and every path from a node down to a leaf crosses as many black nodes.
 */
#include <lib/rbtree.h>

#define RB_BLACK 1UL

static bool is_red(const struct rb_node *node)
{
	return node && !(node->parent_color & RB_BLACK);
}

static void set_red(struct rb_node *node)
{
	node->parent_color &= ~RB_BLACK;
}

static void set_black(struct rb_node *node)
{
	node->parent_color |= RB_BLACK;
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->parent_color = (uintptr_t)parent | (node->parent_color & RB_BLACK);
}

/* Makes whatever points to old (its parent, or the root) point to node. */
static void replace_child(struct rb_root *root, struct rb_node *parent, struct rb_node *old,
			  struct rb_node *node)
{
	if (!parent)
		root->node = node;
	else if (parent->left == old)
		parent->left = node;
	else
		parent->right = node;
}

/*
 *     x                  y
 *    / \    left ->     / \
 *   a   y              x   c
 *      / \   <- right / \
 *     b   c          a   b
 */
static void rotate_left(struct rb_root *root, struct rb_node *x)
{
	struct rb_node *y = x->right, *parent = rb_parent(x);

	x->right = y->left;
	if (y->left)
		set_parent(y->left, x);
	y->left = x;
	set_parent(y, parent);
	replace_child(root, parent, x, y);
	set_parent(x, y);
}

static void rotate_right(struct rb_root *root, struct rb_node *y)
{
	struct rb_node *x = y->left, *parent = rb_parent(y);

	y->left = x->right;
	if (x->right)
		set_parent(x->right, y);
	x->right = y;
	set_parent(x, parent);
	replace_child(root, parent, y, x);
	set_parent(y, x);
}

static void rotate(struct rb_root *root, struct rb_node *node, bool left)
{
	if (left)
		rotate_left(root, node);
	else
		rotate_right(root, node);
}

void rb_link(struct rb_node *node, struct rb_node *parent, struct rb_node **link,
	     struct rb_root *root)
{
	node->left = node->right = NULL;
	node->parent_color = (uintptr_t)parent;
	*link = node;

	while (is_red(parent)) {
		struct rb_node *grandparent = rb_parent(parent);
		bool on_left = parent == grandparent->left;
		struct rb_node *uncle = on_left ? grandparent->right : grandparent->left;

		if (is_red(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grandparent);
			node = grandparent;
			parent = rb_parent(node);
			continue;
		}
		/* An inner grandchild first becomes an outer one. */
		if (node == (on_left ? parent->right : parent->left)) {
			rotate(root, parent, on_left);
			parent = node;
		}
		set_black(parent);
		set_red(grandparent);
		rotate(root, grandparent, !on_left);
		break;
	}
	set_black(root->node);
}

void rb_insert(struct rb_node *node, struct rb_root *root, rb_less_fn less)
{
	struct rb_node **link = &root->node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->left : &parent->right;
	}
	rb_link(node, parent, link, root);
}

/* The subtree at node (maybe an empty one), a child of parent, lacks one black node. */
static void fix_missing_black(struct rb_root *root, struct rb_node *node, struct rb_node *parent)
{
	while (parent && !is_red(node)) {
		bool on_left = node == parent->left;
		struct rb_node *sibling = on_left ? parent->right : parent->left;
		struct rb_node *outer;

		if (is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate(root, parent, on_left);
			sibling = on_left ? parent->right : parent->left;
		}
		if (!is_red(sibling->left) && !is_red(sibling->right)) {
			set_red(sibling);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		outer = on_left ? sibling->right : sibling->left;
		if (!is_red(outer)) {
			set_black(on_left ? sibling->left : sibling->right);
			set_red(sibling);
			rotate(root, sibling, !on_left);
			sibling = on_left ? parent->right : parent->left;
			outer = on_left ? sibling->right : sibling->left;
		}
		sibling->parent_color = (uintptr_t)rb_parent(sibling) |
					(parent->parent_color & RB_BLACK);
		set_black(parent);
		set_black(outer);
		rotate(root, parent, on_left);
		return;
	}
	if (node)
		set_black(node);
}

/* Puts `next`, the leftmost node below node's right child, into node's place. */
static void take_place(struct rb_root *root, struct rb_node *node, struct rb_node *next)
{
	next->parent_color = node->parent_color;
	next->left = node->left;
	next->right = node->right;
	replace_child(root, rb_parent(node), node, next);
	if (next->left)
		set_parent(next->left, next);
	if (next->right)
		set_parent(next->right, next);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *out = node, *child, *parent;
	bool was_black;

	if (node->left && node->right)
		for (out = node->right; out->left; out = out->left)
			;
	/* out has at most one child: it can be cut out. */
	child = out->left ? out->left : out->right;
	parent = rb_parent(out);
	was_black = !is_red(out);
	replace_child(root, parent, out, child);
	if (child)
		set_parent(child, parent);

	if (out != node) {
		take_place(root, node, out);
		if (parent == node)
			parent = out;
	}
	if (was_black)
		fix_missing_black(root, child, parent);
}

void rb_replace(struct rb_node *old, struct rb_node *node, struct rb_root *root)
{
	take_place(root, old, node);
}

struct rb_node *rb_find(const struct rb_root *root, const void *key, rb_compare_fn compare)
{
	struct rb_node *node = root->node;

	while (node) {
		int order = compare(key, node);

		if (!order)
			return node;
		node = order < 0 ? node->left : node->right;
	}
	return NULL;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->node;

	while (node && node->left)
		node = node->left;
	return node;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *node = root->node;

	while (node && node->right)
		node = node->right;
	return node;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *up;

	if (node->right) {
		for (up = node->right; up->left; up = up->left)
			;
		return up;
	}
	while ((up = rb_parent(node)) && node == up->right)
		node = up;
	return up;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *up;

	if (node->left) {
		for (up = node->left; up->right; up = up->right)
			;
		return up;
	}
	while ((up = rb_parent(node)) && node == up->left)
		node = up;
	return up;
}
