/* SPDX-License-Identifier: MIT */
/* pidfd_open(2): a descriptor that stands for a process (or a thread); readable once it has ended. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct file;
struct pid;

#define PIDFD_THREAD_FLAG 0200 /* PIDFD_THREAD = O_EXCL */

/* A file that holds a reference on pid. 0 or -ENOMEM. May sleep. */
__must_check int pidfd_create(struct pid *pid, unsigned int flags, struct file **out);

/* The pid behind a descriptor, with a reference; NULL: it is no pidfd. */
struct pid *pidfd_get_pid(int fd);
