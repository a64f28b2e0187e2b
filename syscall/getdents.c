// SPDX-License-Identifier: MIT
/* getdents64(2), getdents(2). */
#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/limits.h>
#include <mm/user_copy.h>
#include <process/fd_table.h>
#include <syscall/define.h>

/* As getdents64(2) and getdents(2) give them; no UAPI header has them. */
struct dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
};

struct dirent {
	unsigned long d_ino;
	unsigned long d_off;
	uint16_t d_reclen;
	char d_name[];
};

#define BUFFER_BYTES ((size_t)32768) /* one call gives no more */

/* Entries are collected in the kernel: the directory's lock is held, and a fault of user memory may have to wait for
 * somebody who waits for that (docs/locking.md). */
struct entry_buffer {
	struct dir_emitter emitter;
	char *at; /* aligned to 8 */
	size_t left;
	bool is_full; /* one did not fit */
};

static bool has_room(struct entry_buffer *out, size_t size, size_t name_len)
{
	out->is_full |= size > out->left || name_len > NAME_MAX;
	return !out->is_full;
}

static bool emit_dirent64(struct dir_emitter *emitter, const char *name, size_t len, uint64_t next_pos, ino_t ino, unsigned int d_type)
{
	struct entry_buffer *out = container_of(emitter, struct entry_buffer, emitter);
	size_t size = ALIGN_UP(offsetof(struct dirent64, d_name) + len + 1, 8);
	struct dirent64 *entry = (struct dirent64 *)out->at;

	if (!has_room(out, size, len))
		return false;
	*entry = (struct dirent64){ .d_ino = ino, .d_off = next_pos, .d_reclen = size, .d_type = d_type };
	memcpy(entry->d_name, name, len);
	memset(entry->d_name + len, 0, size - offsetof(struct dirent64, d_name) - len);
	out->at += size;
	out->left -= size;
	return true;
}

/* The older form: the type is the entry's last byte (man 2 getdents). */
static bool emit_dirent(struct dir_emitter *emitter, const char *name, size_t len, uint64_t next_pos, ino_t ino, unsigned int d_type)
{
	struct entry_buffer *out = container_of(emitter, struct entry_buffer, emitter);
	size_t size = ALIGN_UP(offsetof(struct dirent, d_name) + len + 2, sizeof(long));
	struct dirent *entry = (struct dirent *)out->at;

	if (!has_room(out, size, len))
		return false;
	*entry = (struct dirent){ .d_ino = ino, .d_off = next_pos, .d_reclen = size };
	memcpy(entry->d_name, name, len);
	memset(entry->d_name + len, 0, size - offsetof(struct dirent, d_name) - len);
	out->at[size - 1] = d_type;
	out->at += size;
	out->left -= size;
	return true;
}

/* One directory at its position: bytes collected in buf, or -errno. file->pos_lock held. */
static long collect(struct file *file, struct entry_buffer *out)
{
	struct inode *inode = file->inode;
	size_t size = out->left;
	int err;

	rwsem_read_lock(&inode->lock);
	out->emitter.pos = file->pos;
	err = inode->nlink ? file->ops->iterate(file, &out->emitter) : -ENOENT;
	rwsem_read_unlock(&inode->lock);
	if (err)
		return err;
	return out->left == size && out->is_full ? -EINVAL : (long)(size - out->left);
}

static long list_file(struct file *file, void *user_buf, struct entry_buffer *out)
{
	char *buf = out->at;
	long n;

	if (!file->ops->iterate)
		return -ENOTDIR;
	mutex_lock(&file->pos_lock);
	n = collect(file, out);
	if (n > 0 && copy_to_user(user_buf, buf, (size_t)n))
		n = -EFAULT;
	if (n >= 0)
		file->pos = out->emitter.pos;
	mutex_unlock(&file->pos_lock);
	return n;
}

static long list(int fd, void *user_buf, size_t size, struct dir_emitter emitter)
{
	struct entry_buffer out = { .emitter = emitter, .left = min(size, BUFFER_BYTES) };
	struct fd_ref ref = fd_borrow(fd);
	char *buf;
	long ret = -ENOMEM;

	if (!ref.file)
		return -EBADF;
	buf = out.at = kmalloc(out.left);
	if (buf)
		ret = list_file(ref.file, user_buf, &out);
	kfree(buf);
	fd_done(ref);
	return ret;
}

SYSCALL_DEFINE(getdents64, int, fd, void *, user_buf, unsigned int, size)
{
	return list(fd, user_buf, size, (struct dir_emitter){ .emit = emit_dirent64 });
}

/* Only in older ABIs: see port/syscalls.h. */
SYSCALL_DEFINE(getdents, int, fd, void *, user_buf, unsigned int, size)
{
	return list(fd, user_buf, size, (struct dir_emitter){ .emit = emit_dirent });
}
