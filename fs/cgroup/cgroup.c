// SPDX-License-Identifier: MIT
/*
 * Control groups (man 7 cgroups) as far as programs organise themselves with them: directories, and which process
 * is in which. There are no controllers behind the names: nothing is limited or counted.
 */
#include <fs/cgroup/cgroup.h>

#include <kernel/errno.h>
#include <kernel/pid.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/parse.h>
#include <lib/string.h>

#include "cgroup_internal.h"

struct cgroup_member {
	struct list_head node;
	struct pid *pid;
};

struct mutex cgroup_lock = MUTEX_INIT(cgroup_lock);
unsigned int cgroup_nr_members;

static const struct pseudo_dir_ops cgroup_dir_ops;

/* --- members ------------------------------------------------------------------------------------- */

static bool member_is_alive(const struct cgroup_member *member)
{
	return READ_ONCE(member->pid->process);
}

static void forget_locked(struct cgroup_member *member)
{
	list_del(&member->node);
	pid_put(member->pid);
	kfree(member);
	__atomic_fetch_sub(&cgroup_nr_members, 1, __ATOMIC_RELAXED);
}

static int add_locked(struct cgroup *group, struct pid *pid)
{
	struct cgroup_member *member = kmalloc(sizeof(*member));

	if (!member)
		return -ENOMEM;
	member->pid = pid_get(pid);
	list_add_tail(&member->node, &group->members);
	__atomic_fetch_add(&cgroup_nr_members, 1, __ATOMIC_RELAXED);
	return 0;
}

/* Forgets processes that are gone. */
static void sweep_locked(struct cgroup *group)
{
	struct cgroup_member *member, *next;

	list_for_each_entry_safe(member, next, &group->members, node)
		if (!member_is_alive(member))
			forget_locked(member);
}

static struct cgroup_member *find_in_group_locked(struct cgroup *group, const struct pid *pid)
{
	struct cgroup_member *member;

	list_for_each_entry(member, &group->members, node)
		if (member->pid == pid)
			return member;
	return NULL;
}

/* A process is on at most one list of the hierarchy; if on none, it is in the root. */
static struct cgroup_member *find_locked(struct cgroup_hierarchy *hierarchy, const struct pid *pid, struct cgroup **in)
{
	struct cgroup *group;

	list_for_each_entry(group, &hierarchy->groups, hierarchy_node) {
		struct cgroup_member *member = find_in_group_locked(group, pid);

		*in = group;
		if (member)
			return member;
	}
	*in = &hierarchy->root;
	return NULL;
}

static int procs_show(struct seq *seq, void *ctx)
{
	struct cgroup *group = ctx, *in;
	struct cgroup_member *member;
	struct pid *pid;

	mutex_lock(&cgroup_lock);
	if (group->parent) {
		sweep_locked(group);
		list_for_each_entry(member, &group->members, node)
			seq_printf(seq, "%d\n", member->pid->nr);
	} else {
		for (int nr = 1; (pid = pid_next_get(nr)); ) {
			nr = pid->nr + 1;
			if (READ_ONCE(pid->process) && !find_locked(group->hierarchy, pid, &in))
				seq_printf(seq, "%d\n", pid->nr);
			pid_put(pid);
		}
	}
	mutex_unlock(&cgroup_lock);
	return 0;
}

static int move_locked(struct cgroup *group, struct pid *pid)
{
	struct cgroup *from;
	struct cgroup_member *member = find_locked(group->hierarchy, pid, &from);

	if (group->is_removed)
		return -ENODEV;
	if (member && group->parent)
		list_move_tail(&member->node, &group->members);
	else if (member)
		forget_locked(member);
	else if (group->parent)
		return add_locked(group, pid);
	return 0;
}

