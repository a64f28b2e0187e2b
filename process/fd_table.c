// SPDX-License-Identifier: MIT
/*
 * Descriptor tables. One lock per table; a thread that has its table for itself reads it without, because
 * nobody else can change it: others (/proc) only read, with the lock.
 */
#include <process/fd_table.h>

#include <fs/file.h>
#include <fs/inode.h>
#include <fs/locks.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <process/access.h>
#include <process/process.h>

#define FDS_PER_WORD 64
#define FDS_FIRST_CAPACITY 64

/* --- the arrays -------------------------------------------------------------------------------------- */

/* files, open_bits and cloexec_bits are one allocation that starts with files. */
static int table_alloc_arrays(struct fd_table *table, unsigned int capacity)
{
	size_t words = capacity / FDS_PER_WORD;
	char *block = kzalloc(capacity * sizeof(struct file *) + 2 * words * sizeof(unsigned long));

	if (!block)
		return -ENOMEM;
	table->files = (struct file **)block;
	table->open_bits = (unsigned long *)(block + capacity * sizeof(struct file *));
	table->cloexec_bits = table->open_bits + words;
	table->capacity = capacity;
	return 0;
}

static void table_copy_arrays(struct fd_table *to, const struct fd_table *from, unsigned int capacity)
{
	size_t words = capacity / FDS_PER_WORD;

	memcpy(to->files, from->files, capacity * sizeof(struct file *));
	memcpy(to->open_bits, from->open_bits, words * sizeof(unsigned long));
	memcpy(to->cloexec_bits, from->cloexec_bits, words * sizeof(unsigned long));
}

/* Room for fd. Lock held. */
static int table_grow_locked(struct fd_table *table, unsigned int fd)
{
	struct fd_table bigger;
	unsigned int capacity = table->capacity;
	int err;

	while (capacity <= fd)
		capacity *= 2;
	if (capacity == table->capacity)
		return 0;
	err = table_alloc_arrays(&bigger, capacity);
	if (err)
		return err;
	table_copy_arrays(&bigger, table, table->capacity);
	kfree(table->files);
	table->files = bigger.files;
	table->open_bits = bigger.open_bits;
	table->cloexec_bits = bigger.cloexec_bits;
	table->capacity = capacity;
	return 0;
}

static bool bit_test(const unsigned long *bits, unsigned int fd)
{
	return bits[fd / FDS_PER_WORD] >> fd % FDS_PER_WORD & 1;
}

static void bit_assign(unsigned long *bits, unsigned int fd, bool on)
{
	unsigned long bit = 1UL << fd % FDS_PER_WORD;

	if (on)
		bits[fd / FDS_PER_WORD] |= bit;
	else
		bits[fd / FDS_PER_WORD] &= ~bit;
}

/* --- tables -------------------------------------------------------------------------------------------- */

struct fd_table *fd_table_create(void)
{
	struct fd_table *table = kzalloc(sizeof(*table));

	if (!table)
		return NULL;
	table->refs = 1;
	if (table_alloc_arrays(table, FDS_FIRST_CAPACITY)) {
		kfree(table);
		return NULL;
	}
	return table;
}

/* Descriptors that are reserved but have no file yet belong to calls under way: the copy does not get them. */
static void table_take_files(struct fd_table *table)
{
	for (unsigned int word = 0; word < table->capacity / FDS_PER_WORD; word++) {
		for (unsigned long bits = table->open_bits[word]; bits; bits &= bits - 1) {
			unsigned int fd = word * FDS_PER_WORD + __builtin_ctzl(bits);

			if (table->files[fd])
				file_get(table->files[fd]);
			else
				bit_assign(table->open_bits, fd, false);
		}
	}
}

struct fd_table *fd_table_copy(struct fd_table *table)
{
	struct fd_table *copy = kzalloc(sizeof(*copy));

	if (!copy)
		return NULL;
	copy->refs = 1;
	spin_lock(&table->lock);
	if (table_alloc_arrays(copy, table->capacity)) {
		spin_unlock(&table->lock);
		kfree(copy);
		return NULL;
	}
	table_copy_arrays(copy, table, table->capacity);
	table_take_files(copy);
	spin_unlock(&table->lock);
	return copy;
}

struct fd_table *fd_table_get(struct fd_table *table)
{
	atomic_inc(&table->refs);
	return table;
}

