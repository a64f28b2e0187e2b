// SPDX-License-Identifier: MIT
/* Files whose content is the page cache: read, write, map, seek; directories whose names are the dentry cache. */
#include <fs/file.h>

#include <arch/layout.h>
#include <fs/dentry.h>
#include <fs/fs_context.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <kernel/sched.h>
#include <kernel/thread.h>
#include <lib/atomic.h>
#include <lib/string.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <mm/page.h>
#include <mm/vm_space.h>

/* Relative access times, as mounts have them by default: written if older than the last change, or a day old. */
static void file_accessed(struct file *file)
{
	struct inode *inode = file->inode;
	struct mount *mount = file->path.mount;
	struct timespec_ns now;

	if (file->flags & O_NOATIME || (mount->flags | inode->sb->flags) & (MS_NOATIME | MS_RDONLY))
		return;
	if (S_ISDIR(inode->mode) && mount->flags & MS_NODIRATIME)
		return;
	if (mount->flags & MS_RELATIME && (inode->atime.sec > inode->mtime.sec || (inode->atime.sec == inode->mtime.sec && inode->atime.nsec > inode->mtime.nsec)) &&
		(inode->atime.sec > inode->ctime.sec || (inode->atime.sec == inode->ctime.sec && inode->atime.nsec > inode->ctime.nsec))) {
		now = inode_now();
		if (now.sec - inode->atime.sec < 24 * 60 * 60)
			return;
	}
	inode_touch(inode, ATTR_ATIME);
}

ssize_t generic_file_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct address_space *mapping = file->inode->mapping;
	bool has_backing = mapping->ops && mapping->ops->read_page;
	ssize_t done = 0;
	int err = 0;

	if (unlikely((loff_t)(*pos + uio->left) < 0))
		return -EINVAL;
	while (uio->left) {
		uint64_t size = atomic_load_relaxed(&file->inode->size);
		size_t offset = *pos & (PAGE_SIZE - 1), n = PAGE_SIZE - offset, copied;
		struct page *page;

		if ((uint64_t)*pos >= size)
			break;
		n = min(n, min((size_t)(size - *pos), uio->left));
		if (has_backing) {
			err = page_cache_get(mapping, *pos >> PAGE_SHIFT, &page);
			if (err)
				break;
		} else {
			page = page_cache_find(mapping, *pos >> PAGE_SHIFT);
		}
		if (page) {
			copied = uio_copy_to(uio, (char *)page_address(page) + offset, n);
			page_put(page);
		} else {
			copied = uio_zero(uio, n); /* a hole */
		}
		*pos += copied;
		done += copied;
		if (copied < n) {
			err = -EFAULT;
			break;
		}
		sched_yield_point();
	}
	file_accessed(file);
	return done ? done : err;
}

/* One page's part of a write; bytes or -errno. inode->lock held. */
static ssize_t write_chunk(struct inode *inode, struct uio *uio, uint64_t pos)
{
	size_t offset = pos & (PAGE_SIZE - 1), n = min((size_t)PAGE_SIZE - offset, uio->left), copied;
	struct page *page;
	int err = page_cache_get(inode->mapping, pos >> PAGE_SHIFT, &page);

	if (err)
		return err;
	copied = uio_copy_from(uio, (char *)page_address(page) + offset, n);
	atomic_fetch_or(&page->flags, PAGE_DIRTY);
	page_put(page);
	if (!copied)
		return -EFAULT;
	if (pos + copied > inode->size)
		atomic_store(&inode->size, pos + copied);
	return copied;
}

ssize_t generic_file_write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct inode *inode = file->inode;
	ssize_t done = 0, ret = 0;

	if (!uio->left)
		return 0;
	rwsem_write_lock(&inode->lock);
	if (file->flags & O_APPEND && !uio->no_append)
		*pos = inode->size;
	if (unlikely((loff_t)(*pos + uio->left) < 0))
		ret = -EINVAL;
	else if (unlikely((uint64_t)*pos >= inode->sb->max_size_bytes))
		ret = -EFBIG;
	else
		ret = inode_kill_suid(inode);
	while (!ret && uio->left) {
		ret = write_chunk(inode, uio, *pos);
		if (ret < 0)
			break;
		*pos += ret;
		done += ret;
		ret = 0;
		sched_yield_point();
	}
	if (done)
		inode_touch(inode, ATTR_MTIME | ATTR_CTIME);
	rwsem_write_unlock(&inode->lock);
	return done ? done : ret;
}

/* --- mapping --------------------------------------------------------------------------------------- */

static int file_vma_fault(struct vm_fault *fault)
{
	struct inode *inode = fault->vma->file->inode;
	uint64_t size = atomic_load(&inode->size);

	if (fault->index >= (size + PAGE_SIZE - 1) >> PAGE_SHIFT)
		return -EFAULT;
	return page_cache_get(inode->mapping, fault->index, &fault->page);
}

static void file_vma_open(struct vma *vma)
{
	file_get(vma->file);
	/* Without memory to note the vma a later truncation misses it; its pages then live until it is unmapped. */
	int err __maybe_unused = address_space_add_vma(vma->file->inode->mapping, vma);
}

