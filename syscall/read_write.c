// SPDX-License-Identifier: MIT
/* read(2), write(2) and their vector and positioned forms; lseek(2). */
#include <fs/file.h>
#include <fs/inode.h>
#include <kernel/signal_send.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/signal.h>
#include <mm/uio.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <process/process.h>
#include <syscall/define.h>
#include <syscall/iovec.h>

/* RLIMIT_FSIZE: a write that starts behind the limit fails, one that crosses it is cut. */
static int limit_file_size(struct file *file, struct uio *uio, const loff_t *pos)
{
	uint64_t limit = current_process()->limits[RLIMIT_FSIZE].rlim_cur, start;

	if (likely(limit == RLIM_INFINITY) || !S_ISREG(file->inode->mode))
		return 0;
	start = pos ? *pos : file->flags & O_APPEND ? (loff_t)file->inode->size : file->pos;
	if (start >= limit) {
		signal_ops()->send_thread(current, SIGXFSZ);
		return -EFBIG;
	}
	if (uio->left > limit - start) {
		uio->left = limit - start;
		uio->base_left = min(uio->base_left, uio->left);
	}
	return 0;
}

static ssize_t read_file(int fd, struct uio *uio, loff_t *pos)
{
	struct fd_ref ref = fd_borrow(fd);
	ssize_t ret;

	if (unlikely(!ref.file))
		return -EBADF;
	ret = file_read(ref.file, uio, pos);
	fd_done(ref);
	return ret;
}

static ssize_t write_file(int fd, struct uio *uio, loff_t *pos)
{
	struct fd_ref ref = fd_borrow(fd);
	ssize_t ret;

	if (unlikely(!ref.file))
		return -EBADF;
	ret = limit_file_size(ref.file, uio, pos);
	if (likely(!ret))
		ret = file_write(ref.file, uio, pos);
	fd_done(ref);
	return ret;
}

static __always_inline int uio_of_buffer(struct uio *uio, const void *user_buf, size_t count)
{
	if (unlikely((ssize_t)count < 0))
		return -EINVAL;
	if (unlikely(!user_range_ok(user_buf, count)))
		return -EFAULT;
	uio_init_user(uio, (void *)user_buf, min(count, RW_MAX_BYTES));
	return 0;
}

/* A file that was opened with O_PATH has no mode to read or write by: file_read_on() and _write_on() refuse it. */
static __always_inline ssize_t read_here(struct file *file, void *user_buf, size_t count)
{
	struct uio uio;
	int err = uio_of_buffer(&uio, user_buf, count);

	return unlikely(err) ? err : file_read_on(file, &uio);
}

static __always_inline ssize_t write_here(struct file *file, const void *user_buf, size_t count)
{
	struct uio uio;
	int err = uio_of_buffer(&uio, user_buf, count);

	if (likely(!err) && file->mode & FILE_ATOMIC_POS)
		err = limit_file_size(file, &uio, NULL);
	return unlikely(err) ? err : file_write_on(file, &uio);
}

static noinline ssize_t read_shared(int fd, void *user_buf, size_t count)
{
	struct file *file = fd_get(fd);
	ssize_t ret;

	if (!file)
		return -EBADF;
	ret = read_here(file, user_buf, count);
	file_put(file);
	return ret;
}

static noinline ssize_t write_shared(int fd, const void *user_buf, size_t count)
{
	struct file *file = fd_get(fd);
	ssize_t ret;

	if (!file)
		return -EBADF;
	ret = write_here(file, user_buf, count);
	file_put(file);
	return ret;
}

SYSCALL_DEFINE(read, int, fd, void *, user_buf, size_t, count)
{
	struct file *file;

	if (!fd_table_is_mine())
		return read_shared(fd, user_buf, count);
	file = fd_mine(fd);
	return likely(file) ? read_here(file, user_buf, count) : -EBADF;
}