static int close_file(struct fd_table *table, struct file *file)
{
	int err = 0;

	if (!(file->mode & FILE_PATH)) {
		if (file->ops->flush)
			err = file->ops->flush(file);
		if (unlikely(file->inode->locks))
			locks_release_owner(file, table);
	}
	file_put(file);
	return err;
}

void fd_table_put(struct fd_table *table)
{
	if (atomic_sub_return(&table->refs, 1))
		return;
	for (unsigned int word = 0; word < table->capacity / FDS_PER_WORD; word++)
		for (unsigned long bits = table->open_bits[word]; bits; bits &= bits - 1) {
			struct file *file = table->files[word * FDS_PER_WORD + __builtin_ctzl(bits)];

			if (file)
				(void)close_file(table, file);
		}
	kfree(table->files);
	kfree(table);
}

/* Takes the descriptor out; its file (with the table's reference) or NULL. Lock held. */
static struct file *table_remove_locked(struct fd_table *table, unsigned int fd)
{
	struct file *file = fd < table->capacity ? table->files[fd] : NULL;

	if (!file)
		return NULL;
	table->files[fd] = NULL;
	bit_assign(table->open_bits, fd, false);
	bit_assign(table->cloexec_bits, fd, false);
	if (fd < table->next_fd)
		table->next_fd = fd;
	return file;
}

void fd_table_close_on_exec(struct fd_table *table)
{
	for (unsigned int word = 0; word < table->capacity / FDS_PER_WORD; word++) {
		for (;;) {
			struct file *file;
			unsigned long bits;

			spin_lock(&table->lock);
			bits = table->cloexec_bits[word] & table->open_bits[word];
			file = bits ? table_remove_locked(table, word * FDS_PER_WORD + __builtin_ctzl(bits)) : NULL;
			spin_unlock(&table->lock);
			if (!file)
				break;
			(void)close_file(table, file);
		}
	}
}

/* --- lookup ---------------------------------------------------------------------------------------------- */

static inline struct file *table_file(const struct fd_table *table, int fd)
{
	return likely((unsigned int)fd < table->capacity) ? table->files[fd] : NULL;
}

struct file *fd_get_path(int fd)
{
	struct fd_table *table = current->files;
	struct file *file;

	spin_lock(&table->lock);
	file = table_file(table, fd);
	if (file)
		file_get(file);
	spin_unlock(&table->lock);
	return file;
}

struct file *fd_get(int fd)
{
	struct file *file = fd_get_path(fd);

	if (file && unlikely(file->mode & FILE_PATH)) {
		file_put(file);
		return NULL;
	}
	return file;
}

struct fd_ref fd_borrow_shared(int fd)
{
	return (struct fd_ref){ fd_get_path(fd), true };
}

struct file *fd_next(struct fd_table *table, unsigned int *fd)
{
	struct file *file = NULL;

	spin_lock(&table->lock);
	for (; *fd < table->capacity; (*fd)++) {
		file = table->files[*fd];
		if (file) {
			file_get(file);
			break;
		}
	}
	spin_unlock(&table->lock);
	return file;
}

/* --- new descriptors --------------------------------------------------------------------------------------- */

/* The lowest free number >= min (capacity, if all are taken). Lock held. */
static unsigned int table_find_free(const struct fd_table *table, unsigned int min)
{
	unsigned int words = table->capacity / FDS_PER_WORD;

	for (unsigned int word = min / FDS_PER_WORD; word < words; word++) {
		unsigned long free = ~table->open_bits[word];

		if (word == min / FDS_PER_WORD)
			free &= ~0UL << min % FDS_PER_WORD;
		if (free)
			return word * FDS_PER_WORD + __builtin_ctzl(free);
	}
	return max(min, table->capacity);
}

int fd_reserve(unsigned int min_fd, bool cloexec)
{
	struct fd_table *table = current->files;
	uint64_t limit = process_limit(RLIMIT_NOFILE);
	unsigned int fd;
	int err = -EMFILE;

	spin_lock(&table->lock);
	fd = max(min_fd, table->next_fd);
	if (fd >= table->capacity || bit_test(table->open_bits, fd))
		fd = table_find_free(table, fd);
	if (fd >= limit)
		goto unlock;
	if (unlikely(fd >= table->capacity)) {
		err = table_grow_locked(table, fd);
		if (err)
			goto unlock;
	}
	bit_assign(table->open_bits, fd, true);
	if (cloexec)
		bit_assign(table->cloexec_bits, fd, true); /* a free one has it off */
	if (min_fd <= table->next_fd)
		table->next_fd = fd + 1;
	err = fd;
unlock:
	spin_unlock(&table->lock);
	return err;
}

