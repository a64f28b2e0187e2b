// SPDX-License-Identifier: MIT
/* ELF programs (System V ABI, chapters 4 and 5; man 5 elf): every number of the file is checked before it is used. */
#include <process/elf_load.h>

#include <arch/layout.h>
#include <fs/file.h>
#include <fs/inode.h>
#include <kernel/errno.h>
#include <kernel/thread.h>
#include <lib/alloc.h>
#include <lib/string.h>
#include <linux/limits.h>
#include <mm/user_copy.h>
#include <mm/vm_space.h>

#define PHDRS_MAX_BYTES 65536

static int read_exact(struct file *file, void *buf, size_t size, uint64_t pos)
{
	ssize_t n;

	if (pos > INT64_MAX - size)
		return -ENOEXEC;
	n = file_read_kernel(file, buf, size, (loff_t)pos);
	if (n < 0)
		return (int)n;
	return (size_t)n == size ? 0 : -ENOEXEC;
}

static bool header_ok(const struct elf64_hdr *header)
{
	return !memcmp(header->e_ident, ELFMAG, SELFMAG) && header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_machine == ELF_MACHINE &&
	       (header->e_type == ET_EXEC || header->e_type == ET_DYN) &&
	       header->e_phentsize == sizeof(struct elf64_phdr) && header->e_phnum &&
	       header->e_phnum <= PHDRS_MAX_BYTES / sizeof(struct elf64_phdr);
}

static bool segment_ok(const struct elf64_phdr *phdr)
{
	return phdr->p_filesz <= phdr->p_memsz && phdr->p_vaddr < USER_VA_END &&
	       phdr->p_memsz <= USER_VA_END - phdr->p_vaddr && phdr->p_offset <= INT64_MAX - phdr->p_filesz - PAGE_SIZE &&
	       ((phdr->p_vaddr ^ phdr->p_offset) & (PAGE_SIZE - 1)) == 0;
}

/* Span and alignment of what is to be loaded. */
static int measure(struct elf_image *image)
{
	vaddr_t last = 0;

	image->low = UINT64_MAX;
	image->align = PAGE_SIZE;
	for (unsigned int i = 0; i < image->header.e_phnum; i++) {
		const struct elf64_phdr *phdr = &image->phdrs[i];

		if (phdr->p_type != PT_LOAD || !phdr->p_memsz)
			continue;
		/* The ABI wants rising addresses; overlaps could not be mapped anyway. */
		if (!segment_ok(phdr) || phdr->p_vaddr < last)
			return -ENOEXEC;
		last = phdr->p_vaddr + phdr->p_memsz;
		image->low = min(image->low, (vaddr_t)phdr->p_vaddr & PAGE_MASK);
		image->high = ALIGN_UP(last, PAGE_SIZE);
		if (is_power_of_2(phdr->p_align) && phdr->p_align < (1UL << 30))
			image->align = max(image->align, (size_t)phdr->p_align);
	}
	return image->high ? 0 : -ENOEXEC;
}

int elf_image_read(struct file *file, struct elf_image *image)
{
	size_t size;
	int err;

	memset(image, 0, sizeof(*image));
	image->file = file;
	err = read_exact(file, &image->header, sizeof(image->header), 0);
	if (err)
		goto err;
	err = -ENOEXEC;
	if (!header_ok(&image->header))
		goto err;
	size = image->header.e_phnum * sizeof(struct elf64_phdr);
	image->phdrs = kmalloc(size);
	err = -ENOMEM;
	if (!image->phdrs)
		goto err;
	err = read_exact(file, image->phdrs, size, image->header.e_phoff);
	if (!err)
		err = measure(image);
	if (!err)
		return 0;
err:
	elf_image_free(image);
	return err;
}

void elf_image_free(struct elf_image *image)
{
	kfree(image->phdrs);
	image->phdrs = NULL;
	if (image->file)
		elf_close_file(image->file);
	image->file = NULL;
}

void elf_close_file(struct file *file)
{
	inode_allow_write(file->inode);
	file_put(file);
}

static const struct elf64_phdr *find_phdr(const struct elf_image *image, uint32_t type)
{
	for (unsigned int i = 0; i < image->header.e_phnum; i++)
		if (image->phdrs[i].p_type == type)
			return &image->phdrs[i];
	return NULL;
}

int elf_interpreter(const struct elf_image *image, char **out)
{
	const struct elf64_phdr *phdr = find_phdr(image, PT_INTERP);
	char *path;
	int err;

	*out = NULL;
	if (!phdr)
		return 0;
	if (phdr->p_filesz < 2 || phdr->p_filesz > PATH_MAX)
		return -ENOEXEC;
	path = kmalloc(phdr->p_filesz);
	if (!path)
		return -ENOMEM;
	err = read_exact(image->file, path, phdr->p_filesz, phdr->p_offset);
	if (!err && path[phdr->p_filesz - 1])
		err = -ENOEXEC;
	if (err)
		kfree(path);
	else
		*out = path;
	return err;
}

