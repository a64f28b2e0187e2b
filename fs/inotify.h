/* SPDX-License-Identifier: MIT */
/* inotify (man 7 inotify): watches on inodes and a queue of what happened to them. */
#pragma once

#include <fs/vfs_types.h>
#include <lib/compiler.h>
#include <lib/types.h>

__must_check int inotify_create_file(int flags, struct file **out); /* O_NONBLOCK; -ENOMEM, -EMFILE */
bool file_is_inotify(const struct file *file);

/* inotify_add_watch(2): the watch descriptor, or -EEXIST, -ENOMEM, -ENOSPC. mask was checked. May sleep. */
__must_check int inotify_add(struct file *file, struct inode *inode, uint32_t mask);
__must_check int inotify_remove(struct file *file, int wd); /* -EINVAL */

extern unsigned int inotify_max_user_watches, inotify_max_user_instances, inotify_max_queued_events;
