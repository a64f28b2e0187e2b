/* SPDX-License-Identifier: MIT */
/*
 * The walk behind path_lookup(), for open(2) with O_CREAT, which goes on after a link in the last component.
 *
 *	walk_begin(); while ((err = walk_to_parent()) == 0) { look at walk.last ... walk_into() == WALK_AGAIN ... } walk_end();
 */
#pragma once

#include <fs/path.h>

#define WALK_MAX_LINKS 40
#define WALK_AGAIN 1 /* a link's text was put before the rest: call walk_to_parent() again */

struct walk_link;

struct walk {
	struct path path; /* reached so far; references held */
	struct path root; /* references held if has_root */
	unsigned int flags; /* enum lookup_flags */
	unsigned int nr_links;
	bool has_root;
	bool must_be_dir; /* the name ended in a slash */
	const char *rest;
	struct walk_link *link; /* the text that rest points into; NULL: the caller's name */
	struct path_last last; /* set by walk_to_parent() */
	uint32_t last_hash;
};

/* Errors leave nothing to end; all others need walk_end(). */
__must_check int walk_begin(struct walk *walk, const struct path *base, const char *name, unsigned int flags);
/* Up to the directory of the last component, which may be searched; walk->last.len is 0 for "/". */
__must_check int walk_to_parent(struct walk *walk);
/* Into a child of the directory reached, whose reference is taken over; follow: if it is a link. 0, WALK_AGAIN or -errno. */
__must_check int walk_into(struct walk *walk, struct dentry *child, bool follow);
void walk_end(struct walk *walk);
void walk_end_keep_path(struct walk *walk); /* walk->path's references are the caller's */

/* The child of that name, with a reference: 0 and *out, *out NULL: there is none. */
__must_check int walk_lookup_child(struct dentry *parent, const char *name, size_t len, uint32_t hash, struct dentry **out);
/* The same with the directory's lock held for writing; *out is never NULL, but may be negative (not hashed). */
__must_check int walk_lookup_child_locked(struct dentry *parent, const char *name, size_t len, struct dentry **out);