void fd_install(int fd, struct file *file)
{
	struct fd_table *table = current->files;

	if (likely(atomic_load(&table->refs) == 1)) {
		atomic_store(&table->files[fd], file);
		return;
	}
	spin_lock(&table->lock); /* another thread may be growing the table */
	table->files[fd] = file;
	spin_unlock(&table->lock);
}

void fd_cancel(int fd)
{
	struct fd_table *table = current->files;

	spin_lock(&table->lock);
	bit_assign(table->open_bits, fd, false);
	bit_assign(table->cloexec_bits, fd, false);
	if ((unsigned int)fd < table->next_fd)
		table->next_fd = fd;
	spin_unlock(&table->lock);
}

int fd_install_new(struct file *file, bool cloexec)
{
	int fd = fd_reserve(0, cloexec);

	if (fd < 0)
		file_put(file);
	else
		fd_install(fd, file);
	return fd;
}

/* --- close, dup, flags --------------------------------------------------------------------------------------- */

int fd_close(int fd)
{
	struct fd_table *table = current->files;
	struct file *file;

	spin_lock(&table->lock);
	file = table_remove_locked(table, fd);
	spin_unlock(&table->lock);
	return file ? close_file(table, file) : -EBADF;
}

static int table_unshare(void)
{
	struct fd_table *old = current->files, *copy;

	if (atomic_load(&old->refs) == 1)
		return 0;
	copy = fd_table_copy(old);
	if (!copy)
		return -ENOMEM;
	current->files = copy;
	access_wait_for_readers();
	fd_table_put(old);
	return 0;
}

int fd_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	struct fd_table *table;
	int err;

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		err = table_unshare();
		if (err)
			return err;
	}
	table = current->files;
	last = min(last, table->capacity - 1);
	for (unsigned int fd = first; fd <= last; fd++) {
		struct file *file = NULL;

		spin_lock(&table->lock);
		if (!(flags & CLOSE_RANGE_CLOEXEC))
			file = table_remove_locked(table, fd);
		else if (bit_test(table->open_bits, fd))
			bit_assign(table->cloexec_bits, fd, true);
		spin_unlock(&table->lock);
		if (file)
			(void)close_file(table, file);
	}
	return 0;
}

int fd_dup_to(int old_fd, int new_fd, int flags)
{
	struct fd_table *table = current->files;
	struct file *file, *replaced;
	int err = -EBADF;

	if (old_fd == new_fd)
		return -EINVAL;
	if ((unsigned int)new_fd >= process_limit(RLIMIT_NOFILE))
		return -EBADF;
	spin_lock(&table->lock);
	file = table_file(table, old_fd);
	if (!file)
		goto unlock;
	err = table_grow_locked(table, new_fd);
	if (err)
		goto unlock;
	replaced = table->files[new_fd];
	err = -EBUSY;
	if (!replaced && bit_test(table->open_bits, new_fd))
		goto unlock; /* an open(2) in another thread has reserved it */
	table->files[new_fd] = file_get(file);
	bit_assign(table->open_bits, new_fd, true);
	bit_assign(table->cloexec_bits, new_fd, flags & O_CLOEXEC);
	spin_unlock(&table->lock);
	if (replaced)
		(void)close_file(table, replaced);
	return new_fd;

unlock:
	spin_unlock(&table->lock);
	return err;
}

bool fd_get_cloexec(int fd)
{
	struct fd_table *table = current->files;
	bool on;

	spin_lock(&table->lock);
	on = table_file(table, fd) && bit_test(table->cloexec_bits, fd);
	spin_unlock(&table->lock);
	return on;
}

int fd_set_cloexec(int fd, bool on)
{
	struct fd_table *table = current->files;
	int err = -EBADF;

	spin_lock(&table->lock);
	if (table_file(table, fd)) {
		bit_assign(table->cloexec_bits, fd, on);
		err = 0;
	}
	spin_unlock(&table->lock);
	return err;
}
