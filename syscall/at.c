// SPDX-License-Identifier: MIT
/* See syscall/at.h. */
#include <syscall/at.h>

#include <fs/file.h>
#include <kernel/errno.h>

int at_begin(struct at_base *at, int dirfd, const char *name)
{
	at->ref = (struct fd_ref){ NULL, false };
	at->base = NULL;
	if (dirfd == AT_FDCWD || *name == '/')
		return 0;
	at->ref = fd_borrow_path(dirfd);
	if (!at->ref.file)
		return -EBADF;
	at->base = &at->ref.file->path;
	return 0;
}

int at_lookup(int dirfd, const char *user_name, unsigned int lookup_flags, struct path *out)
{
	struct path_name name;
	struct at_base at;
	int err;

	if (!user_name && lookup_flags & LOOKUP_EMPTY) {
		name.small[0] = '\0';
		name.name = name.small;
	} else {
		err = path_name_get(&name, user_name);
		if (err)
			return err;
	}
	err = at_begin(&at, dirfd, name.name);
	if (!err) {
		err = path_lookup(at.base, name.name, lookup_flags, out);
		at_end(&at);
	}
	path_name_put(&name);
	return err;
}
