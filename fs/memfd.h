/* SPDX-License-Identifier: MIT */
/*
 * memfd_create(2): a tmpfs file that is in no directory, and file seals (man 2 F_GET_SEALS). Seals are only kept
 * for these files: -EINVAL for all others.
 */
#pragma once

#include <lib/compiler.h>

struct file;

/* name: for /proc/PID/fd. flags: MFD_*, checked here. 0 and an open file, or -EINVAL, -ENOMEM. May sleep. */
__must_check int memfd_create(const char *name, unsigned int flags, struct file **out);

int memfd_get_seals(struct file *file);			     /* F_SEAL_*, or -EINVAL */
int memfd_add_seals(struct file *file, unsigned int seals); /* 0, -EINVAL, -EPERM, -EBUSY */
