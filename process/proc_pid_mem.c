// SPDX-License-Identifier: MIT
/* /proc/PID/maps, smaps, mem, cmdline, environ, auxv. */
#include <process/proc_pid.h>

#include <fs/dentry.h>
#include <fs/device_node.h>
#include <fs/file.h>
#include <fs/fs_context.h>
#include <fs/inode.h>
#include <fs/super_block.h>
#include <kernel/errno.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <mm/page.h>
#include <mm/uio.h>
#include <mm/vm_space.h>
#include <process/process.h>

#define NAME_COLUMN 73

/* --- maps ------------------------------------------------------------------------------------------------------ */

static const char *vma_text(struct vma *vma, const struct path *root, char *buf, size_t size)
{
	const struct vm_space *vm = vma->space;
	const char *text;

	if (vma->file) {
		text = path_to_string(&vma->file->path, root, buf, size);
		return text ? text : "";
	}
	if (vma->ops && vma->ops->name) {
		buf[0] = '\0';
		vma->ops->name(vma, buf, size);
		return buf;
	}
	if (vma->start <= vm->brk && vma->end >= vm->brk_start && vm->brk > vm->brk_start)
		return "[heap]";
	if (vma->flags & VMA_GROWS_DOWN && vma->end >= vm->arg_start && vma->start <= vm->arg_start)
		return "[stack]";
	return "";
}

static void show_vma(struct seq *seq, struct vma *vma, const struct path *root, char *buf, size_t size)
{
	const struct inode *inode = vma->file ? vma->file->inode : NULL;
	size_t start = seq->len, width;
	const char *text;

	seq_printf(seq, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->start, vma->end, vma->flags & VMA_READ ? 'r' : '-',
		vma->flags & VMA_WRITE ? 'w' : '-', vma->flags & VMA_EXEC ? 'x' : '-', vma->flags & VMA_SHARED ? 's' : 'p',
		inode ? vma->pgoff * PAGE_SIZE : 0, inode ? DEV_MAJOR(inode->sb->dev) : 0,
		inode ? DEV_MINOR(inode->sb->dev) : 0, inode ? (unsigned long)inode->ino : 0);
	text = vma_text(vma, root, buf, size);
	if (*text) {
		for (width = seq->len - start; width < NAME_COLUMN; width++)
			seq_puts(seq, " ");
		seq_puts(seq, text);
	}
	seq_puts(seq, "\n");
}

static int count_page(void *ctx, vaddr_t va, pte_t *slot)
{
	++*(uint64_t *)ctx;
	return 0;
}

static void show_sizes(struct seq *seq, struct vm_space *vm, struct vma *vma)
{
	unsigned long size_kb = (vma->end - vma->start) / 1024, rss_kb;
	uint64_t pages = 0;

	spin_lock(&vm->page_table_lock);
	pagetable_walk(&vm->pagetable, vma->start, vma->end - vma->start, count_page, &pages);
	spin_unlock(&vm->page_table_lock);
	rss_kb = pages * (PAGE_SIZE / 1024);
	seq_printf(seq, "Size:           %8lu kB\nKernelPageSize: %8lu kB\nMMUPageSize:    %8lu kB\n", size_kb,
		PAGE_SIZE / 1024, PAGE_SIZE / 1024);
	seq_printf(seq, "Rss:            %8lu kB\nPss:            %8lu kB\n", rss_kb, rss_kb);
	seq_printf(seq, "Shared_Clean:   %8lu kB\nShared_Dirty:   %8lu kB\nPrivate_Clean:  %8lu kB\nPrivate_Dirty:  %8lu kB\n",
		0UL, 0UL, vma->file ? rss_kb : 0UL, vma->file ? 0UL : rss_kb);
	seq_printf(seq, "Referenced:     %8lu kB\nAnonymous:      %8lu kB\nSwap:           %8lu kB\nLocked:         %8lu kB\n",
		rss_kb, vma->file ? 0UL : rss_kb, 0UL, vma->flags & VMA_LOCKED ? rss_kb : 0UL);
}

static int show_maps(struct seq *seq, const struct proc_subject *subject, bool with_sizes)
{
	struct vm_space *vm;
	struct path root;
	struct vma *vma;
	char *buf;
	int err = subject_vm_get_checked(subject, &vm);

	if (err || !vm)
		return err;
	buf = kmalloc(PAGE_SIZE);
	if (!buf) {
		vm_space_put(vm);
		return -ENOMEM;
	}
	fs_get_root(current->fs, &root);
	rwsem_read_lock(&vm->lock);
	list_for_each_entry(vma, &vm->vma_list, list_node) {
		show_vma(seq, vma, &root, buf, PAGE_SIZE);
		if (with_sizes)
			show_sizes(seq, vm, vma);
	}
	rwsem_read_unlock(&vm->lock);
	path_put(&root);
	kfree(buf);
	vm_space_put(vm);
	return 0;
}

