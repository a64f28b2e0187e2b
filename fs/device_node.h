/* SPDX-License-Identifier: MIT */
/*
 * Device numbers: what stands behind character and block device nodes. A class (tty, mem, block) registers a
 * range of minors; opening a node of that number gets its operations. devtmpfs makes the node when a name is
 * given. Majors and minors are Linux's (Documentation/admin-guide/devices).
 */
#pragma once

#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/types.h>

/* dev_t as the kernel keeps it: major << 20 | minor. */
#define DEV_MAKE(major, minor) ((dev_t)(major) << 20 | (minor))
#define DEV_MAJOR(dev) ((unsigned int)((dev) >> 20))
#define DEV_MINOR(dev) ((unsigned int)((dev) & 0xfffff))

/* Linux's wire form (struct stat, mknod): 12-bit major and 20-bit minor, split. */
static inline uint64_t dev_to_user(dev_t dev)
{
	return (DEV_MINOR(dev) & 0xff) | (uint64_t)DEV_MAJOR(dev) << 8 | (uint64_t)(DEV_MINOR(dev) & ~0xffu) << 12;
}
static inline dev_t dev_from_user(uint64_t user)
{
	return DEV_MAKE((user >> 8) & 0xfff, (user & 0xff) | ((user >> 12) & 0xfff00));
}

/* mode: S_IFCHR or S_IFBLK. The ops' open finds its object by DEV_MINOR(inode->rdev). -EBUSY, -ENOMEM. */
__must_check int device_numbers_register(mode_t mode, unsigned int major, unsigned int first_minor, unsigned int count, const char *name, const struct file_ops *ops);
void device_numbers_unregister(mode_t mode, unsigned int major, unsigned int first_minor, unsigned int count);
const struct file_ops *device_ops_find(mode_t mode, dev_t dev);

/* /dev entries, kept by fs/devtmpfs whether or not it is mounted. path may have directories ("input/event0"). perm: permission bits. */
__must_check int devtmpfs_add(const char *path, mode_t mode_and_perm, dev_t dev);
void devtmpfs_remove(const char *path);

/* For /proc/devices: "major name" lines. fn must not sleep. */
int device_numbers_walk(mode_t mode, int (*fn)(void *ctx, unsigned int major, const char *name), void *ctx);
