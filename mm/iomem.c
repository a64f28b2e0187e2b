// SPDX-License-Identifier: MIT
/* The physical address map as a tree: a range lies below the smallest one that holds it. */
#include <mm/iomem.h>

#include <boot/boot_info.h>
#include <kernel/cred.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kernel/pseudo_file.h>
#include <kernel/spinlock.h>
#include <lib/alloc.h>
#include <lib/string.h>

/* The linker script's. */
extern const char __image_start[], __text_start[], __text_end[], __rodata_start[], __rodata_end[];
extern const char __data_start[], __data_end[], __bss_start[], __bss_end[];

static struct spinlock lock = SPINLOCK_INIT;

/* Guarded by lock. */
static struct iomem_resource iomem_root = { .end = UINT64_MAX, .name = "PCI mem" };
static struct iomem_resource ioport_root = { .end = 0xffff, .name = "PCI IO" };

static bool contains(const struct iomem_resource *outer, paddr_t start, paddr_t end)
{
	return outer->start <= start && end <= outer->end;
}

/* A run of siblings that lies inside the new range becomes its children. */
static int insert_locked(struct iomem_resource *parent, struct iomem_resource *new)
{
	struct iomem_resource **link = &parent->child, *last = NULL;

	while (*link && (*link)->end < new->start)
		link = &(*link)->sibling;
	if (*link && contains(*link, new->start, new->end) &&
		!((*link)->start == new->start && (*link)->end == new->end && !(*link)->child && (*link)->name == new->name))
		return insert_locked(*link, new);
	for (struct iomem_resource *at = *link; at && at->start <= new->end; at = at->sibling) {
		if (!contains(new, at->start, at->end))
			return -EBUSY;
		last = at;
	}
	new->parent = parent;
	if (last) {
		new->child = *link;
		for (struct iomem_resource *at = new->child; at != last->sibling; at = at->sibling)
			at->parent = new;
		new->sibling = last->sibling;
		last->sibling = NULL;
	} else {
		new->sibling = *link;
	}
	*link = new;
	return 0;
}

static int add(struct iomem_resource *root, paddr_t start, paddr_t end, const char *name)
{
	struct iomem_resource *res;
	unsigned long irq;
	int err;

	if (end < start || end > root->end)
		return -EINVAL;
	res = kzalloc(sizeof(*res));
	if (!res)
		return -ENOMEM;
	res->start = start;
	res->end = end;
	res->name = name;
	irq = spin_lock_irqsave(&lock);
	err = insert_locked(root, res);
	spin_unlock_irqrestore(&lock, irq);
	if (err)
		kfree(res);
	return err;
}

int iomem_add(paddr_t start, paddr_t end, const char *name)
{
	return add(&iomem_root, start, end, name);
}

int ioport_add(uint16_t start, uint16_t end, const char *name)
{
	return add(&ioport_root, start, end, name);
}

static struct iomem_resource *find_locked(struct iomem_resource *root, paddr_t start, paddr_t end)
{
	struct iomem_resource *found = NULL;

	for (struct iomem_resource *at = root->child; at; ) {
		if (!contains(at, start, end)) {
			at = at->sibling;
			continue;
		}
		if (at->start == start && at->end == end)
			found = at;
		at = at->child;
	}
	return found;
}

/* Children of what goes move up. */
static void unlink_locked(struct iomem_resource *res)
{
	struct iomem_resource **link = &res->parent->child, *last;

	while (*link != res)
		link = &(*link)->sibling;
	if (!res->child) {
		*link = res->sibling;
		return;
	}
	*link = last = res->child;
	last->parent = res->parent;
	while (last->sibling) {
		last = last->sibling;
		last->parent = res->parent;
	}
	last->sibling = res->sibling;
}

void iomem_remove(paddr_t start, paddr_t end)
{
	unsigned long irq = spin_lock_irqsave(&lock);
	struct iomem_resource *res = find_locked(&iomem_root, start, end);

	if (res)
		unlink_locked(res);
	spin_unlock_irqrestore(&lock, irq);
	kfree(res);
}

