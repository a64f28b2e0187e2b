// SPDX-License-Identifier: MIT
/* man 2 splice, tee, vmsplice: bytes are copied, pages are never shared. */
#include <fs/file.h>
#include <fs/pipe.h>
#include <mm/uio.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <syscall/define.h>
#include <syscall/iovec.h>

/* Not in the UAPI headers: man 2 splice. */
#define SPLICE_F_MOVE 1
#define SPLICE_F_NONBLOCK 2
#define SPLICE_F_MORE 4
#define SPLICE_F_GIFT 8
#define SPLICE_F_ALL 15

static long do_splice(struct file *in, loff_t *user_in, struct file *out, loff_t *user_out, size_t len, bool nonblock)
{
	loff_t in_pos, out_pos;
	ssize_t ret;

	if (user_in && file_is_pipe(in))
		return -ESPIPE;
	if (user_out && file_is_pipe(out))
		return -ESPIPE;
	if (user_in && get_user(&in_pos, user_in))
		return -EFAULT;
	if (user_out && get_user(&out_pos, user_out))
		return -EFAULT;
	ret = pipe_splice(in, user_in ? &in_pos : NULL, out, user_out ? &out_pos : NULL, len, nonblock);
	if (ret > 0 && user_in && put_user(in_pos, user_in))
		return -EFAULT;
	if (ret > 0 && user_out && put_user(out_pos, user_out))
		return -EFAULT;
	return ret;
}

SYSCALL_DEFINE(splice, int, fd_in, loff_t *, user_in, int, fd_out, loff_t *, user_out, size_t, len,
	unsigned int, flags)
{
	struct file *in, *out;
	long ret = -EBADF;

	if (!len)
		return 0;
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	in = fd_get(fd_in);
	if (!in)
		return -EBADF;
	out = fd_get(fd_out);
	if (out) {
		ret = do_splice(in, user_in, out, user_out, len, flags & SPLICE_F_NONBLOCK);
		file_put(out);
	}
	file_put(in);
	return ret;
}

SYSCALL_DEFINE(tee, int, fd_in, int, fd_out, size_t, len, unsigned int, flags)
{
	struct file *in, *out;
	long ret = -EBADF;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	if (!len)
		return 0;
	in = fd_get(fd_in);
	if (!in)
		return -EBADF;
	out = fd_get(fd_out);
	if (out) {
		ret = pipe_tee(in, out, len, flags & SPLICE_F_NONBLOCK);
		file_put(out);
	}
	file_put(in);
	return ret;
}

SYSCALL_DEFINE(vmsplice, int, fd, const struct iovec *, user_vec, unsigned long, nr, unsigned int, flags)
{
	struct iovec_copy copy;
	struct file *file;
	struct uio uio;
	long ret;

	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	file = fd_get(fd);
	if (!file)
		return -EBADF;
	ret = iovec_get(&copy, &uio, user_vec, nr);
	if (!ret) {
		ret = pipe_move_user(file, &uio, flags & SPLICE_F_NONBLOCK);
		iovec_put(&copy);
	}
	file_put(file);
	return ret;
}
