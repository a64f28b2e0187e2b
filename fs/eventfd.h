/* SPDX-License-Identifier: MIT */
/* eventfd(2): a 64-bit counter that is read and written. */
#pragma once

#include <fs/vfs_types.h>
#include <lib/compiler.h>

/* flags: EFD_SEMAPHORE, EFD_NONBLOCK (O_NONBLOCK). 0 and a file, -ENOMEM. */
__must_check int eventfd_create(unsigned int count, int flags, struct file **out);