static int walk(struct iomem_resource *root, int (*fn)(void *ctx, const struct iomem_resource *res, unsigned int depth), void *ctx)
{
	struct iomem_resource *at = root->child;
	unsigned int depth = 0;
	unsigned long irq = spin_lock_irqsave(&lock);
	int ret = 0;

	while (at && !ret) {
		ret = fn(ctx, at, depth);
		if (at->child) {
			at = at->child;
			depth++;
			continue;
		}
		while (at != root && !at->sibling) {
			at = at->parent;
			depth--;
		}
		at = at == root ? NULL : at->sibling;
	}
	spin_unlock_irqrestore(&lock, irq);
	return ret;
}

int iomem_walk(int (*fn)(void *ctx, const struct iomem_resource *res, unsigned int depth), void *ctx)
{
	return walk(&iomem_root, fn, ctx);
}

int ioport_walk(int (*fn)(void *ctx, const struct iomem_resource *res, unsigned int depth), void *ctx)
{
	return walk(&ioport_root, fn, ctx);
}

bool iomem_is_ram(paddr_t start, paddr_t end)
{
	bool is_ram = false;
	unsigned long irq = spin_lock_irqsave(&lock);

	for (struct iomem_resource *at = iomem_root.child; at && !is_ram; at = at->sibling)
		is_ram = contains(at, start, end) && !strcmp(at->name, "System RAM");
	spin_unlock_irqrestore(&lock, irq);
	return is_ram;
}

/* --- at boot ------------------------------------------------------------------------------------- */

static const char *type_name(uint32_t type)
{
	switch (type) {
	case BOOT_MEM_USABLE:
		return "System RAM";
	case BOOT_MEM_ACPI:
		return "ACPI Tables";
	case BOOT_MEM_ACPI_NVS:
		return "ACPI Non-volatile Storage";
	case BOOT_MEM_UNUSABLE:
		return "Unusable memory";
	case BOOT_MEM_PMEM:
		return "Persistent Memory";
	case BOOT_MEM_PRAM:
		return "Persistent Memory (legacy)";
	case BOOT_MEM_SOFT_RESERVED:
		return "Soft Reserved";
	default:
		return "Reserved";
	}
}

static void add_at_boot(paddr_t start, paddr_t end, const char *name)
{
	if (end > start && iomem_add(start, end - 1, name))
		pr_warn("iomem: no place for %s at %#llx\n", name, (unsigned long long)start);
}

static void add_image_part(const struct boot_info *info, const char *start, const char *end, const char *name)
{
	add_at_boot(info->kernel_start + (start - __image_start), info->kernel_start + (end - __image_start), name);
}

void iomem_init(const struct boot_info *info)
{
	for (unsigned int i = 0; i < info->nr_map; i++)
		add_at_boot(info->map[i].start, info->map[i].start + info->map[i].size_bytes,
			type_name(info->map[i].type));
	add_image_part(info, __text_start, __text_end, "Kernel code");
	add_image_part(info, __rodata_start, __rodata_end, "Kernel rodata");
	add_image_part(info, __data_start, __data_end, "Kernel data");
	add_image_part(info, __bss_start, __bss_end, "Kernel bss");
}

/* --- /proc/iomem, /proc/ioports ------------------------------------------------------------------ */

struct text {
	struct seq *seq;
	unsigned int digits;
	bool hide;
};

static int print_resource(void *ctx, const struct iomem_resource *res, unsigned int depth)
{
	struct text *text = ctx;

	seq_printf(text->seq, "%*s%0*llx-%0*llx : %s\n", depth * 2, "", text->digits,
		text->hide ? 0ull : (unsigned long long)res->start, text->digits,
		text->hide ? 0ull : (unsigned long long)res->end, res->name);
	return 0;
}

static int iomem_show(struct seq *seq, void *ctx __maybe_unused)
{
	struct text text = { seq, 8, !capable(CAP_SYS_ADMIN) };

	return iomem_walk(print_resource, &text);
}
PROC_FILE("iomem", 0444, { .show = iomem_show });

static int ioports_show(struct seq *seq, void *ctx __maybe_unused)
{
	struct text text = { seq, 4, !capable(CAP_SYS_ADMIN) };

	return ioport_walk(print_resource, &text);
}
PROC_FILE("ioports", 0444, { .show = ioports_show });
