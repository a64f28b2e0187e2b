// SPDX-License-Identifier: MIT
/* getdents64(2), getdents(2). */
#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/inode.h>
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

struct user_emitter {
	struct dir_emitter emitter;
	char *user_buf;
	size_t left;
	int err;
};

/* Copies one entry out; false: no room, or no access. */
static bool emit_bytes(struct user_emitter *out, const void *entry, size_t size)
{
	if (copy_to_user(out->user_buf, entry, size)) {
		out->err = -EFAULT;
		return false;
	}
	out->user_buf += size;
	out->left -= size;
	return true;
}

static bool emit_dirent64(struct dir_emitter *emitter, const char *name, size_t len, uint64_t next_pos, ino_t ino, unsigned int d_type)
{
	struct user_emitter *out = container_of(emitter, struct user_emitter, emitter);
	size_t size = ALIGN_UP(offsetof(struct dirent64, d_name) + len + 1, 8);
	char buf[sizeof(struct dirent64) + NAME_MAX + 8] __aligned(8);
	struct dirent64 *entry = (struct dirent64 *)buf;

	if (size > out->left || len > NAME_MAX) {
		out->err = -EINVAL; /* counts only if it was the first */
		return false;
	}
	*entry = (struct dirent64){ .d_ino = ino, .d_off = next_pos, .d_reclen = size, .d_type = d_type };
	memcpy(entry->d_name, name, len);
	memset(entry->d_name + len, 0, size - offsetof(struct dirent64, d_name) - len);
	return emit_bytes(out, buf, size);
}

/* The older form: the type is the entry's last byte (man 2 getdents). */
static bool emit_dirent(struct dir_emitter *emitter, const char *name, size_t len, uint64_t next_pos, ino_t ino, unsigned int d_type)
{
	struct user_emitter *out = container_of(emitter, struct user_emitter, emitter);
	size_t size = ALIGN_UP(offsetof(struct dirent, d_name) + len + 2, sizeof(long));
	char buf[sizeof(struct dirent) + NAME_MAX + 16] __aligned(8);
	struct dirent *entry = (struct dirent *)buf;

	if (size > out->left || len > NAME_MAX) {
		out->err = -EINVAL;
		return false;
	}
	*entry = (struct dirent){ .d_ino = ino, .d_off = next_pos, .d_reclen = size };
	memcpy(entry->d_name, name, len);
	memset(entry->d_name + len, 0, size - offsetof(struct dirent, d_name) - len);
	buf[size - 1] = d_type;
	return emit_bytes(out, buf, size);
}

static int directory_iterate(struct file *file, struct dir_emitter *emitter)
{
	struct inode *inode = file->inode;
	int err;

	if (!file->ops->iterate)
		return -ENOTDIR;
	mutex_lock(&file->pos_lock);
	rwsem_read_lock(&inode->lock);
	emitter->pos = file->pos;
	err = inode->nlink ? file->ops->iterate(file, emitter) : -ENOENT;
	file->pos = emitter->pos;
	rwsem_read_unlock(&inode->lock);
	mutex_unlock(&file->pos_lock);
	return err;
}

static long list(int fd, struct user_emitter *out)
{
	size_t size = out->left;
	struct fd_ref ref = fd_borrow(fd);
	int err;

	if (!ref.file)
		return -EBADF;
	err = directory_iterate(ref.file, &out->emitter);
	fd_done(ref);
	if (err)
		return err;
	return out->left == size ? out->err : (long)(size - out->left);
}

SYSCALL_DEFINE(getdents64, int, fd, void *, user_buf, unsigned int, size)
{
	struct user_emitter out = { .emitter = { .emit = emit_dirent64 }, .user_buf = user_buf, .left = size };

	return list(fd, &out);
}

/* Only in older ABIs: see port/syscalls.h. */
SYSCALL_DEFINE(getdents, int, fd, void *, user_buf, unsigned int, size)
{
	struct user_emitter out = { .emitter = { .emit = emit_dirent }, .user_buf = user_buf, .left = size };

	return list(fd, &out);
}
