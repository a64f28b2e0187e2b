// SPDX-License-Identifier: MIT
/* See syscall/at.h. */
#include <syscall/at.h>

#include <fs/file.h>
#include <kernel/errno.h>

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
