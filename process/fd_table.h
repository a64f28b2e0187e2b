/* SPDX-License-Identifier: MIT */
/* File descriptors of a process, shared under CLONE_FILES. A thread that shares its table with nobody looks up without a lock. */
#pragma once

#include <fs/file.h>
#include <kernel/spinlock.h>
#include <kernel/thread.h>
#include <lib/compiler.h>
#include <lib/types.h>

struct fd_table {
	unsigned int refs; /* refcount: threads */
	struct spinlock lock;

	/* Guarded by lock. */
	struct file **files;
	unsigned long *open_bits, *cloexec_bits;
	unsigned int capacity, next_fd;
};

struct fd_table *fd_table_create(void);		       /* NULL: no memory */
struct fd_table *fd_table_copy(struct fd_table *table); /* NULL: no memory */
struct fd_table *fd_table_get(struct fd_table *table);
void fd_table_put(struct fd_table *table);
void fd_table_close_on_exec(struct fd_table *table);

/* The file with a reference, or NULL (-EBADF). O_PATH files only with fd_get_path. */
struct file *fd_get(int fd);
struct file *fd_get_path(int fd);
/* The same for one short system call: no reference is taken when the table is not shared; give back by fd_done. */
struct fd_ref { struct file *file; bool counted; };
struct fd_ref fd_borrow_shared(int fd);

/* The table is the current thread's alone; what is in it then, without a reference (O_PATH files too). */
static __always_inline bool fd_table_is_mine(void)
{
	/* Acquire: what the last one who shared it did to it is seen. */
	return likely(__atomic_load_n(&current->files->refs, __ATOMIC_ACQUIRE) == 1);
}
static __always_inline struct file *fd_mine(int fd)
{
	const struct fd_table *table = current->files;

	return likely((unsigned int)fd < table->capacity) ? table->files[fd] : NULL;
}

static __always_inline struct fd_ref fd_borrow_path(int fd) /* O_PATH files too */
{
	if (!fd_table_is_mine())
		return fd_borrow_shared(fd);
	return (struct fd_ref){ fd_mine(fd), false };
}
static __always_inline void fd_done(struct fd_ref ref)
{
	if (unlikely(ref.counted) && ref.file)
		file_put(ref.file);
}

static __always_inline struct fd_ref fd_borrow(int fd)
{
	struct fd_ref ref = fd_borrow_path(fd);

	if (likely(ref.file) && unlikely(ref.file->mode & FILE_PATH)) {
		fd_done(ref);
		ref.file = NULL;
	}
	return ref;
}

/* Reserves the lowest number >= min; then install or cancel. -EMFILE (RLIMIT_NOFILE), -ENOMEM. */
__must_check int fd_reserve(unsigned int min, bool cloexec);
void fd_install(int fd, struct file *file); /* takes the reference over */
void fd_cancel(int fd);
/* Both in one: the number, or -errno and the reference is dropped. */
int fd_install_new(struct file *file, bool cloexec);

int fd_close(int fd);
int fd_close_range(unsigned int first, unsigned int last, unsigned int flags);
int fd_dup_to(int old_fd, int new_fd, int flags);
bool fd_get_cloexec(int fd);
int fd_set_cloexec(int fd, bool on);
/* Iterates the open descriptors of another thread's table (/proc/PID/fd): file with a reference at or after *fd, NULL: end. */
struct file *fd_next(struct fd_table *table, unsigned int *fd);
