// SPDX-License-Identifier: MIT
/*
 * The initramfs: hands each image to the unpacker and makes the files it finds, by the same
 * operations as the system calls. A new file's pages are filled here and put into its page cache,
 * which in ramfs is the file.
 */
#include <fs/initramfs/initramfs.h>

#include <asm/errno.h>
#include <boot/boot_info.h>
#include <fs/device_node.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <fs/initramfs/unpack.h>
#include <fs/inode.h>
#include <kernel/param.h>
#include <kernel/printk.h>
#include <kernel/time.h>
#include <lib/alloc.h>
#include <lib/atomic.h>
#include <lib/list.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <mm/address_space.h>
#include <mm/page.h>

#define PERMISSIONS	07777

/* So much of RAM an archive must leave free: one that unpacks to more than there is ends as a full
 * file system does, not in a machine without memory. Looked at after every CHECK_PAGES pages. */
#define MIN_FREE_SHARE	32
#define CHECK_PAGES	64

extern const char __initramfs_start[], __initramfs_end[];

/* Filling a directory changes its time, so a directory gets the archive's when all is unpacked. */
struct dir_time {
	struct list_head node;
	struct inode *inode;
	uint32_t mtime;
};

struct unpacker {
	struct path root;
	struct list_head dir_times;

	/* The file that is being written. */
	struct file *file;
	uint64_t pos;
	struct page *page;	/* being filled, not yet in the cache; NULL: by file_write() */
	bool is_fresh;		/* nothing is in its page cache yet */

	unsigned int unchecked_pages;
	bool is_full;
};

static bool is_initrd_retained;

/* Notes that about a page more is used; false: memory is running out. */
static bool take_room(struct unpacker *u)
{
	struct page_stats stats;

	if (++u->unchecked_pages >= CHECK_PAGES) {
		u->unchecked_pages = 0;
		page_get_stats(&stats);
		u->is_full = stats.free_pages < stats.total_pages / MIN_FREE_SHARE;
	}
	return !u->is_full;
}

/* Owner, mode and time as the archive has them. Follows no link. */
static int set_attributes(struct inode *inode, const struct cpio_entry *entry)
{
	struct timespec_ns mtime = { .sec = entry->mtime };
	struct inode_attr attr = {
		.valid = ATTR_UID | ATTR_GID | ATTR_ATIME | ATTR_MTIME,
		.uid = entry->uid,
		.gid = entry->gid,
		.atime = mtime,
		.mtime = mtime,
	};
	int err = inode_setattr(inode, &attr);

	/* After the owner: a change of owner clears the set-user-id bit. */
	if (err || S_ISLNK(entry->mode))
		return err;
	attr = (struct inode_attr){
		.valid = ATTR_MODE,
		.mode = (inode->mode & S_IFMT) | (entry->mode & PERMISSIONS),
	};
	return inode_setattr(inode, &attr);
}

static int set_attributes_by_name(struct unpacker *u, const struct cpio_entry *entry)
{
	struct path path;
	int err = path_lookup(&u->root, entry->name, 0, &path);

	if (err)
		return err;
	err = set_attributes(path.dentry->inode, entry);
	if (!err && S_ISDIR(entry->mode)) {
		struct dir_time *dir = kmalloc(sizeof(*dir));

		/* Without memory the directory keeps the time of its last change. */
		if (dir) {
			inode_get(path.dentry->inode);
			dir->inode = path.dentry->inode;
			dir->mtime = entry->mtime;
			list_add_tail(&dir->node, &u->dir_times);
		}
	}
	path_put(&path);
	return err;
}

/* Removes what has the name but not the type (type 0: removes it in any case). */
static void clear_name(struct unpacker *u, const char *name, mode_t type)
{
	struct path path;
	mode_t old;

	if (path_lookup(&u->root, name, 0, &path))
		return;
	old = path.dentry->inode->mode;
	path_put(&path);
	/* What can't be removed makes the creation fail, and that is reported. */
	if ((old ^ type) & S_IFMT)
		(void)!vfs_unlink(&u->root, name, S_ISDIR(old));
}