static int maps_show(struct seq *seq, const struct proc_subject *subject)
{
	return show_maps(seq, subject, false);
}

static int smaps_show(struct seq *seq, const struct proc_subject *subject)
{
	return show_maps(seq, subject, true);
}

/* --- contents -------------------------------------------------------------------------------------------------- */

/* Moves bytes between the caller and another memory, page by page through a buffer. */
static ssize_t move(struct vm_space *vm, struct uio *uio, vaddr_t addr, bool write)
{
	char *buf = kmalloc(PAGE_SIZE);
	ssize_t total = 0;

	if (!buf)
		return -ENOMEM;
	while (uio->left) {
		size_t chunk = min(uio->left, (size_t)PAGE_SIZE - addr % PAGE_SIZE), done;

		if (write && uio_copy_from(uio, buf, chunk) != chunk)
			break;
		done = vm_access(vm, addr, buf, chunk, write);
		if (!write && done && uio_copy_to(uio, buf, done) != done)
			break;
		total += (ssize_t)done;
		addr += done;
		if (done < chunk)
			break;
	}
	kfree(buf);
	return total;
}

static ssize_t mem_move(const struct proc_subject *subject, struct uio *uio, uint64_t pos, bool write)
{
	struct vm_space *vm;
	ssize_t done;
	int err = subject_vm_get_checked(subject, &vm);

	if (err || !vm)
		return err;
	done = move(vm, uio, pos, write);
	vm_space_put(vm);
	return done ? done : uio->left ? -EIO : 0;
}

static ssize_t mem_read(const struct proc_subject *subject, struct uio *uio, uint64_t pos)
{
	return mem_move(subject, uio, pos, false);
}

static ssize_t mem_write(const struct proc_subject *subject, struct uio *uio, uint64_t pos)
{
	return mem_move(subject, uio, pos, true);
}

/* A range of the program's memory as a file of its own. */
static ssize_t read_range(struct vm_space *vm, vaddr_t start, vaddr_t end, struct uio *uio, uint64_t pos)
{
	struct uio part = *uio;
	ssize_t done;

	if (pos >= end - start || start >= end)
		return 0;
	part.left = min(part.left, (size_t)(end - start - pos));
	done = move(vm, &part, start + pos, false);
	if (done > 0)
		uio_skip(uio, (size_t)done);
	return done;
}

static ssize_t cmdline_read(const struct proc_subject *subject, struct uio *uio, uint64_t pos)
{
	struct vm_space *vm = subject_vm_get(subject);
	ssize_t done;

	if (!vm)
		return 0;
	done = read_range(vm, vm->arg_start, vm->arg_end, uio, pos);
	vm_space_put(vm);
	return done;
}

static ssize_t environ_read(const struct proc_subject *subject, struct uio *uio, uint64_t pos)
{
	struct vm_space *vm;
	ssize_t done;
	int err = subject_vm_get_checked(subject, &vm);

	if (err || !vm)
		return err;
	done = read_range(vm, vm->env_start, vm->env_end, uio, pos);
	vm_space_put(vm);
	return done;
}

static ssize_t auxv_read(const struct proc_subject *subject, struct uio *uio, uint64_t pos)
{
	struct vm_space *vm;
	size_t size = 0, n;
	int err = subject_vm_get_checked(subject, &vm);

	if (err || !vm)
		return err;
	while (size + 2 <= ARRAY_SIZE(vm->auxv) && vm->auxv[size])
		size += 2;
	size = min(size + 2, ARRAY_SIZE(vm->auxv)) * sizeof(vm->auxv[0]);
	n = pos < size ? uio_copy_to(uio, (char *)vm->auxv + pos, min(uio->left, size - (size_t)pos)) : 0;
	vm_space_put(vm);
	return (ssize_t)n;
}

PROC_PID_FILE("maps", 0444, { .show = maps_show });
PROC_PID_FILE("smaps", 0444, { .show = smaps_show });
PROC_PID_FILE("mem", 0600, { .read_at = mem_read, .write_at = mem_write });
PROC_PID_FILE("cmdline", 0444, { .read_at = cmdline_read });
PROC_PID_FILE("environ", 0400, { .read_at = environ_read });
PROC_PID_FILE("auxv", 0400, { .read_at = auxv_read });
