// SPDX-License-Identifier: MIT
/* Who serves which device number: a short list of ranges, rarely changed. */
#include <fs/device_node.h>

#include <kernel/errno.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <lib/list.h>
#include <linux/stat.h>

struct device_range {
	struct list_head node; /* by major, then minor */
	mode_t type;
	dev_t first, last;
	const char *name;
	const struct file_ops *ops;
};

static struct spinlock ranges_lock = SPINLOCK_INIT;
static LIST_HEAD(ranges); /* guarded by ranges_lock */

int device_numbers_register(mode_t mode, unsigned int major, unsigned int first_minor, unsigned int count, const char *name, const struct file_ops *ops)
{
	struct device_range *range = kzalloc(sizeof(*range)), *other;
	struct list_head *before = &ranges;

	if (!range)
		return -ENOMEM;
	range->type = mode & S_IFMT;
	range->first = DEV_MAKE(major, first_minor);
	range->last = range->first + count - 1;
	range->name = name;
	range->ops = ops;

	spin_lock(&ranges_lock);
	list_for_each_entry(other, &ranges, node) {
		if (other->type == range->type && other->first <= range->last && range->first <= other->last) {
			spin_unlock(&ranges_lock);
			kfree(range);
			return -EBUSY;
		}
		if (other->first > range->last && before == &ranges)
			before = &other->node;
	}
	list_add_tail(&range->node, before);
	spin_unlock(&ranges_lock);
	return 0;
}

void device_numbers_unregister(mode_t mode, unsigned int major, unsigned int first_minor, unsigned int count)
{
	struct device_range *range, *next;
	dev_t first = DEV_MAKE(major, first_minor);

	spin_lock(&ranges_lock);
	list_for_each_entry_safe(range, next, &ranges, node) {
		if (range->type != (mode & S_IFMT) || range->first != first || range->last != first + count - 1)
			continue;
		list_del(&range->node);
		kfree(range);
	}
	spin_unlock(&ranges_lock);
}

const struct file_ops *device_ops_find(mode_t mode, dev_t dev)
{
	const struct file_ops *ops = NULL;
	struct device_range *range;

	spin_lock(&ranges_lock);
	list_for_each_entry(range, &ranges, node) {
		if (range->type == (mode & S_IFMT) && range->first <= dev && dev <= range->last) {
			ops = range->ops;
			break;
		}
	}
	spin_unlock(&ranges_lock);
	return ops;
}

int device_numbers_walk(mode_t mode, int (*fn)(void *ctx, unsigned int major, const char *name), void *ctx)
{
	struct device_range *range;
	const char *last_name = NULL;
	unsigned int last_major = 0;
	int ret = 0;

	spin_lock(&ranges_lock);
	list_for_each_entry(range, &ranges, node) {
		unsigned int major = DEV_MAJOR(range->first);

		if (range->type != (mode & S_IFMT) || (last_name == range->name && last_major == major))
			continue;
		last_name = range->name;
		last_major = major;
		ret = fn(ctx, major, range->name);
		if (ret)
			break;
	}
	spin_unlock(&ranges_lock);
	return ret;
}
