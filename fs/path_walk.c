// SPDX-License-Identifier: MIT
/*
 * Path resolution (man 7 path_resolution). One loop goes from component to component with a reference on where
 * it stands; the text of a symbolic link is put in front of what is left. Links in the last position leave
 * nothing behind, so the stack of unfinished texts holds only real rests.
 */
#include <fs/path_walk.h>

#include <fs/fs_context.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/namei.h>
#include <fs/super_block.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/limits.h>
#include <linux/mount.h>

struct walk_link {
	struct walk_link *outer;
	const char *outer_rest; /* never "" unless this is the outermost */
	char text[];
};

void path_get(const struct path *path)
{
	mount_get(path->mount);
	dentry_get(path->dentry);
}

void path_put(const struct path *path)
{
	dentry_put(path->dentry);
	mount_put(path->mount);
}

/* fs_get_root() and fs_get_cwd() without the calls. */
static __always_inline void walk_snapshot(struct fs_context *fs, const struct path *slot, struct path *out)
{
	spin_lock(&fs->lock);
	*out = *slot;
	mount_get(out->mount);
	dentry_get(out->dentry);
	spin_unlock(&fs->lock);
}

static void walk_need_root(struct walk *walk)
{
	if (!walk->has_root)
		fs_get_root(current->fs, &walk->root);
	walk->has_root = true;
}

/* RESOLVE_BENEATH, RESOLVE_IN_ROOT: the start is the root of this walk. */
static int walk_begin_scoped(struct walk *walk, const struct path *base)
{
	if (*walk->rest == '/' && walk->flags & LOOKUP_BENEATH)
		return -EXDEV;
	if (base) {
		walk->root = *base;
		path_get(base);
	} else {
		fs_get_cwd(current->fs, &walk->root);
	}
	walk->has_root = true;
	walk->path = walk->root;
	path_get(&walk->path);
	return 0;
}

static __always_inline int walk_start(struct walk *walk, const struct path *base, const char *name, unsigned int flags)
{
	struct fs_context *fs = current->fs;

	walk->flags = flags;
	walk->nr_links = 0;
	walk->has_root = walk->must_be_dir = false;
	walk->rest = name;
	walk->link = NULL;
	if (unlikely(flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT)))
		return walk_begin_scoped(walk, base);
	if (*name == '/') {
		walk_snapshot(fs, &fs->root, &walk->path);
	} else if (base) {
		walk->path = *base;
		mount_get(base->mount);
		dentry_get(base->dentry);
	} else {
		walk_snapshot(fs, &fs->cwd, &walk->path);
	}
	return 0;
}

int walk_begin(struct walk *walk, const struct path *base, const char *name, unsigned int flags)
{
	return walk_start(walk, base, name, flags);
}

void walk_end_keep_path(struct walk *walk)
{
	if (walk->has_root)
		path_put(&walk->root);
	while (walk->link) {
		struct walk_link *link = walk->link;

		walk->link = link->outer;
		kfree(link);
	}
}

void walk_end(struct walk *walk)
{
	path_put(&walk->path);
	walk_end_keep_path(walk);
}

static bool dentry_is_valid(struct dentry *dentry)
{
	return !dentry->ops || !dentry->ops->revalidate || dentry->ops->revalidate(dentry);
}

/* Cached and still true, or NULL. */
static struct dentry *lookup_cached(struct dentry *parent, const char *name, size_t len, uint32_t hash)
{
	struct dentry *child = dentry_lookup_hashed(parent, name, len, hash);

	if (!child || likely(dentry_is_valid(child)))
		return child;
	dentry_unhash(child);
	dentry_put(child);
	return NULL;
}

int walk_lookup_child_locked(struct dentry *parent, const char *name, size_t len, struct dentry **out)
{
	struct inode *dir = parent->inode;
	struct dentry *child = lookup_cached(parent, name, len, dentry_hash_name(name, len));
	int err = 0;

	if (!child) {
		child = dentry_alloc(parent, name, len);
		if (!child)
			return -ENOMEM;
		if (dir->ops->lookup)
			err = dir->ops->lookup(dir, child);
		if (err) {
			dentry_put(child);
			return err;
		}
		if (child->inode) {
			dentry_hash(child);
		} else if (parent->sb->type->flags & FS_FIXED_NAMES) {
			dentry_put(child);
			return -ENOENT;
		}
	}
	*out = child;
	return 0;
}

static int lookup_slow(struct dentry *parent, const char *name, size_t len, uint32_t hash, struct dentry **out)
{
	struct inode *dir = parent->inode;
	int err;

	*out = NULL;
	if (parent->sb->pins_dentries || !dir->ops || !dir->ops->lookup) {
		/* The cache is the directory, but a rename may have had the name in its hands. */
		rwsem_read_lock(&dir->lock);
		*out = dentry_lookup_hashed(parent, name, len, hash);
		rwsem_read_unlock(&dir->lock);
		return 0;
	}
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	rwsem_write_lock(&dir->lock);
	err = walk_lookup_child_locked(parent, name, len, out);
	rwsem_write_unlock(&dir->lock);
	if (!err && !(*out)->inode) {
		dentry_put(*out);
		*out = NULL;
	}
	return err;
}