static int make(void *ctx, const struct cpio_entry *entry)
{
	struct unpacker *u = ctx;
	mode_t permissions = entry->mode & PERMISSIONS;
	int err;

	if (!take_room(u))
		return -ENOSPC;
	clear_name(u, entry->name, entry->mode);
	if (S_ISDIR(entry->mode))
		err = vfs_mkdir(&u->root, entry->name, permissions);
	else
		err = vfs_mknod(&u->root, entry->name, entry->mode,
				DEV_MAKE(entry->rdev_major & 0xFFF, entry->rdev_minor & 0xFFFFF));
	if (err && err != -EEXIST)
		return err;
	return set_attributes_by_name(u, entry);
}

static int make_symlink(void *ctx, const struct cpio_entry *entry, const char *target)
{
	struct unpacker *u = ctx;
	int err;

	if (!take_room(u))
		return -ENOSPC;
	clear_name(u, entry->name, 0);
	err = vfs_symlink(&u->root, entry->name, target);
	return err ? err : set_attributes_by_name(u, entry);
}

static int make_link(void *ctx, const struct cpio_entry *entry, const char *existing)
{
	struct unpacker *u = ctx;
	struct path old;
	int err = path_lookup(&u->root, existing, 0, &old);

	if (err)
		return err;
	clear_name(u, entry->name, 0);
	err = vfs_link(&old, &u->root, entry->name);
	path_put(&old);
	return err;
}

static int open_file(void *ctx, const struct cpio_entry *entry, bool is_linked)
{
	struct unpacker *u = ctx;
	int flags = O_WRONLY | O_CREAT | (is_linked ? 0 : O_TRUNC);
	int err;

	if (!take_room(u))
		return -ENOSPC;
	clear_name(u, entry->name, S_IFREG);
	err = file_open(&u->root, entry->name, flags, entry->mode & PERMISSIONS, LOOKUP_FOLLOW,
			&u->file);
	if (err)
		return err;
	err = is_linked && entry->file_bytes ? file_truncate(u->file, entry->file_bytes) : 0;
	if (err) {
		file_put(u->file);
		return err;
	}
	u->pos = 0;
	u->is_fresh = !u->file->inode->size && u->file->inode->mapping;
	return 0;
}

/* Gives the filled page (its rest zeroed) to the page cache. */
static int finish_page(struct unpacker *u)
{
	size_t used = (u->pos - 1) % PAGE_SIZE + 1;
	int err;

	memset((char *)page_address(u->page) + used, 0, PAGE_SIZE - used);
	err = page_cache_add(u->file->inode->mapping, (u->pos - 1) / PAGE_SIZE, u->page);
	page_put(u->page);
	u->page = NULL;
	return err;
}

static int write_pages(struct unpacker *u, const char *data, size_t n)
{
	while (n) {
		size_t offset = u->pos % PAGE_SIZE, piece = min(n, PAGE_SIZE - offset);
		int err = 0;

		if (!u->page && take_room(u))
			u->page = page_alloc(ALLOC_USER);
		if (!u->page)
			return -ENOSPC;
		memcpy((char *)page_address(u->page) + offset, data, piece);
		u->pos += piece;
		data += piece;
		n -= piece;
		if (u->pos % PAGE_SIZE == 0)
			err = finish_page(u);
		if (err)
			return err;
	}
	return 0;
}

static int write_file(void *ctx, const void *data, size_t n)
{
	struct unpacker *u = ctx;
	struct uio uio;
	ssize_t done;

	if (u->is_fresh)
		return write_pages(u, data, n);
	uio_init_kernel(&uio, (void *)data, n);
	done = file_write(u->file, &uio, NULL);
	if (done < 0)
		return done;
	return (size_t)done == n ? 0 : -ENOSPC;
}

