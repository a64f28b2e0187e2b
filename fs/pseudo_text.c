// SPDX-License-Identifier: MIT
/*
 * Reading and writing pseudo files. The text of an open file is made at the first read and again after a seek to
 * the start; what is read in between comes from that one text, so that a reader never sees two states mixed.
 */
#include "pseudo_internal.h"

#include <arch/layout.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/fs.h>
#include <mm/uio.h>

struct pseudo_text {
	int (*show)(struct seq *seq, void *ctx);
	void *ctx;
	struct mutex lock;

	/* Guarded by lock. */
	struct seq seq;
	bool is_made;
};

int pseudo_text_open(struct file *file, int (*show)(struct seq *seq, void *ctx), void *ctx)
{
	struct pseudo_text *text = kzalloc(sizeof(*text));

	if (!text)
		return -ENOMEM;
	mutex_init(&text->lock);
	text->show = show;
	text->ctx = ctx;
	file->private_data = text;
	return 0;
}

void pseudo_text_release(struct file *file)
{
	struct pseudo_text *text = file->private_data;

	kfree(text->seq.buf);
	kfree(text);
}

void *pseudo_text_ctx(const struct file *file)
{
	return ((struct pseudo_text *)file->private_data)->ctx;
}

static int make_text(struct pseudo_text *text)
{
	int err;

	text->seq.len = 0;
	text->seq.error = 0;
	text->is_made = false;
	err = text->show(&text->seq, text->ctx);
	if (!err)
		err = text->seq.error;
	text->is_made = !err;
	return err;
}

ssize_t pseudo_text_read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct pseudo_text *text = file->private_data;
	ssize_t ret = 0;

	mutex_lock(&text->lock);
	if (*pos == 0 || !text->is_made)
		ret = make_text(text);
	if (!ret && *pos >= 0 && (uint64_t)*pos < text->seq.len && uio->left) {
		size_t n = min(text->seq.len - (size_t)*pos, uio->left);

		ret = uio_copy_to(uio, text->seq.buf + *pos, n);
		if (ret)
			*pos += ret;
		else
			ret = -EFAULT;
	}
	mutex_unlock(&text->lock);
	return ret;
}

loff_t pseudo_text_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence == SEEK_CUR)
		offset += file->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	if (offset < 0)
		return -EINVAL;
	file->pos = offset;
	return offset;
}

int pseudo_copy_text(struct uio *uio, char **out, size_t *size)
{
	size_t n = min_t(size_t, uio->left, PAGE_SIZE - 1);
	char *buf = kmalloc(n + 1);

	if (!buf)
		return -ENOMEM;
	if (uio_copy_from(uio, buf, n) != n) {
		kfree(buf);
		return -EFAULT;
	}
	buf[n] = '\0';
	*out = buf;
	*size = n;
	return 0;
}

/* --- files of the tree --------------------------------------------------------------------------- */

static struct pseudo_node *file_node(const struct file *file)
{
	return file->inode->private_data;
}

static int node_show(struct seq *seq, void *ctx)
{
	struct pseudo_node *node = ctx;

	return node->ops->show(seq, node->ctx);
}

static int open(struct inode *inode, struct file *file)
{
	struct pseudo_node *node = inode->private_data;

	return node->ops->show ? pseudo_text_open(file, node_show, node) : 0;
}

static void release(struct file *file)
{
	if (file->private_data)
		pseudo_text_release(file);
}

static ssize_t read(struct file *file, struct uio *uio, loff_t *pos)
{
	struct pseudo_node *node = file_node(file);
	ssize_t ret = -EIO;

	if (!pseudo_enter(node))
		return -ENODEV;
	if (node->ops->read_at) {
		ret = node->ops->read_at(node->ctx, uio, *pos);
		if (ret > 0)
			*pos += ret;
	} else if (node->ops->show) {
		ret = pseudo_text_read(file, uio, pos);
	}
	pseudo_leave(node);
	return ret;
}

static ssize_t store(struct pseudo_node *node, struct uio *uio)
{
	char *text;
	size_t size;
	ssize_t ret = pseudo_copy_text(uio, &text, &size);

	if (ret)
		return ret;
	ret = node->ops->store(node->ctx, text, size);
	kfree(text);
	return ret;
}

static ssize_t write(struct file *file, struct uio *uio, loff_t *pos)
{
	struct pseudo_node *node = file_node(file);
	ssize_t ret = -EIO;

	if (!pseudo_enter(node))
		return -ENODEV;
	if (node->ops->write_at)
		ret = node->ops->write_at(node->ctx, uio, *pos);
	else if (node->ops->store)
		ret = store(node, uio);
	pseudo_leave(node);
	if (ret > 0)
		*pos += ret;
	return ret;
}

static loff_t llseek(struct file *file, loff_t offset, int whence)
{
	if (file_node(file)->ops->read_at)
		return generic_llseek(file, offset, whence);
	return pseudo_text_llseek(file, offset, whence);
}

const struct file_ops pseudo_file_ops = {
	.open = open,
	.release = release,
	.read = read,
	.write = write,
	.llseek = llseek,
};
