/* SPDX-License-Identifier: MIT */
/* Vectors of buffers from user space (man 2 readv). */
#pragma once

#include <lib/compiler.h>
#include <linux/uio.h>
#include <mm/uio.h>

#define RW_MAX_BYTES 0x7ffff000UL /* what one call moves at most: man 2 read, NOTES */
#define IOVEC_SMALL 8

struct iovec_copy {
	struct iovec *vec;
	struct iovec small[IOVEC_SMALL];
};

/* Copies and checks the vector and points uio at it. 0, -EINVAL, -EFAULT, -ENOMEM. */
__must_check int iovec_get(struct iovec_copy *copy, struct uio *uio, const struct iovec *user_vec, unsigned long nr);
void iovec_put(struct iovec_copy *copy);