SYSCALL_DEFINE(write, int, fd, const void *, user_buf, size_t, count)
{
	struct file *file;

	if (!fd_table_is_mine())
		return write_shared(fd, user_buf, count);
	file = fd_mine(fd);
	return likely(file) ? write_here(file, user_buf, count) : -EBADF;
}

SYSCALL_DEFINE(pread64, int, fd, void *, user_buf, size_t, count, loff_t, pos)
{
	struct uio uio;
	int err;

	if (pos < 0)
		return -EINVAL;
	err = uio_of_buffer(&uio, user_buf, count);
	return err ? err : read_file(fd, &uio, &pos);
}

SYSCALL_DEFINE(pwrite64, int, fd, const void *, user_buf, size_t, count, loff_t, pos)
{
	struct uio uio;
	int err;

	if (pos < 0)
		return -EINVAL;
	err = uio_of_buffer(&uio, user_buf, count);
	return err ? err : write_file(fd, &uio, &pos);
}

static ssize_t read_vector(int fd, const struct iovec *user_vec, unsigned long nr, loff_t *pos)
{
	struct iovec_copy copy;
	struct uio uio;
	ssize_t ret = iovec_get(&copy, &uio, user_vec, nr);

	if (ret)
		return ret;
	ret = read_file(fd, &uio, pos);
	iovec_put(&copy);
	return ret;
}

static ssize_t write_vector(int fd, const struct iovec *user_vec, unsigned long nr, loff_t *pos, int flags)
{
	struct iovec_copy copy;
	struct uio uio;
	ssize_t ret = iovec_get(&copy, &uio, user_vec, nr);

	if (ret)
		return ret;
	uio.no_append = flags & RWF_NOAPPEND;
	ret = write_file(fd, &uio, pos);
	iovec_put(&copy);
	return ret;
}

SYSCALL_DEFINE(readv, int, fd, const struct iovec *, user_vec, unsigned long, nr)
{
	return read_vector(fd, user_vec, nr, NULL);
}

SYSCALL_DEFINE(writev, int, fd, const struct iovec *, user_vec, unsigned long, nr)
{
	return write_vector(fd, user_vec, nr, NULL, 0);
}

/* The position comes in two words, of which a 64-bit port uses the first. */
SYSCALL_DEFINE(preadv, int, fd, const struct iovec *, user_vec, unsigned long, nr, loff_t, pos, unsigned long, pos_high)
{
	return pos < 0 ? -EINVAL : read_vector(fd, user_vec, nr, &pos);
}

SYSCALL_DEFINE(pwritev, int, fd, const struct iovec *, user_vec, unsigned long, nr, loff_t, pos, unsigned long, pos_high)
{
	return pos < 0 ? -EINVAL : write_vector(fd, user_vec, nr, &pos, 0);
}

/* Hints about latency and durability are accepted where they change nothing; the others are refused. */
#define RWF_ACCEPTED (RWF_HIPRI | RWF_DSYNC | RWF_SYNC | RWF_NOAPPEND)

SYSCALL_DEFINE(preadv2, int, fd, const struct iovec *, user_vec, unsigned long, nr, loff_t, pos, unsigned long, pos_high, int, flags)
{
	if (flags & ~RWF_ACCEPTED)
		return -EOPNOTSUPP;
	return read_vector(fd, user_vec, nr, pos == -1 ? NULL : &pos);
}

SYSCALL_DEFINE(pwritev2, int, fd, const struct iovec *, user_vec, unsigned long, nr, loff_t, pos, unsigned long, pos_high, int, flags)
{
	if (flags & ~RWF_ACCEPTED)
		return -EOPNOTSUPP;
	return write_vector(fd, user_vec, nr, pos == -1 ? NULL : &pos, flags);
}

SYSCALL_DEFINE(lseek, int, fd, loff_t, offset, unsigned int, whence)
{
	struct fd_ref ref = fd_borrow(fd);
	loff_t ret;

	if (!ref.file)
		return -EBADF;
	ret = file_llseek(ref.file, offset, whence);
	fd_done(ref);
	return ret;
}
