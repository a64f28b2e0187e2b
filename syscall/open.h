/* SPDX-License-Identifier: MIT */
/* The bodies that a legacy call shares with its *at form. Names are user pointers. */
#pragma once

#include <lib/types.h>

long open_at(int dirfd, const char *user_name, int flags, mode_t mode);
long stat_at(int dirfd, const char *user_name, void *user_stat, int at_flags); /* struct stat */
long access_at(int dirfd, const char *user_name, int mode, int at_flags);
long mkdir_at(int dirfd, const char *user_name, mode_t mode);
long mknod_at(int dirfd, const char *user_name, mode_t mode, unsigned int user_dev);
long unlink_at(int dirfd, const char *user_name, int at_flags);
long symlink_at(const char *user_target, int dirfd, const char *user_name);
long link_at(int old_dirfd, const char *user_old, int new_dirfd, const char *user_new, int at_flags);
long rename_at(int old_dirfd, const char *user_old, int new_dirfd, const char *user_new, unsigned int flags);
long readlink_at(int dirfd, const char *user_name, char *user_buf, int size);
long chmod_at(int dirfd, const char *user_name, mode_t mode, int at_flags);
long chown_at(int dirfd, const char *user_name, uint32_t uid, uint32_t gid, int at_flags);
/* times NULL: now. Kernel memory; UTIME_NOW, UTIME_OMIT as utimensat(2). user_name NULL: the descriptor itself. */
struct __kernel_timespec;
long utimes_at(int dirfd, const char *user_name, const struct __kernel_timespec *times, int at_flags);