static ssize_t procs_store(void *ctx, const char *buf, size_t size)
{
	struct pid *pid;
	int nr, err;

	if (parse_s32(buf, 10, &nr) || nr < 0)
		return -EINVAL;
	pid = nr ? pid_find_get(nr) : pid_get(current->pid);
	if (!pid)
		return -ESRCH;
	mutex_lock(&cgroup_lock);
	err = READ_ONCE(pid->process) ? move_locked(ctx, pid) : -ESRCH;
	mutex_unlock(&cgroup_lock);
	pid_put(pid);
	return err ?: (ssize_t)size;
}

/* --- processes ----------------------------------------------------------------------------------- */

static void fork_in_locked(struct cgroup_hierarchy *hierarchy, const struct pid *parent, struct pid *child)
{
	struct cgroup *group;

	/* Without memory the child is in the root: it can be moved again. */
	if (find_locked(hierarchy, parent, &group))
		(void)(add_locked(group, child) == 0);
}

void cgroup_fork_slow(const struct pid *parent, struct pid *child)
{
	struct cgroup_hierarchy *h;

	mutex_lock(&cgroup_lock);
	list_for_each_entry(h, &cgroup_hierarchies, node)
		fork_in_locked(h, parent, child);
	if (cgroup_v2)
		fork_in_locked(cgroup_v2, parent, child);
	mutex_unlock(&cgroup_lock);
}

/* The path of a group below its root, written from its end. */
static void show_path(struct seq *seq, const struct cgroup *group)
{
	if (group->parent && group->parent->parent)
		show_path(seq, group->parent);
	seq_printf(seq, "/%s", group->parent ? pseudo_name(group->node) : "");
}

static void show_hierarchy_locked(struct seq *seq, struct cgroup_hierarchy *h, const struct pid *process)
{
	const char *comma = "";
	struct cgroup *group;

	seq_printf(seq, "%u:", h->id);
	for (unsigned int i = 0; i < NR_CGROUP_CONTROLLERS; i++) {
		if (!(h->controllers >> i & 1))
			continue;
		seq_printf(seq, "%s%s", comma, cgroup_controllers[i]);
		comma = ",";
	}
	if (*h->name)
		seq_printf(seq, "%sname=%s", comma, h->name);
	seq_puts(seq, ":");
	(void)find_locked(h, process, &group);
	show_path(seq, group);
	seq_puts(seq, "\n");
}

void cgroup_show_process(struct seq *seq, const struct pid *process)
{
	struct cgroup_hierarchy *h;

	mutex_lock(&cgroup_lock);
	list_for_each_entry_reverse(h, &cgroup_hierarchies, node)
		show_hierarchy_locked(seq, h, process);
	if (cgroup_v2)
		show_hierarchy_locked(seq, cgroup_v2, process);
	else
		seq_puts(seq, "0::/\n");
	mutex_unlock(&cgroup_lock);
}

static const struct pseudo_ops procs_ops = { .show = procs_show, .store = procs_store };

/* --- other files --------------------------------------------------------------------------------- */

static ssize_t accept_store(void *ctx, const char *buf, size_t size)
{
	return size;
}

static int events_show(struct seq *seq, void *ctx)
{
	struct cgroup *group = ctx;

	mutex_lock(&cgroup_lock);
	sweep_locked(group);
	seq_printf(seq, "populated %d\nfrozen 0\n", !list_empty(&group->members));
	mutex_unlock(&cgroup_lock);
	return 0;
}

static int stat_show(struct seq *seq, void *ctx)
{
	const struct cgroup *group = ctx;

	seq_printf(seq, "nr_descendants %u\nnr_dying_descendants 0\n", group->nr_children);
	return 0;
}

/* Texts that stay: show prints the ctx, so these files do not know their group. */
static const struct pseudo_ops text_ops = { .show = pseudo_text_show, .store = accept_store };
static const struct pseudo_ops events_ops = { .show = events_show }, stat_ops = { .show = stat_show };

struct cgroup_file {
	const char *name;
	mode_t mode;
	bool in_v1, in_v2, in_root, in_others;
	const struct pseudo_ops *ops;
	const char *text; /* with text_ops */
};

