/* SPDX-License-Identifier: MIT */
/* Between fs/proc/proc.c (the mount, fixed files) and fs/proc/proc_pid.c (processes). */
#pragma once

#include <fs/vfs_types.h>
#include <lib/types.h>

struct dentry_ops;
struct dir_emitter;

extern const struct dentry_ops proc_pid_dentry_ops;

int proc_pid_lookup_process(struct super_block *sb, struct dentry *dentry);
int proc_pid_iterate_processes(struct dir_emitter *emitter);
void proc_pid_evict(struct inode *inode);
/* Text of /proc/self or /proc/thread-self; its length. */
ssize_t proc_pid_self(char *buf, size_t size, bool thread);
