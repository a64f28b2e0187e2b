// SPDX-License-Identifier: MIT
/* See syscall/iovec.h. */
#include <syscall/iovec.h>

#include <kernel/errno.h>
#include <lib/alloc.h>
#include <mm/user_copy.h>

int iovec_get(struct iovec_copy *copy, struct uio *uio, const struct iovec *user_vec, unsigned long nr)
{
	size_t total = 0;
	int err = -EINVAL;

	copy->vec = copy->small;
	if (nr > UIO_MAXIOV)
		return -EINVAL;
	if (nr > IOVEC_SMALL) {
		copy->vec = kmalloc(nr * sizeof(struct iovec));
		if (!copy->vec)
			return -ENOMEM;
	}
	if (copy_from_user(copy->vec, user_vec, nr * sizeof(struct iovec))) {
		err = -EFAULT;
		goto err_put;
	}
	for (unsigned long i = 0; i < nr; i++) {
		struct iovec *vec = &copy->vec[i];

		if ((ssize_t)vec->iov_len < 0)
			goto err_put;
		if (!user_range_ok(vec->iov_base, vec->iov_len)) {
			err = -EFAULT;
			goto err_put;
		}
		if (vec->iov_len > RW_MAX_BYTES - total)
			vec->iov_len = RW_MAX_BYTES - total;
		total += vec->iov_len;
	}
	uio_init_vec(uio, copy->vec, nr);
	return 0;

err_put:
	iovec_put(copy);
	return err;
}

void iovec_put(struct iovec_copy *copy)
{
	if (copy->vec != copy->small)
		kfree(copy->vec);
}