static const struct cgroup_file files[] = {
	{ "cgroup.procs", 0644, true, true, true, true, &procs_ops, NULL },
	{ "tasks", 0644, true, false, true, true, &procs_ops, NULL },
	{ "cgroup.threads", 0644, false, true, true, true, &procs_ops, NULL },
	{ "notify_on_release", 0644, true, false, true, true, &text_ops, "0\n" },
	{ "cgroup.clone_children", 0644, true, false, true, true, &text_ops, "0\n" },
	{ "cgroup.sane_behavior", 0444, true, false, true, false, &text_ops, "0\n" },
	{ "release_agent", 0644, true, false, true, false, &text_ops, "\n" },
	{ "cgroup.controllers", 0444, false, true, true, true, &text_ops, "\n" },
	{ "cgroup.subtree_control", 0644, false, true, true, true, &text_ops, "\n" },
	{ "cgroup.max.depth", 0644, false, true, true, true, &text_ops, "max\n" },
	{ "cgroup.max.descendants", 0644, false, true, true, true, &text_ops, "max\n" },
	{ "cgroup.stat", 0444, false, true, true, true, &stat_ops, NULL },
	{ "cgroup.events", 0444, false, true, false, true, &events_ops, NULL },
	{ "cgroup.type", 0644, false, true, false, true, &text_ops, "domain\n" },
	{ "cgroup.freeze", 0644, false, true, false, true, &text_ops, "0\n" },
};

static void add_files(struct cgroup *group)
{
	bool is_v2 = group->hierarchy->is_v2, is_root = !group->parent;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const struct cgroup_file *file = &files[i];

		if (!(is_v2 ? file->in_v2 : file->in_v1) || !(is_root ? file->in_root : file->in_others))
			continue;
		pseudo_put(pseudo_add_file(group->node, file->name, file->mode, file->ops,
			file->ops == &text_ops ? (void *)file->text : group));
	}
}

/* --- directories --------------------------------------------------------------------------------- */

int cgroup_root_init(struct cgroup_hierarchy *hierarchy)
{
	struct cgroup *root = &hierarchy->root;

	root->hierarchy = hierarchy;
	root->node = pseudo_root_create(0555);
	if (!root->node)
		return -ENOMEM;
	list_init(&root->members);
	list_init(&hierarchy->groups);
	pseudo_set_dir_ops(root->node, &cgroup_dir_ops, root);
	add_files(root);
	return 0;
}

static int cgroup_mkdir(void *ctx, struct pseudo_node *dir, const char *name, mode_t mode)
{
	struct cgroup *parent = ctx, *group = kzalloc(sizeof(*group));

	if (!group)
		return -ENOMEM;
	group->node = pseudo_mkdir_mode(dir, name, mode);
	if (!group->node) {
		kfree(group);
		return -ENOMEM;
	}
	group->hierarchy = parent->hierarchy;
	group->parent = parent;
	list_init(&group->members);
	pseudo_set_dir_ops(group->node, &cgroup_dir_ops, group);
	add_files(group);
	mutex_lock(&cgroup_lock);
	parent->nr_children++;
	list_add_tail(&group->hierarchy_node, &group->hierarchy->groups);
	mutex_unlock(&cgroup_lock);
	return 0;
}

static int cgroup_rmdir(void *ctx, struct pseudo_node *child)
{
	struct cgroup *parent = ctx, *group = pseudo_ctx(child);
	bool is_busy;

	mutex_lock(&cgroup_lock);
	sweep_locked(group);
	is_busy = group->nr_children || !list_empty(&group->members);
	if (!is_busy) {
		parent->nr_children--;
		list_del(&group->hierarchy_node);
		group->is_removed = true; /* a write to its files may still be under way */
	}
	mutex_unlock(&cgroup_lock);
	if (is_busy)
		return -EBUSY;
	pseudo_remove(child);
	pseudo_put(group->node);
	kfree(group);
	return 0;
}

static const struct pseudo_dir_ops cgroup_dir_ops = { .mkdir = cgroup_mkdir, .rmdir = cgroup_rmdir };