bool elf_wants_exec_stack(const struct elf_image *image)
{
	const struct elf64_phdr *phdr = find_phdr(image, PT_GNU_STACK);

	return phdr && phdr->p_flags & PF_X;
}

/* --- mapping ------------------------------------------------------------------------------------------ */

static int setup_file(struct vma *vma, void *ctx)
{
	struct file *file = ctx;

	return file->ops->mmap ? file->ops->mmap(file, vma) : -ENOEXEC;
}

static uint32_t vma_flags_of(uint32_t p_flags)
{
	return (p_flags & PF_R ? VMA_READ : 0) | (p_flags & PF_W ? VMA_WRITE : 0) | (p_flags & PF_X ? VMA_EXEC : 0) |
	       VMA_MAY_READ | VMA_MAY_WRITE | VMA_MAY_EXEC;
}

static int map_segment(const struct elf_image *image, const struct elf64_phdr *phdr, intptr_t bias)
{
	vaddr_t start = (phdr->p_vaddr + (vaddr_t)bias) & PAGE_MASK;
	vaddr_t file_end = phdr->p_vaddr + (vaddr_t)bias + phdr->p_filesz;
	vaddr_t end = phdr->p_vaddr + (vaddr_t)bias + phdr->p_memsz;
	vaddr_t mapped = phdr->p_filesz ? ALIGN_UP(file_end, PAGE_SIZE) : start, got;
	uint32_t flags = vma_flags_of(phdr->p_flags);
	int err;

	if (phdr->p_filesz) {
		const struct vm_map_request request = {
			.addr = start, .size = mapped - start, .flags = flags, .fixed = true,
			.pgoff = phdr->p_offset / PAGE_SIZE, .setup = setup_file, .ctx = image->file,
		};

		err = vm_map(current->vm, &request, &got);
		if (err)
			return err;
	}
	if (end > mapped) {
		const struct vm_map_request request = {
			.addr = mapped, .size = ALIGN_UP(end, PAGE_SIZE) - mapped, .flags = flags, .fixed = true,
		};

		err = vm_map(current->vm, &request, &got);
		if (err)
			return err;
	}
	/* The rest of the last page, beyond the program's end too: ld.so allocates there and takes it for zero. */
	if (phdr->p_memsz > phdr->p_filesz && phdr->p_filesz && mapped > file_end && phdr->p_flags & PF_W)
		return clear_user((void *)file_end, mapped - file_end);
	return 0;
}

/* Where a position-independent image goes when any place will do. */
static int find_room(const struct elf_image *image, vaddr_t *base)
{
	const struct vm_map_request request = {
		.size = image->high - image->low + image->align - PAGE_SIZE, .flags = VMA_MAY_READ,
	};
	vaddr_t addr;
	int err = vm_map(current->vm, &request, &addr);

	if (err)
		return err;
	*base = ALIGN_UP(addr, image->align);
	return vm_unmap(current->vm, addr, request.size);
}

static void note_segment(const struct elf64_phdr *phdr, struct elf_placed *placed)
{
	vaddr_t start = phdr->p_vaddr + (vaddr_t)placed->bias;

	if (phdr->p_flags & PF_X) {
		if (!placed->code_start)
			placed->code_start = start;
		placed->code_end = start + phdr->p_filesz;
	}
	placed->data_start = start;
	placed->data_end = max(placed->data_end, start + phdr->p_filesz);
	placed->end = max(placed->end, start + phdr->p_memsz);
}

int elf_map(const struct elf_image *image, vaddr_t base, struct elf_placed *placed)
{
	const struct elf64_hdr *header = &image->header;
	int err;

	memset(placed, 0, sizeof(*placed));
	if (header->e_type == ET_DYN) {
		if (!base) {
			err = find_room(image, &base);
			if (err)
				return err;
		}
		base = ALIGN_DOWN(base, image->align);
		placed->bias = (intptr_t)(base - image->low);
	}
	if (image->high > USER_VA_END - (vaddr_t)placed->bias)
		return -ENOMEM;
	for (unsigned int i = 0; i < header->e_phnum; i++) {
		const struct elf64_phdr *phdr = &image->phdrs[i];

		if (phdr->p_type != PT_LOAD || !phdr->p_memsz)
			continue;
		err = map_segment(image, phdr, placed->bias);
		if (err)
			return err;
		if (phdr->p_offset <= header->e_phoff && header->e_phoff < phdr->p_offset + phdr->p_filesz)
			placed->phdr = header->e_phoff - phdr->p_offset + phdr->p_vaddr + (vaddr_t)placed->bias;
		note_segment(phdr, placed);
	}
	placed->entry = header->e_entry + (vaddr_t)placed->bias;
	return 0;
}
