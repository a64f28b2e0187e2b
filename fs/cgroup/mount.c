// SPDX-License-Identifier: MIT
/*
 * Mounting cgroup (version 1) and cgroup2. A version 1 hierarchy is the set of controllers that its mount names: the
 * same set again is the same hierarchy, a controller of another one is busy (man 7 cgroups).
 */
#include "cgroup_internal.h"

#include <fs/super_block.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <linux/magic.h>

const char *const cgroup_controllers[NR_CGROUP_CONTROLLERS] = {
	"cpuset", "cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "net_cls", "perf_event", "net_prio",
	"hugetlb", "pids", "rdma", "misc",
};

#define ALL_CONTROLLERS ((1u << NR_CGROUP_CONTROLLERS) - 1)

LIST_HEAD(cgroup_hierarchies);
struct cgroup_hierarchy *cgroup_v2;

static unsigned int last_id; /* guarded by cgroup_lock */

struct options {
	uint32_t controllers;
	bool none, all;
	char name[64];
};

static int parse_option(void *ctx, const char *key, const char *value)
{
	static const char *const ignored[] = { "noprefix", "clone_children", "cpuset_v2_mode", "xattr", "release_agent",
		"favordynmods", "nofavordynmods" };
	struct options *options = ctx;

	if (!strcmp(key, "name"))
		return !value || !*value || strscpy(options->name, value, sizeof(options->name)) < 0 ? -EINVAL : 0;
	if (!strcmp(key, "none") || !strcmp(key, "all")) {
		options->none |= key[0] == 'n';
		options->all |= key[0] == 'a';
		return 0;
	}
	for (unsigned int i = 0; i < NR_CGROUP_CONTROLLERS; i++) {
		if (strcmp(key, cgroup_controllers[i]))
			continue;
		options->controllers |= 1u << i;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		if (!strcmp(key, ignored[i]))
			return 0;
	return -EINVAL;
}

static int check_options(struct options *options)
{
	if (options->all && options->controllers)
		return -EINVAL;
	if (options->none && (options->controllers || options->all || !*options->name))
		return -EINVAL;
	if (!options->controllers && !options->none && (options->all || !*options->name))
		options->controllers = ALL_CONTROLLERS;
	return 0;
}

/* 0 and the hierarchy with those options, if there is one; -EBUSY: another has one of the controllers. */
static int find_locked(const struct options *options, struct cgroup_hierarchy **out)
{
	struct cgroup_hierarchy *h;

	*out = NULL;
	list_for_each_entry(h, &cgroup_hierarchies, node) {
		if (h->controllers == options->controllers && !strcmp(h->name, options->name)) {
			*out = h;
			return 0;
		}
		if (h->controllers & options->controllers || (*h->name && !strcmp(h->name, options->name)))
			return -EBUSY;
	}
	return 0;
}

static struct cgroup_hierarchy *create_locked(const struct options *options, bool is_v2)
{
	struct cgroup_hierarchy *h = kzalloc(sizeof(*h));

	if (!h)
		return NULL;
	h->controllers = options->controllers;
	h->is_v2 = is_v2;
	strscpy(h->name, options->name, sizeof(h->name));
	if (cgroup_root_init(h)) {
		kfree(h);
		return NULL;
	}
	if (!is_v2) {
		h->id = ++last_id;
		list_add_tail(&h->node, &cgroup_hierarchies);
	}
	return h;
}

/* A hierarchy without groups goes with its last mount; one with groups stays as it is. */
static void put_hierarchy(struct cgroup_hierarchy *h)
{
	bool is_last;

	mutex_lock(&cgroup_lock);
	is_last = !--h->nr_mounts && !h->is_v2 && list_empty(&h->groups);
	if (is_last)
		list_del(&h->node);
	mutex_unlock(&cgroup_lock);
	if (!is_last)
		return;
	pseudo_remove(h->root.node);
	pseudo_put(h->root.node);
	kfree(h);
}

/* --- version 1 ----------------------------------------------------------------------------------- */

struct cgroup_super {
	struct pseudo_fs fs; /* first: pseudo_* look at it */
	struct cgroup_hierarchy *hierarchy;
};

static void v1_kill(struct super_block *sb)
{
	struct cgroup_super *super = sb->private_data;

	put_hierarchy(super->hierarchy);
	kfree(super);
}

static void v1_show_options(struct super_block *sb, char *buf, size_t size)
{
	const struct cgroup_hierarchy *h = ((struct cgroup_super *)sb->private_data)->hierarchy;
	size_t n = 0;

	for (unsigned int i = 0; i < NR_CGROUP_CONTROLLERS; i++)
		if (h->controllers >> i & 1)
			n += scnprintf(buf + n, size - n, ",%s", cgroup_controllers[i]);
	if (*h->name)
		scnprintf(buf + n, size - n, ",name=%s", h->name);
}

static struct super_ops v1_super_ops;

static int fill(struct super_block *sb, struct cgroup_hierarchy *h)
{
	struct cgroup_super *super = kzalloc(sizeof(*super));
	int err;

	if (!super)
		return -ENOMEM;
	super->fs.magic = CGROUP_SUPER_MAGIC;
	super->hierarchy = h;
	err = pseudo_fill_super(sb, h->root.node, &super->fs);
	if (err) {
		kfree(super);
		return err;
	}
	v1_super_ops = *sb->ops;
	v1_super_ops.kill = v1_kill;
	v1_super_ops.show_options = v1_show_options;
	sb->ops = &v1_super_ops;
	return 0;
}

static int v1_fill_super(struct super_block *sb, const char *source, const char *data)
{
	struct options options = { 0 };
	struct cgroup_hierarchy *h = NULL;
	int err = mount_options_parse(data, parse_option, &options);

	if (!err)
		err = check_options(&options);
	if (err)
		return err;
	mutex_lock(&cgroup_lock);
	err = find_locked(&options, &h);
	if (!err && !h)
		h = create_locked(&options, false);
	if (h)
		h->nr_mounts++;
	mutex_unlock(&cgroup_lock);
	if (err || !h)
		return err ?: -ENOMEM;
	err = fill(sb, h);
	if (err)
		put_hierarchy(h);
	return err;
}

static const struct file_system_type cgroup_type = { .name = "cgroup", .fill_super = v1_fill_super };
FILESYSTEM(cgroup_type);

/* --- version 2 ----------------------------------------------------------------------------------- */

static const struct pseudo_fs cgroup2_fs = { .magic = CGROUP2_SUPER_MAGIC };

static int parse_v2_option(void *ctx, const char *key, const char *value)
{
	static const char *const known[] = { "nsdelegate", "favordynmods", "memory_localevents", "memory_recursiveprot",
		"memory_hugetlb_accounting", "pids_localevents" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(key, known[i]))
			return 0;
	return -EINVAL;
}

static int v2_fill_super(struct super_block *sb, const char *source, const char *data)
{
	const struct options none = { 0 };
	struct cgroup_hierarchy *h;
	int err = mount_options_parse(data, parse_v2_option, NULL);

	if (err)
		return err;
	mutex_lock(&cgroup_lock);
	h = cgroup_v2 ?: create_locked(&none, true);
	cgroup_v2 = h;
	mutex_unlock(&cgroup_lock);
	return h ? pseudo_fill_super(sb, h->root.node, &cgroup2_fs) : -ENOMEM;
}

static const struct file_system_type cgroup2_type = {
	.name = "cgroup2",
	.flags = FS_SINGLE,
	.fill_super = v2_fill_super,
};
FILESYSTEM(cgroup2_type);

/* --- /proc/cgroups ------------------------------------------------------------------------------- */

static int cgroups_show(struct seq *seq, void *ctx)
{
	seq_puts(seq, "#subsys_name\thierarchy\tnum_cgroups\tenabled\n");
	mutex_lock(&cgroup_lock);
	for (unsigned int i = 0; i < NR_CGROUP_CONTROLLERS; i++) {
		unsigned int id = 0, nr_groups = 1;
		struct cgroup_hierarchy *h;
		struct cgroup *group;

		list_for_each_entry(h, &cgroup_hierarchies, node) {
			if (!(h->controllers >> i & 1))
				continue;
			id = h->id;
			list_for_each_entry(group, &h->groups, hierarchy_node)
				nr_groups++;
		}
		seq_printf(seq, "%s\t%u\t%u\t1\n", cgroup_controllers[i], id, nr_groups);
	}
	mutex_unlock(&cgroup_lock);
	return 0;
}
PROC_FILE("cgroups", 0444, { .show = cgroups_show });