static int lookup_again(struct dentry *parent, const char *name, size_t len, uint32_t hash, struct dentry **out)
{
	if (*out && dentry_is_valid(*out))
		return 0;
	if (*out) {
		dentry_unhash(*out);
		dentry_put(*out);
		*out = NULL;
	}
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	return lookup_slow(parent, name, len, hash, out);
}

static __always_inline int lookup_child(struct dentry *parent, const char *name, size_t len, uint32_t hash, struct dentry **out)
{
	*out = dentry_lookup_hashed(parent, name, len, hash);
	if (likely(*out && !(*out)->ops))
		return 0;
	return lookup_again(parent, name, len, hash, out);
}

int walk_lookup_child(struct dentry *parent, const char *name, size_t len, uint32_t hash, struct dentry **out)
{
	return lookup_child(parent, name, len, hash, out);
}

static int walk_up(struct walk *walk)
{
	walk_need_root(walk);
	for (;;) {
		struct dentry *parent;

		if (path_equal(&walk->path, &walk->root)) {
			if (walk->flags & LOOKUP_BENEATH)
				return -EXDEV;
			break;
		}
		if (walk->path.dentry != walk->path.mount->root) {
			parent = dentry_parent_get(walk->path.dentry);
			dentry_put(walk->path.dentry);
			walk->path.dentry = parent;
			break;
		}
		if (!mount_cross_up(&walk->path))
			break;
		if (walk->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
	}
	if (atomic_load_relaxed(&walk->path.dentry->flags) & DENTRY_MOUNTED)
		mount_cross_down(&walk->path);
	return 0;
}

/* Puts the link's text before the rest; link is no longer needed then. */
static int walk_push_text(struct walk *walk, struct inode *inode)
{
	size_t size = inode->size && inode->size < PATH_MAX ? inode->size + 1 : PATH_MAX - sizeof(struct walk_link);
	struct walk_link *link = kmalloc(sizeof(*link) + size);
	ssize_t len;

	if (!link)
		return -ENOMEM;
	len = inode->ops->readlink(inode, link->text, size - 1);
	if (len <= 0) {
		kfree(link);
		return len ? len : -ENOENT;
	}
	link->text[len] = '\0';
	link->outer = walk->link;
	link->outer_rest = walk->rest;
	if (!*walk->rest && walk->link) {
		link->outer = walk->link->outer;
		link->outer_rest = walk->link->outer_rest;
		kfree(walk->link);
	}
	walk->link = link;
	walk->rest = link->text;
	return 0;
}

/* The name cut off last is the last of all. */
static __always_inline bool walk_at_last(const struct walk *walk)
{
	return !*walk->rest && (!walk->link || !*walk->link->outer_rest);
}

/* fs.protected_symlinks: in /tmp and the like, links of strangers are not followed as a name's last part. */
static bool may_follow(const struct walk *walk, const struct inode *link)
{
	const struct inode *dir = walk->path.dentry->inode;

	return !fs_protected_symlinks || (dir->mode & (S_ISVTX | S_IWOTH)) != (S_ISVTX | S_IWOTH) ||
	       link->uid == current->cred->fsuid || link->uid == dir->uid || !walk_at_last(walk);
}

static int walk_follow(struct walk *walk, struct inode *inode)
{
	struct path target;
	int err;

	if (walk->nr_links++ >= WALK_MAX_LINKS || walk->flags & LOOKUP_NO_SYMLINKS)
		return -ELOOP;
	if (walk->path.mount->flags & MS_NOSYMFOLLOW)
		return -ELOOP;
	if (!may_follow(walk, inode))
		return -EACCES;
	if (inode->ops->get_link) {
		if (walk->flags & LOOKUP_NO_MAGICLINKS)
			return -ELOOP;
		if (walk->flags & (LOOKUP_BENEATH | LOOKUP_IN_ROOT))
			return -EXDEV;
		err = inode->ops->get_link(inode, &target);
		if (err)
			return err;
		path_put(&walk->path);
		walk->path = target;
		return 0;
	}
	if (!inode->ops->readlink)
		return -EINVAL;
	err = walk_push_text(walk, inode);
	if (err)
		return err;
	if (*walk->rest == '/') {
		if (walk->flags & LOOKUP_BENEATH)
			return -EXDEV;
		walk_need_root(walk);
		if (walk->flags & LOOKUP_NO_XDEV && walk->root.mount != walk->path.mount)
			return -EXDEV;
		path_get(&walk->root);
		path_put(&walk->path);
		walk->path = walk->root;
	}
	return WALK_AGAIN;
}

/* Takes over the reference of child. */
static __always_inline int step_into(struct walk *walk, struct dentry *child, bool follow)
{
	struct inode *inode = child->inode;
	int ret;

	if (unlikely(!inode)) {
		dentry_put(child);
		return -ENOENT;
	}
	if (unlikely(S_ISLNK(inode->mode)) && follow) {
		ret = walk_follow(walk, inode);
		dentry_put(child);
		return ret;
	}
	dentry_put(walk->path.dentry);
	walk->path.dentry = child;
	if (unlikely(atomic_load_relaxed(&child->flags) & DENTRY_MOUNTED)) {
		struct mount *mount = walk->path.mount;

		mount_cross_down(&walk->path);
		if (walk->path.mount != mount && walk->flags & LOOKUP_NO_XDEV)
			return -EXDEV;
	}
	return 0;
}

int walk_into(struct walk *walk, struct dentry *child, bool follow)
{
	return step_into(walk, child, follow);
}

/* Cuts the next component off rest; returns its hash. */
static __always_inline uint32_t walk_next_name(struct walk *walk, struct path_last *last)
{
	const char *start = walk->rest, *p = start;
	uint32_t hash = DENTRY_HASH_START;
	char c = *p;

	do {
		hash = dentry_hash_step(hash, c);
		c = *++p;
	} while (c && c != '/');
	last->name = start;
	last->len = p - start;
	last->is_dots = unlikely(*start == '.') && (last->len == 1 || (last->len == 2 && start[1] == '.'));
	last->trailing_slash = c == '/';
	while (unlikely(*p == '/'))
		p++;
	walk->rest = p;
	return hash;
}

/* Goes on with the text around a finished link: false, nothing is left. */
static bool walk_pop_text(struct walk *walk)
{
	struct walk_link *link = walk->link;

	if (!link)
		return false;
	walk->rest = link->outer_rest;
	walk->link = link->outer;
	kfree(link);
	return true;
}

/* Whether names may be looked up where the walk stands. */
static __always_inline int check_directory(struct inode *dir)
{
	if (unlikely(!S_ISDIR(dir->mode)))
		return -ENOTDIR;
	if (likely((dir->mode & 0111) == 0111 && !dir->ops->permission))
		return 0;
	return inode_permission(dir, MAY_EXEC);
}

/* The loop. to_parent: stops before the last component, with walk->last; else goes into it. */
static __always_inline int walk_run(struct walk *walk, bool to_parent)
{
	for (;;) {
		struct path_last name;
		struct dentry *child;
		bool at_last;
		uint32_t hash;
		int err;

		while (*walk->rest == '/')
			walk->rest++;
		if (unlikely(!*walk->rest)) {
			if (walk_pop_text(walk))
				continue;
			walk->last = (struct path_last){ .name = walk->rest, .is_dots = true };
			return 0;
		}
		err = check_directory(walk->path.dentry->inode);
		if (unlikely(err))
			return err;
		hash = walk_next_name(walk, &name);
		at_last = walk_at_last(walk);
		if (at_last) {
			walk->must_be_dir |= name.trailing_slash;
			if (to_parent) {
				walk->last = name;
				walk->last_hash = hash;
				return 0;
			}
		}
		if (unlikely(name.is_dots)) {
			err = name.len == 2 ? walk_up(walk) : 0;
		} else {
			err = lookup_child(walk->path.dentry, name.name, name.len, hash, &child);
			if (unlikely(err))
				return err;
			if (!child)
				return -ENOENT;
			err = step_into(walk, child, !at_last || walk->flags & LOOKUP_FOLLOW || name.trailing_slash);
		}
		if (unlikely(err < 0) || (at_last && err != WALK_AGAIN))
			return err;
	}
}

int walk_to_parent(struct walk *walk)
{
	return walk_run(walk, true);
}

static int lookup_empty(const struct path *base, unsigned int flags, struct path *out)
{
	if (!(flags & LOOKUP_EMPTY))
		return -ENOENT;
	if (base) {
		*out = *base;
		path_get(out);
	} else {
		fs_get_cwd(current->fs, out);
	}
	return 0;
}

int path_lookup(const struct path *base, const char *name, unsigned int flags, struct path *out)
{
	struct walk walk;
	int err;

	if (unlikely(!*name))
		return lookup_empty(base, flags, out);
	err = walk_start(&walk, base, name, flags);
	if (err)
		return err;
	err = walk_run(&walk, false);
	if (!err && unlikely(flags & LOOKUP_DIRECTORY || walk.must_be_dir) && !S_ISDIR(walk.path.dentry->inode->mode))
		err = -ENOTDIR;
	if (err) {
		walk_end(&walk);
		return err;
	}
	*out = walk.path;
	if (unlikely(walk.has_root || walk.link))
		walk_end_keep_path(&walk);
	return 0;
}

int path_lookup_parent(const struct path *base, const char *name, unsigned int flags, struct path *parent, struct path_last *last)
{
	struct walk walk;
	int err;

	if (!*name)
		return -ENOENT;
	err = walk_begin(&walk, base, name, flags);
	if (err)
		return err;
	err = walk_to_parent(&walk);
	if (err) {
		walk_end(&walk);
		return err;
	}
	*parent = walk.path;
	*last = walk.last;
	walk_end_keep_path(&walk);
	return 0;
}
