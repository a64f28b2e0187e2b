/* SPDX-License-Identifier: MIT */
/* Names relative to a directory descriptor, as the *at system calls take them (man 2 openat). */
#pragma once

#include <fs/path.h>
#include <kernel/errno.h>
#include <linux/fcntl.h>
#include <process/fd_table.h>

/* What a name starts from: AT_FDCWD, an absolute name: base is NULL. */
struct at_base {
	struct fd_ref ref;
	const struct path *base;
};

/* name is kernel memory. 0 or -EBADF; then at_end(). */
__must_check static inline int at_begin(struct at_base *at, int dirfd, const char *name)
{
	at->ref = (struct fd_ref){ NULL, false };
	at->base = NULL;
	if (likely(dirfd == AT_FDCWD || *name == '/'))
		return 0;
	at->ref = fd_borrow_path(dirfd);
	if (!at->ref.file)
		return -EBADF;
	at->base = &at->ref.file->path;
	return 0;
}
static inline void at_end(struct at_base *at)
{
	fd_done(at->ref);
}

/* A name in the caller's memory, resolved: references in *out. user_name may be NULL with LOOKUP_EMPTY. */
__must_check int at_lookup(int dirfd, const char *user_name, unsigned int lookup_flags, struct path *out);

/* AT_SYMLINK_FOLLOW, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_NO_AUTOMOUNT to LOOKUP_*; follows unless told. */
static inline unsigned int at_lookup_flags(int at_flags)
{
	return (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
}
