// SPDX-License-Identifier: MIT
/*
 * Memory files: inodes of a tmpfs that nothing else shows, with operations that look at the seals first and then do
 * what tmpfs does.
 */
#include <fs/memfd.h>

#include <fs/dentry.h>
#include <fs/file.h>
#include <fs/file_internal.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <lib/atomic.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/falloc.h>
#include <linux/fcntl.h>
#include <linux/limits.h>
#include <linux/memfd.h>
#include <mm/vm_space.h>

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)
#define WRITE_SEALS (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

static struct mutex create_lock = MUTEX_INIT(create_lock);

/* Guarded by create_lock until they are set: the tmpfs's operations are those of its first file. */
static struct mount *memfd_mount;
static const struct file_ops *tmpfs_file_ops;
static const struct inode_ops *tmpfs_inode_ops;
static struct file_ops memfd_file_ops;
static struct inode_ops memfd_inode_ops;

/* Who writes holds it from the look at the seals on, for reading; who seals waits for them. */
static struct rwsem seal_lock = RWSEM_INIT(seal_lock);

static bool is_memfd(const struct file *file)
{
	return file->inode && memfd_mount && file->inode->ops == &memfd_inode_ops;
}

/* --- operations that seals forbid ---------------------------------------------------------------- */

static ssize_t write_unsealed(struct file *file, struct uio *uio, loff_t *pos)
{
	struct inode *inode = file->inode;
	unsigned int seals = atomic_load(&inode->seals);
	uint64_t at = file->flags & O_APPEND && !uio->no_append ? inode->size : (uint64_t)*pos;

	if (seals & WRITE_SEALS && uio->left)
		return -EPERM;
	if (seals & F_SEAL_GROW && at + uio->left > inode->size) {
		/* What fits is written, as Linux does page by page. */
		if (at >= inode->size)
			return -EPERM;
		uio->left = inode->size - at;
	}
	return tmpfs_file_ops->write(file, uio, pos);
}

static ssize_t memfd_write(struct file *file, struct uio *uio, loff_t *pos)
{
	ssize_t ret;

	rwsem_read_lock(&seal_lock);
	ret = write_unsealed(file, uio, pos);
	rwsem_read_unlock(&seal_lock);
	return ret;
}

static int fallocate_unsealed(struct file *file, int mode, loff_t offset, loff_t len)
{
	unsigned int seals = atomic_load(&file->inode->seals);

	if (mode & FALLOC_FL_PUNCH_HOLE && seals & WRITE_SEALS)
		return -EPERM;
	if (!(mode & FALLOC_FL_PUNCH_HOLE) && seals & F_SEAL_GROW && (uint64_t)(offset + len) > file->inode->size)
		return -EPERM;
	return tmpfs_file_ops->fallocate(file, mode, offset, len);
}

static int memfd_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	int err;

	rwsem_read_lock(&seal_lock);
	err = fallocate_unsealed(file, mode, offset, len);
	rwsem_read_unlock(&seal_lock);
	return err;
}

static bool is_write_sealed(const struct file *file)
{
	return atomic_load(&file->inode->seals) & WRITE_SEALS;
}

/* A seal that comes meanwhile sees the mapping, or is seen here after the mapping is known. */
static int memfd_mmap(struct file *file, struct vma *vma)
{
	bool shared = vma->flags & VMA_SHARED;
	int err;

	if (shared && vma->flags & VMA_WRITE && is_write_sealed(file))
		return -EPERM;
	err = tmpfs_file_ops->mmap(file, vma);
	if (err || !shared || !is_write_sealed(file))
		return err;
	if (vma->flags & VMA_WRITE) {
		vma->ops->close(vma);
		return -EPERM;
	}
	vma->flags &= ~VMA_MAY_WRITE;
	return 0;
}

static int memfd_setattr(struct inode *inode, const struct inode_attr *attr)
{
	unsigned int seals = atomic_load(&inode->seals);

	if (attr->valid & ATTR_SIZE && ((seals & F_SEAL_SHRINK && attr->size < inode->size) ||
					       (seals & F_SEAL_GROW && attr->size > inode->size)))
		return -EPERM;
	if (attr->valid & ATTR_MODE && seals & F_SEAL_EXEC && (attr->mode ^ inode->mode) & 0111)
		return -EPERM;
	return tmpfs_inode_ops->setattr ? tmpfs_inode_ops->setattr(inode, attr) : inode_setattr_simple(inode, attr);
}

/* --- seals --------------------------------------------------------------------------------------- */

int memfd_get_seals(struct file *file)
{
	return is_memfd(file) ? (int)atomic_load(&file->inode->seals) : -EINVAL;
}

