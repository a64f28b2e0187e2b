// SPDX-License-Identifier: MIT
/* man 2: mmap, munmap, mprotect, pkey_mprotect, mremap, brk, msync, mseal. */
#include <arch/layout.h>
#include <arch/mmu.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <fs/mount.h>
#include <kernel/thread.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <mm/vm_space.h>
#include <process/fd_table.h>
#include <process/process.h>
#include <syscall/define.h>

#ifndef MAP_32BIT
#define MAP_32BIT 0
#endif
#define MAP_KNOWN (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE | \
	MAP_UNINITIALIZED | MAP_GROWSDOWN | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | \
	MAP_HUGETLB | MAP_32BIT | MAP_FIXED_NOREPLACE)

static const struct vm_hooks vm_hooks = { .limit = process_limit };
VM_HOOKS(vm_hooks);

static int setup_file(struct vma *vma, void *ctx)
{
	struct file *file = ctx;

	return file->ops->mmap(file, vma);
}

static int setup_anonymous(struct vma *vma, void *ctx __maybe_unused)
{
	return vm_map_anonymous(vma);
}

static uint32_t vma_flags(unsigned long prot, unsigned long flags)
{
	return (prot & PROT_READ ? VMA_READ : 0) | (prot & PROT_WRITE ? VMA_WRITE : 0) |
	       (prot & PROT_EXEC ? VMA_EXEC : 0) | (prot & arch_prot_guarded() ? VMA_GUARDED : 0) | VMA_MAY_READ | VMA_MAY_WRITE | VMA_MAY_EXEC |
	       (flags & MAP_GROWSDOWN ? VMA_GROWS_DOWN : 0) | (flags & MAP_LOCKED ? VMA_LOCKED : 0) |
	       (flags & MAP_NORESERVE ? VMA_NO_RESERVE : 0);
}

/* MAP_SHARED, MAP_PRIVATE ...: whether it is shared, or -errno. */
static int decode_type(unsigned long flags, bool is_file)
{
	switch (flags & MAP_TYPE) {
	case MAP_PRIVATE:
		return 0;
	case MAP_SHARED_VALIDATE:
		if (!is_file)
			return -EINVAL;
		return flags & ~MAP_KNOWN ? -EOPNOTSUPP : 1;
	case MAP_SHARED:
		return 1;
	default:
		return -EINVAL;
	}
}

static int check_file(struct file *file, unsigned long prot, bool shared, struct vm_map_request *request)
{
	bool noexec = file->path.mount && file->path.mount->flags & MS_NOEXEC;

	if (!(file->mode & FILE_READ) || (shared && prot & PROT_WRITE && !(file->mode & FILE_WRITE)))
		return -EACCES;
	if (noexec && prot & PROT_EXEC)
		return -EPERM;
	if (!file->ops->mmap || request->flags & VMA_GROWS_DOWN)
		return file->ops->mmap ? -EINVAL : -ENODEV;
	if (shared && !(file->mode & FILE_WRITE))
		request->flags &= ~VMA_MAY_WRITE;
	if (noexec)
		request->flags &= ~VMA_MAY_EXEC;
	request->setup = setup_file;
	request->ctx = file;
	return 0;
}

static long do_mmap(struct vm_map_request *request, unsigned long prot, unsigned long flags, struct file *file)
{
	int shared = decode_type(flags, file);
	vaddr_t addr;
	int err;

	if (shared < 0)
		return shared;
	if (!request->size)
		return -EINVAL;
	if (flags & MAP_HUGETLB)
		return -ENOMEM;
	if (shared)
		request->flags |= VMA_SHARED;
	if (file) {
		err = check_file(file, prot, shared, request);
		if (err)
			return err;
	} else {
		request->setup = shared ? setup_anonymous : NULL;
		request->pgoff = 0;
	}
	err = vm_map(current->vm, request, &addr);
	return err ?: (long)addr;
}