static int close_file(void *ctx, const struct cpio_entry *entry)
{
	struct unpacker *u = ctx;
	struct inode *inode = u->file->inode;
	int err = u->page ? finish_page(u) : 0;

	if (u->is_fresh && u->pos) {
		rwsem_write_lock(&inode->lock);
		atomic_store(&inode->size, u->pos);
		inode->blocks = ALIGN_UP(u->pos, PAGE_SIZE) / 512;
		rwsem_write_unlock(&inode->lock);
	}
	if (!err)
		err = set_attributes(inode, entry);
	file_put(u->file);
	return err;
}

static const struct cpio_ops unpack_ops = {
	.make = make,
	.symlink = make_symlink,
	.link = make_link,
	.open = open_file,
	.write = write_file,
	.close = close_file,
};

static void set_dir_times(struct unpacker *u)
{
	struct dir_time *dir, *next;

	list_for_each_entry_safe(dir, next, &u->dir_times, node) {
		struct inode_attr attr = {
			.valid = ATTR_ATIME | ATTR_MTIME,
			.atime.sec = dir->mtime,
			.mtime.sec = dir->mtime,
		};

		(void)!inode_setattr(dir->inode, &attr);
		inode_put(dir->inode);
		kfree(dir);
	}
}

static const char *reason(int err, const char *error)
{
	if (error)
		return error;
	if (err == -ENOSPC)
		return "no space left";
	return err == -ENOMEM ? "no memory left" : "a file could not be written";
}

static void unpack(const char *what, const void *image, size_t size_bytes)
{
	struct unpacker u = { 0 };
	struct unpack_report report;
	uint64_t begin_ns = time_monotonic_ns();
	int err;

	fs_get_root(&init_fs, &u.root);
	list_init(&u.dir_times);
	err = initramfs_unpack_image(image, size_bytes, &unpack_ops, &u, &report);
	set_dir_times(&u);
	path_put(&u.root);

	pr_info("initramfs: %u entries from %zu KiB of %s in %lu ms\n", report.nr_entries, size_bytes >> 10, what,
		(unsigned long)((time_monotonic_ns() - begin_ns) / NSEC_PER_MSEC));
	if (err)
		pr_err("initramfs: %s: %s at offset %zu: %s (error %d); %u entries were unpacked\n",
		       what, report.format ? report.format : "image", report.offset,
		       reason(err, report.error), err, report.nr_entries);
	if (report.nr_failed)
		pr_warn("initramfs: %s: %u of %u entries could not be made, the first with error %d\n",
			what, report.nr_failed, report.nr_entries, report.first_failure);
}

/* What Linux's empty built-in archive holds. */
static void make_default_nodes(void)
{
	struct path root;

	fs_get_root(&init_fs, &root);
	if (vfs_mkdir(&root, "dev", 0755) ||
	    vfs_mknod(&root, "dev/console", S_IFCHR | 0600, DEV_MAKE(5, 1)) ||
	    vfs_mkdir(&root, "root", 0700))
		pr_err("initramfs: the root file system takes no files\n");
	path_put(&root);
}

void initramfs_unpack(const struct boot_info *info)
{
	size_t builtin_bytes = (uintptr_t)__initramfs_end - (uintptr_t)__initramfs_start;

	if (builtin_bytes)
		unpack("built-in image", __initramfs_start, builtin_bytes);
	else
		make_default_nodes();

	for (unsigned int i = 0; i < info->nr_initrds; i++) {
		paddr_t start = info->initrd[i].start;
		uint64_t size_bytes = info->initrd[i].size_bytes;

		unpack("initrd", phys_to_virt(start), size_bytes);
		if (is_initrd_retained || start + size_bytes > info->mem_limit)
			continue; /* what mem= takes away is not given out */
		page_free_range(start, start + size_bytes);
		pr_info("Freeing initrd memory: %luK\n", (unsigned long)(size_bytes >> 10));
	}
}

static int set_retain_initrd(const char *value)
{
	is_initrd_retained = true;
	return 0;
}
KERNEL_PARAM("retain_initrd", set_retain_initrd);