/* vma_lock held. */
static bool is_mapped_writable(const struct address_space *mapping)
{
	struct vma *vma;
	bool found = false;

	list_for_each_entry(vma, &mapping->vmas, mapping_node)
		found |= vma->flags & VMA_SHARED && vma->flags & VMA_MAY_WRITE;
	return found;
}

int memfd_add_seals(struct file *file, unsigned int seals)
{
	struct inode *inode = file->inode;
	int err = 0;

	if (!(file->mode & FILE_WRITE))
		return -EPERM;
	if (seals & ~ALL_SEALS || !is_memfd(file))
		return -EINVAL;
	rwsem_write_lock(&seal_lock);
	rwsem_write_lock(&inode->lock);
	mutex_lock(&inode->mapping->vma_lock);
	if (inode->seals & F_SEAL_SEAL)
		err = -EPERM;
	else if (seals & F_SEAL_WRITE && !(inode->seals & F_SEAL_WRITE) && is_mapped_writable(inode->mapping))
		err = -EBUSY;
	else
		atomic_fetch_or(&inode->seals, seals);
	mutex_unlock(&inode->mapping->vma_lock);
	rwsem_write_unlock(&inode->lock);
	rwsem_write_unlock(&seal_lock);
	return err;
}

/* --- creation ------------------------------------------------------------------------------------ */

static void memfd_name(struct dentry *dentry, char *buf, size_t size)
{
	scnprintf(buf, size, "/%s (deleted)", dentry->name);
}

static const struct dentry_ops memfd_dentry_ops = { .name = memfd_name };

static int mount_once(void)
{
	const struct file_system_type *type = file_system_find("tmpfs", 5);
	struct super_block *sb;
	int err;

	if (memfd_mount)
		return 0;
	err = type ? super_block_get(type, "memfd", 0, "size=0,nr_inodes=0", &sb) : -ENODEV;
	if (err)
		return err;
	memfd_mount = mount_alloc(sb, sb->root, 0, "memfd");
	if (memfd_mount) {
		memfd_mount->is_internal = true;
		return 0;
	}
	super_block_put(sb);
	return -ENOMEM;
}

static void set_ops(struct inode *inode)
{
	if (!tmpfs_file_ops) {
		memfd_file_ops = *inode->file_ops;
		memfd_file_ops.write = memfd_write;
		memfd_file_ops.fallocate = memfd_fallocate;
		memfd_file_ops.mmap = memfd_mmap;
		tmpfs_file_ops = inode->file_ops;
		memfd_inode_ops = *inode->ops;
		memfd_inode_ops.setattr = memfd_setattr;
		tmpfs_inode_ops = inode->ops;
	}
	inode->file_ops = &memfd_file_ops;
	inode->ops = &memfd_inode_ops;
}

static int make_inode(unsigned int flags, struct inode **out)
{
	struct inode *dir;
	int err;

	mutex_lock(&create_lock);
	err = mount_once();
	if (!err) {
		dir = memfd_mount->root->inode;
		err = dir->ops->tmpfile(dir, S_IFREG | (flags & MFD_NOEXEC_SEAL ? 0666 : 0777), out);
	}
	if (!err)
		set_ops(*out);
	mutex_unlock(&create_lock);
	if (err)
		return err;
	if (flags & MFD_NOEXEC_SEAL)
		(*out)->seals = F_SEAL_EXEC;
	else if (!(flags & MFD_ALLOW_SEALING))
		(*out)->seals = F_SEAL_SEAL;
	return 0;
}

int memfd_create(const char *name, unsigned int flags, struct file **out)
{
	char full_name[NAME_MAX + 1];
	struct inode *inode;
	struct path path;
	int err;

	if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC) ||
		(flags & MFD_NOEXEC_SEAL && flags & MFD_EXEC))
		return -EINVAL;
	if (scnprintf(full_name, sizeof(full_name), "memfd:%s", name) >= NAME_MAX)
		return -EINVAL;
	err = make_inode(flags, &inode);
	if (err)
		return err;
	path = (struct path){ memfd_mount, dentry_alloc(memfd_mount->root, full_name, strlen(full_name)) };
	if (!path.dentry) {
		inode_put(inode);
		return -ENOMEM;
	}
	/* Not dentry_instantiate(): a tmpfs pins its names, and this one goes with its last user. */
	path.dentry->inode = inode;
	path.dentry->ops = &memfd_dentry_ops;
	err = file_open_path(&path, O_RDWR | O_LARGEFILE, out);
	dentry_put(path.dentry);
	if (!err) {
		/* As on Linux, it may be executed and kexec'ed while it is open. */
		file_drop_write(*out);
		(*out)->mode |= FILE_UNCOUNTED;
	}
	return err;
}
