// SPDX-License-Identifier: MIT
/* mount(2), umount2(2), pivot_root(2). */
#include <arch/layout.h>
#include <fs/mount.h>
#include <kernel/cred.h>
#include <lib/alloc.h>
#include <linux/limits.h>
#include <mm/user_copy.h>
#include <syscall/at.h>
#include <syscall/define.h>

#define UMOUNT_NOFOLLOW 8

/* NULL stays NULL. */
static int copy_string(const char *user_text, char **out)
{
	*out = NULL;
	return user_text ? strdup_user(user_text, PATH_MAX, out) : 0;
}

/* The data of mount(2): up to a page, which need not be readable to its end. */
static int copy_data(const char *user_data, char **out)
{
	char *page;
	size_t done = 0;

	*out = NULL;
	if (!user_data)
		return 0;
	page = kzalloc(PAGE_SIZE);
	if (!page)
		return -ENOMEM;
	while (done < PAGE_SIZE - 1) {
		size_t n = PAGE_SIZE - ((uintptr_t)(user_data + done) & (PAGE_SIZE - 1));

		n = min(n, PAGE_SIZE - 1 - done);
		if (copy_from_user(page + done, user_data + done, n))
			break;
		done += n;
	}
	if (!done) {
		kfree(page);
		return -EFAULT;
	}
	*out = page;
	return 0;
}

SYSCALL_DEFINE(mount, const char *, user_source, const char *, user_target, const char *, user_type, unsigned long, flags, const char *, user_data)
{
	char *source, *type = NULL, *data = NULL;
	struct path target;
	int err = copy_string(user_source, &source);

	if (err)
		return err;
	err = copy_string(user_type, &type);
	if (!err)
		err = copy_data(user_data, &data);
	if (!err)
		err = at_lookup(AT_FDCWD, user_target, LOOKUP_FOLLOW, &target);
	if (!err) {
		err = vfs_mount(source, &target, type, flags, data);
		path_put(&target);
	}
	kfree(data);
	kfree(type);
	kfree(source);
	return err;
}

SYSCALL_DEFINE(umount2, const char *, user_target, int, flags)
{
	struct path target;
	int err = at_lookup(AT_FDCWD, user_target, flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &target);

	if (err)
		return err;
	err = vfs_umount(&target, flags);
	path_put(&target);
	return err;
}

SYSCALL_DEFINE(pivot_root, const char *, user_new_root, const char *, user_put_old)
{
	struct path new_root, put_old;
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = at_lookup(AT_FDCWD, user_new_root, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &new_root);
	if (err)
		return err;
	err = at_lookup(AT_FDCWD, user_put_old, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &put_old);
	if (!err) {
		err = vfs_pivot_root(&new_root, &put_old);
		path_put(&put_old);
	}
	path_put(&new_root);
	return err;
}
