// SPDX-License-Identifier: MIT
/* man 2: memfd_create. */
#include <fs/file.h>
#include <fs/memfd.h>
#include <lib/alloc.h>
#include <linux/limits.h>
#include <linux/memfd.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <syscall/define.h>

#define NAME_BYTES_MAX (NAME_MAX - 6 + 1) /* "memfd:" goes in front */

SYSCALL_DEFINE(memfd_create, const char *, user_name, unsigned int, flags)
{
	struct file *file;
	char *name;
	int err = strdup_user(user_name, NAME_BYTES_MAX, &name);

	if (err)
		return err == -E2BIG ? -EINVAL : err;
	err = memfd_create(name, flags, &file);
	kfree(name);
	return err ?: fd_install_new(file, flags & MFD_CLOEXEC);
}