SYSCALL_DEFINE(mmap, unsigned long, addr, size_t, size, unsigned long, prot, unsigned long, flags, int, fd, unsigned long, offset)
{
	struct vm_map_request request = {
		.addr = addr & (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) ? ~0ul : PAGE_MASK),
		.size = size,
		.flags = vma_flags(prot, flags),
		.pgoff = offset >> PAGE_SHIFT,
		.fixed = flags & MAP_FIXED && !(flags & MAP_FIXED_NOREPLACE),
		.fixed_noreplace = flags & MAP_FIXED_NOREPLACE,
		.populate = (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE,
		.max_end = flags & MAP_32BIT ? 1ul << 31 : 0,
	};
	struct fd_ref ref;
	long ret;

	if (offset & (PAGE_SIZE - 1))
		return -EINVAL;
	if (flags & MAP_ANONYMOUS)
		return do_mmap(&request, prot, flags, NULL);
	ref = fd_borrow(fd);
	if (!ref.file)
		return -EBADF;
	ret = do_mmap(&request, prot, flags, ref.file);
	fd_done(ref);
	return ret;
}

SYSCALL_DEFINE(munmap, unsigned long, addr, size_t, size)
{
	return vm_unmap(current->vm, addr, size);
}

/* PROT_GROWSDOWN: from the start of the stack that holds addr. */
static int grows_down_start(unsigned long *addr, size_t *size)
{
	struct vma *vma;
	int err = -EINVAL;

	rwsem_read_lock(&current->vm->lock);
	vma = vma_find(current->vm, *addr);
	if (vma && vma->flags & VMA_GROWS_DOWN) {
		*size += *addr - vma->start;
		*addr = vma->start;
		err = 0;
	}
	rwsem_read_unlock(&current->vm->lock);
	return err;
}

static long do_mprotect(unsigned long addr, size_t size, unsigned long prot)
{
	unsigned long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);

	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || prot & ~(0xful | arch_prot_guarded() | grows) || addr & (PAGE_SIZE - 1))
		return -EINVAL;
	if (!size)
		return 0;
	if (grows) {
		int err = grows & PROT_GROWSDOWN ? grows_down_start(&addr, &size) : -EINVAL;

		if (err)
			return err;
	}
	return vm_protect(current->vm, addr, size,
		vma_flags(prot, 0) & (VMA_READ | VMA_WRITE | VMA_EXEC | VMA_GUARDED));
}

SYSCALL_DEFINE(mprotect, unsigned long, addr, size_t, size, unsigned long, prot)
{
	return do_mprotect(addr, size, prot);
}

SYSCALL_DEFINE(pkey_mprotect, unsigned long, addr, size_t, size, unsigned long, prot, int, pkey)
{
	return pkey == -1 ? do_mprotect(addr, size, prot) : -EINVAL;
}

SYSCALL_DEFINE(pkey_alloc, unsigned long, flags, unsigned long, rights)
{
	return flags || rights & ~3ul ? -EINVAL : -ENOSPC;
}

SYSCALL_DEFINE(pkey_free, int, pkey)
{
	return -EINVAL;
}

SYSCALL_DEFINE(mremap, unsigned long, addr, size_t, old_size, size_t, new_size, unsigned long, flags, unsigned long, new_addr)
{
	vaddr_t result;
	int err;

	if (flags != (unsigned int)flags)
		return -EINVAL;
	err = vm_remap(current->vm, addr, old_size, new_size, flags, new_addr, &result);
	return err ?: (long)result;
}

SYSCALL_DEFINE(brk, unsigned long, addr)
{
	vaddr_t result;
	/* Failure is told by the old break. */
	int err __maybe_unused = vm_brk(current->vm, addr, &result);

	return (long)result;
}

SYSCALL_DEFINE(msync, unsigned long, addr, size_t, size, int, flags)
{
	return vm_sync(current->vm, addr, size, flags);
}

SYSCALL_DEFINE(mseal, unsigned long, addr, size_t, size, unsigned long, flags)
{
	return flags ? -EINVAL : vm_seal(current->vm, addr, size);
}
