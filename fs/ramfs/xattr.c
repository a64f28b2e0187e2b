// SPDX-License-Identifier: MIT
/* Extended attributes kept in memory: a short list per inode. Names user.*, trusted.*, security.* (man 7 xattr). */
#include <fs/ramfs/ramfs.h>

#include <fs/inode.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/xattr.h>

struct ramfs_xattr {
	struct ramfs_xattr *next;
	size_t size;
	const char *name; /* behind the value */
	char value[];
};

void ramfs_free_info(struct ramfs_info *info)
{
	struct ramfs_xattr *xattr, *next;

	if (!info)
		return;
	for (xattr = info->xattrs; xattr; xattr = next) {
		next = xattr->next;
		kfree(xattr);
	}
	kfree(info);
}

static struct ramfs_xattr **find_slot(struct ramfs_info *info, const char *name)
{
	struct ramfs_xattr **slot = &info->xattrs;

	while (*slot && strcmp((*slot)->name, name))
		slot = &(*slot)->next;
	return slot;
}

ssize_t ramfs_getxattr(struct inode *inode, const char *name, void *value, size_t size)
{
	struct ramfs_info *info = inode->private_data;
	struct ramfs_xattr *xattr = info ? *find_slot(info, name) : NULL;

	if (!xattr)
		return -ENODATA;
	if (size) {
		if (xattr->size > size)
			return -ERANGE;
		memcpy(value, xattr->value, xattr->size);
	}
	return xattr->size;
}

static struct ramfs_xattr *xattr_create(const char *name, const void *value, size_t size)
{
	size_t name_size = strlen(name) + 1;
	struct ramfs_xattr *xattr = kmalloc(sizeof(*xattr) + size + name_size);

	if (!xattr)
		return NULL;
	xattr->next = NULL;
	xattr->size = size;
	memcpy(xattr->value, value, size);
	memcpy(xattr->value + size, name, name_size);
	xattr->name = xattr->value + size;
	return xattr;
}

int ramfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	struct ramfs_info *info = inode->private_data;
	struct ramfs_xattr **slot, *old, *xattr = NULL;

	if (!info) {
		if (!value || flags & XATTR_REPLACE)
			return -ENODATA;
		info = inode->private_data = kzalloc(sizeof(*info));
		if (!info)
			return -ENOMEM;
	}
	slot = find_slot(info, name);
	old = *slot;
	if (old && flags & XATTR_CREATE)
		return -EEXIST;
	if (!old && (!value || flags & XATTR_REPLACE))
		return -ENODATA;
	if (value) {
		xattr = xattr_create(name, value, size);
		if (!xattr)
			return -ENOMEM;
		xattr->next = old ? old->next : NULL;
		*slot = xattr;
	} else {
		*slot = old->next;
	}
	kfree(old);
	return 0;
}

ssize_t ramfs_listxattr(struct inode *inode, char *list, size_t size)
{
	struct ramfs_info *info = inode->private_data;
	size_t done = 0;

	for (struct ramfs_xattr *xattr = info ? info->xattrs : NULL; xattr; xattr = xattr->next) {
		size_t len = strlen(xattr->name) + 1;

		if (size && done + len > size)
			return -ERANGE;
		if (size)
			memcpy(list + done, xattr->name, len);
		done += len;
	}
	return done;
}
