/* SPDX-License-Identifier: MIT */
/*
 * file: an open file description (man 2 open), shared by the descriptors that dup and fork made.
 */
#pragma once

#include <fs/notify.h>
#include <fs/path.h>
#include <fs/vfs_types.h>
#include <kernel/mutex.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/types.h>
#include <mm/uio.h>

struct cred;
struct inode_attr;
struct page;
struct pid;
struct pipe;
struct vma;

/* What readdir gives to; returns false when the caller's buffer is full (the entry was not taken). */
struct dir_emitter {
	bool (*emit)(struct dir_emitter *emitter, const char *name, size_t len, uint64_t next_pos, ino_t ino, unsigned int d_type);
	uint64_t pos; /* where to go on; 0 and 1 are "." and ".." */
};

/*
 * All operations may sleep, with no lock held unless said. pos points to the position to use and advance.
 * Non-blocking: file->flags & O_NONBLOCK -> -EAGAIN. Interrupted: -ERESTARTSYS.
 */
struct file_ops {
	int (*open)(struct inode *inode, struct file *file);
	void (*release)(struct file *file); /* last reference gone */
	int (*flush)(struct file *file);    /* each close(2) */
	ssize_t (*read)(struct file *file, struct uio *uio, loff_t *pos);
	ssize_t (*write)(struct file *file, struct uio *uio, loff_t *pos);
	loff_t (*llseek)(struct file *file, loff_t offset, int whence); /* NULL: generic_llseek for regular, -ESPIPE for stream files */
	int (*iterate)(struct file *file, struct dir_emitter *emitter); /* directories; inode lock held for reading */
	unsigned int (*poll)(struct file *file, struct poll_table *table); /* EPOLL* bits now true; NULL: always ready */
	long (*ioctl)(struct file *file, unsigned int cmd, unsigned long arg); /* -ENOTTY: unknown */
	int (*mmap)(struct file *file, struct vma *vma); /* sets vma->ops; NULL: -ENODEV */
	int (*fsync)(struct file *file, bool data_only);
	int (*fallocate)(struct file *file, int mode, loff_t offset, loff_t len);
	void (*show_fdinfo)(struct file *file, char *buf, size_t size); /* further lines of /proc/PID/fdinfo */
};

enum file_mode {
	FILE_READ = 1 << 0,
	FILE_WRITE = 1 << 1,
	FILE_SEEK = 1 << 2,   /* has a position (regular files, block devices, directories) */
	FILE_PREAD = 1 << 3,  /* pread, pwrite allowed */
	FILE_PATH = 1 << 4,   /* O_PATH: only a place */
	FILE_ATOMIC_POS = 1 << 5, /* position is guarded by pos_lock */
	FILE_UNCOUNTED = 1 << 6, /* not one of inode->write_count, though writable (memfd) */
};

/* file_alloc() sets each field: a new one belongs there too. */
struct file {
	unsigned int refs; /* refcount */
	unsigned int mode; /* enum file_mode, fixed at open */
	unsigned int flags; /* O_*: F_SETFL changes some, atomically */
	const struct file_ops *ops;
	struct inode *inode; /* = path.dentry->inode */
	struct path path;
	void *private_data;
	struct cred *cred; /* of the opener */

	struct mutex pos_lock;
	loff_t pos; /* Guarded by pos_lock. */

	struct spinlock lock;
	/* Guarded by lock. */
	struct list_head epoll_items; /* fs/epoll.c */
	struct pid *owner; /* F_SETOWN */
	int owner_type; /* F_OWNER_* */
	int owner_signal;
};

/* Opens name relative to base (see path_lookup) as openat(2): flags O_*, mode for O_CREAT already masked.
 * 0 and a reference, or -errno. */
__must_check int file_open(const struct path *base, const char *name, int flags, mode_t mode, unsigned int lookup_flags, struct file **out);
/* Opens a path that is already resolved. FILE_OPEN_EXEC beside O_RDONLY: the caller has checked execute permission,
 * read permission is not asked for (a program may be executable only). */
#define FILE_OPEN_EXEC 0x20
__must_check int file_open_path(const struct path *path, int flags, struct file **out);
/* A file without a name: pipes, sockets, eventfd, epoll, memfd ... class is what /proc/PID/fd shows: "anon_inode:[eventpoll]". */
__must_check int file_open_anon(const char *class_name, const struct file_ops *ops, void *private_data, int flags, struct file **out);
/* The same over an inode of the caller's (pipes, sockets: S_IFIFO, S_IFSOCK), reference taken over on success; shown as "name:[ino]". */
__must_check int file_open_inode(const char *name, struct inode *inode, const struct file_ops *ops, int flags, struct file **out);
struct inode *anon_inode_alloc(mode_t mode); /* of the kernel-internal file system; NULL: no memory */

static inline struct file *file_get(struct file *file)
{
	__atomic_fetch_add(&file->refs, 1, __ATOMIC_RELAXED);
	return file;
}
extern unsigned int nr_files; /* atomic: open file descriptions, for /proc/sys/fs/file-nr */
void file_put_last(struct file *file);
void epoll_release_file(struct file *file); /* fs/epoll.c: takes its items off; called if there are any */
static __always_inline void file_put(struct file *file)
{
	if (__atomic_sub_fetch(&file->refs, 1, __ATOMIC_ACQ_REL) == 0)
		file_put_last(file);
}

/* read(2), write(2) on an open file: mode checks, position, O_APPEND. pos NULL: the file's own. Bytes or -errno. */
ssize_t file_read(struct file *file, struct uio *uio, loff_t *pos);
ssize_t file_write(struct file *file, struct uio *uio, loff_t *pos);

/* The same with the file's own position, short where it needs no lock: pipes, ttys, devices. */
static __always_inline ssize_t file_read_on(struct file *file, struct uio *uio)
{
	if (unlikely((file->mode & (FILE_READ | FILE_ATOMIC_POS)) != FILE_READ || !file->ops->read || notify_wanted()))
		return file_read(file, uio, NULL);
	return file->ops->read(file, uio, &file->pos);
}
static __always_inline ssize_t file_write_on(struct file *file, struct uio *uio)
{
	if (unlikely((file->mode & (FILE_WRITE | FILE_ATOMIC_POS)) != FILE_WRITE || !file->ops->write || notify_wanted()))
		return file_write(file, uio, NULL);
	return file->ops->write(file, uio, &file->pos);
}
ssize_t file_read_kernel(struct file *file, void *buf, size_t size, loff_t pos);
loff_t file_llseek(struct file *file, loff_t offset, int whence);
int file_truncate(struct file *file, loff_t size);
int path_truncate(const struct path *path, loff_t size); /* truncate(2): checks for writing too */
/* chmod, chown, utimes: read-only mounts, then inode_setattr(). */
int path_setattr(const struct path *path, struct inode_attr *attr);

/* Ready-made operations for page-cache files. */
ssize_t generic_file_read(struct file *file, struct uio *uio, loff_t *pos);
ssize_t generic_file_write(struct file *file, struct uio *uio, loff_t *pos);
int generic_file_mmap(struct file *file, struct vma *vma);
loff_t generic_llseek(struct file *file, loff_t offset, int whence);
/* Streams (no position): open sets it up. */
int stream_open(struct inode *inode, struct file *file);
/* iterate over cached children: for ramfs-like directories whose dentries are pinned. */
int dcache_iterate(struct file *file, struct dir_emitter *emitter);