static void file_vma_close(struct vma *vma)
{
	address_space_remove_vma(vma->file->inode->mapping, vma);
	file_put(vma->file);
}

static int file_vma_sync(struct vma *vma, uint64_t start_index, uint64_t nr_pages)
{
	struct file *file = vma->file;

	return file->ops->fsync ? file->ops->fsync(file, true) : 0;
}

static void file_vma_name(struct vma *vma, char *buf, size_t size)
{
	struct path root;
	char *text;

	fs_get_root(current->fs, &root);
	text = path_to_string(&vma->file->path, &root, buf, size);
	path_put(&root);
	if (text)
		memmove(buf, text, strlen(text) + 1);
	else
		strscpy(buf, "", size);
}

static const struct vm_operations file_vm_ops = {
	.open = file_vma_open,
	.close = file_vma_close,
	.fault = file_vma_fault,
	.msync = file_vma_sync,
	.name = file_vma_name,
};

int generic_file_mmap(struct file *file, struct vma *vma)
{
	int err = address_space_add_vma(file->inode->mapping, vma);

	if (err)
		return err;
	vma->file = file_get(file);
	vma->ops = &file_vm_ops;
	file_accessed(file);
	return 0;
}

/* --- position -------------------------------------------------------------------------------------- */

/* SEEK_DATA, SEEK_HOLE of a file without backing: cached pages are data. */
static loff_t seek_data_hole(struct inode *inode, loff_t offset, int whence)
{
	struct address_space *mapping = inode->mapping;
	uint64_t size = atomic_load_relaxed(&inode->size), found;

	if (offset < 0 || (uint64_t)offset >= size)
		return -ENXIO;
	if (mapping->ops && mapping->ops->read_page)
		return whence == SEEK_DATA ? offset : (loff_t)size;
	found = offset >> PAGE_SHIFT;
	spin_lock(&mapping->lock);
	if (whence == SEEK_DATA) {
		if (!xa_next(&mapping->pages, &found, UINT64_MAX))
			found = UINT64_MAX >> PAGE_SHIFT;
	} else {
		while (xa_load(&mapping->pages, found))
			found++;
	}
	spin_unlock(&mapping->lock);
	if (found << PAGE_SHIFT >= size)
		return whence == SEEK_HOLE ? (loff_t)size : -ENXIO;
	return max(offset, (loff_t)(found << PAGE_SHIFT));
}

loff_t generic_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file->inode;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		if (add_overflows(offset, file->pos, &offset))
			return -EINVAL;
		break;
	case SEEK_END:
		if (add_overflows(offset, (loff_t)atomic_load_relaxed(&inode->size), &offset))
			return -EINVAL;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (!S_ISREG(inode->mode))
			return -EINVAL;
		offset = seek_data_hole(inode, offset, whence);
		if (offset < 0)
			return offset;
		break;
	default:
		return -EINVAL;
	}
	if (offset < 0 || (uint64_t)offset > inode->sb->max_size_bytes)
		return -EINVAL;
	file->pos = offset;
	return offset;
}

int stream_open(struct inode *inode, struct file *file)
{
	file->mode &= ~(FILE_SEEK | FILE_PREAD | FILE_ATOMIC_POS);
	return 0;
}

/* --- directories ----------------------------------------------------------------------------------- */

/*
 * Newest first, as tmpfs lists: a position of 2 is the newest child, any other goes on below that dir_pos. What is
 * made meanwhile is not seen, what is removed leaves no gap. The list changes only under inode->lock, which the
 * caller holds.
 */
static struct list_head *child_before(struct dentry *dir, uint64_t pos)
{
	struct list_head *node = dir->children.prev;

	if (pos > 2)
		while (node != &dir->children && list_entry(node, struct dentry, sibling)->dir_pos >= pos)
			node = node->prev;
	return node;
}

int dcache_iterate(struct file *file, struct dir_emitter *emitter)
{
	struct dentry *dir = file->path.dentry;
	struct list_head *node;

	if (emitter->pos == 0) {
		if (!emitter->emit(emitter, ".", 1, 1, file->inode->ino, S_IFDIR >> 12))
			return 0;
		emitter->pos = 1;
	}
	if (emitter->pos == 1) {
		struct dentry *parent = dentry_parent_get(dir);
		bool taken = emitter->emit(emitter, "..", 2, 2, parent->inode->ino, S_IFDIR >> 12);

		dentry_put(parent);
		if (!taken)
			return 0;
		emitter->pos = 2;
	}
	for (node = child_before(dir, emitter->pos); node != &dir->children; node = node->prev) {
		struct dentry *child = list_entry(node, struct dentry, sibling);
		struct inode *inode = child->inode;

		if (!inode)
			continue;
		if (!emitter->emit(emitter, child->name, child->name_len, child->dir_pos, inode->ino, (inode->mode & S_IFMT) >> 12))
			break;
		emitter->pos = child->dir_pos;
	}
	return 0;
}
