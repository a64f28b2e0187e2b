// SPDX-License-Identifier: MIT
/* The slow side of fs/notify.h: somebody watches something. */
#include <fs/notify.h>

#include <fs/dentry.h>
#include <fs/inode.h>

unsigned int notify_watch_count;
void (*notify_hook)(struct inode *inode, uint32_t mask, uint32_t cookie, const char *name);

static uint32_t notify_mask(struct inode *inode, uint32_t mask)
{
	return S_ISDIR(inode->mode) ? mask | IN_ISDIR : mask;
}

void notify_dentry_slow(struct dentry *dentry, uint32_t mask)
{
	struct inode *inode = dentry->inode;
	struct dentry *parent;

	if (!inode || !notify_hook)
		return;
	rwsem_read_lock(&rename_lock); /* the name stays */
	parent = dentry_parent_get(dentry);
	mask = notify_mask(inode, mask);
	if (parent != dentry && parent->inode && parent->inode->watches)
		notify_hook(parent->inode, mask, 0, dentry->name);
	if (inode->watches)
		notify_hook(inode, mask, 0, NULL);
	rwsem_read_unlock(&rename_lock);
	dentry_put(parent);
}

void notify_dir_slow(struct inode *dir, uint32_t mask, uint32_t cookie, const struct dentry *entry)
{
	if (!notify_hook || !dir->watches)
		return;
	rwsem_read_lock(&rename_lock); /* the name stays */
	notify_hook(dir, entry->inode ? notify_mask(entry->inode, mask) : mask, cookie, entry->name);
	rwsem_read_unlock(&rename_lock);
}

void notify_inode_slow(struct inode *inode, uint32_t mask)
{
	if (notify_hook && inode->watches)
		notify_hook(inode, mask, 0, NULL);
}
