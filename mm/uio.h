/* SPDX-License-Identifier: MIT */
/*
 * uio: where the bytes of a read or write come from or go to: one user buffer, a user iovec, or a kernel
 * buffer. File operations see only this.
 */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>
#include <linux/uio.h>

enum uio_kind { UIO_USER, UIO_USER_VEC, UIO_KERNEL };

struct uio {
	enum uio_kind kind;
	size_t left; /* bytes still to move, over all segments */
	char *base;  /* current segment */
	size_t base_left;
	const struct iovec *vec; /* further segments (kernel copy of the array) */
	size_t nr_vec;
	bool no_append; /* RWF_NOAPPEND: a write goes to its position in spite of O_APPEND */
};

static inline void uio_init_user(struct uio *uio, void *user_buf, size_t size)
{
	*uio = (struct uio){ .kind = UIO_USER, .left = size, .base = user_buf, .base_left = size };
}
static inline void uio_init_kernel(struct uio *uio, void *buf, size_t size)
{
	*uio = (struct uio){ .kind = UIO_KERNEL, .left = size, .base = buf, .base_left = size };
}
/* vec is a kernel copy that outlives uio; total was checked. */
void uio_init_vec(struct uio *uio, const struct iovec *vec, size_t nr);

/* Move up to n bytes (never more than uio->left); return bytes moved, fewer than asked only after a fault
 * (then 0 bytes means -EFAULT to the caller). May sleep. */
size_t uio_copy_to(struct uio *uio, const void *from, size_t n);
size_t uio_copy_from(struct uio *uio, void *to, size_t n);
size_t uio_zero(struct uio *uio, size_t n);
void uio_skip(struct uio *uio, size_t n);
