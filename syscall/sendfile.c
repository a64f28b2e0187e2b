// SPDX-License-Identifier: MIT
/* sendfile(2), copy_file_range(2): through a kernel buffer, a piece at a time. */
#include <arch/layout.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <linux/fcntl.h>
#include <mm/uio.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <syscall/define.h>
#include <syscall/iovec.h>

#define PIECE_BYTES ((size_t)4 * PAGE_SIZE)

/* Copies from in (at *in_pos) to out (at *out_pos, or its own position). What was read but not taken is read again. */
static ssize_t copy_between(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t count)
{
	char *buf = kmalloc(PIECE_BYTES);
	ssize_t done = 0, n = 0;

	if (!buf)
		return -ENOMEM;
	while (count) {
		loff_t pos = *in_pos;
		struct uio uio;

		uio_init_kernel(&uio, buf, min(count, PIECE_BYTES));
		n = file_read(in, &uio, &pos);
		if (n <= 0)
			break;
		uio_init_kernel(&uio, buf, n);
		n = file_write(out, &uio, out_pos);
		if (n <= 0)
			break;
		*in_pos += n;
		done += n;
		count -= n;
		if (signal_pending())
			break;
	}
	kfree(buf);
	return done ? done : n;
}

static ssize_t send(struct file *out, struct file *in, loff_t *pos, size_t count)
{
	loff_t own = in->pos;
	ssize_t ret;

	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE))
		return -EBADF;
	if (pos && !(in->mode & FILE_PREAD))
		return -ESPIPE;
	if (!(in->mode & FILE_PREAD) || out->flags & O_APPEND)
		return -EINVAL;
	ret = copy_between(in, pos ? pos : &own, out, NULL, min(count, RW_MAX_BYTES));
	if (!pos)
		in->pos = own;
	return ret;
}

SYSCALL_DEFINE(sendfile, int, out_fd, int, in_fd, loff_t *, user_pos, size_t, count)
{
	struct fd_ref out, in;
	loff_t pos = 0;
	ssize_t ret = -EBADF;

	if (user_pos && get_user(&pos, user_pos))
		return -EFAULT;
	out = fd_borrow(out_fd);
	in = fd_borrow(in_fd);
	if (out.file && in.file)
		ret = send(out.file, in.file, user_pos ? &pos : NULL, count);
	fd_done(in);
	fd_done(out);
	if (user_pos && ret > 0 && put_user(pos, user_pos))
		return -EFAULT;
	return ret;
}

static ssize_t copy_range(struct file *in, loff_t *in_pos, struct file *out, loff_t *out_pos, size_t count)
{
	if (S_ISDIR(in->inode->mode) || S_ISDIR(out->inode->mode))
		return -EISDIR;
	if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
		return -EINVAL;
	if (!(in->mode & FILE_READ) || !(out->mode & FILE_WRITE) || out->flags & O_APPEND)
		return -EBADF;
	if (*in_pos < 0 || *out_pos < 0)
		return -EINVAL;
	if (in->inode == out->inode && *in_pos < *out_pos + (loff_t)count && *out_pos < *in_pos + (loff_t)count)
		return -EINVAL;
	return copy_between(in, in_pos, out, out_pos, count);
}

static loff_t *chosen_pos(loff_t *given, bool is_given, struct file *file)
{
	return is_given ? given : &file->pos;
}

SYSCALL_DEFINE(copy_file_range, int, in_fd, loff_t *, user_in_pos, int, out_fd, loff_t *, user_out_pos, size_t, count, unsigned int, flags)
{
	loff_t in_given = 0, out_given = 0, *in_pos, *out_pos;
	struct fd_ref in, out;
	ssize_t ret = -EBADF;

	if (flags)
		return -EINVAL;
	if ((user_in_pos && get_user(&in_given, user_in_pos)) || (user_out_pos && get_user(&out_given, user_out_pos)))
		return -EFAULT;
	in = fd_borrow(in_fd);
	out = fd_borrow(out_fd);
	if (in.file && out.file) {
		in_pos = chosen_pos(&in_given, user_in_pos, in.file);
		out_pos = chosen_pos(&out_given, user_out_pos, out.file);
		ret = copy_range(in.file, in_pos, out.file, out_pos, min(count, RW_MAX_BYTES));
		/* copy_between moved in_pos; positioned writes moved out_pos. */
	}
	fd_done(out);
	fd_done(in);
	if (ret > 0 && ((user_in_pos && put_user(in_given, user_in_pos)) || (user_out_pos && put_user(out_given, user_out_pos))))
		return -EFAULT;
	return ret;
}
