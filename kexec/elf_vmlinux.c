// SPDX-License-Identifier: MIT
/* An ELF kernel for kexec_file_load(2): each PT_LOAD goes to its physical address. */
#include <arch/layout.h>
#include <kernel/errno.h>
#include <kernel/printk.h>
#include <kexec/format.h>
#include <kexec/image.h>
#include <kexec/load.h>
#include <lib/elf.h>

/* Header and program header table are in the file's first bytes. */
static int parse(const uint8_t *head, size_t head_bytes, struct elf_info *info, const void **table)
{
	int err = elf_parse_header(head, head_bytes, info);

	if (err)
		return err;
	if (info->machine != ELF_MACHINE || info->phdr_offset > head_bytes ||
	    elf_phdr_table_bytes(info) > head_bytes - info->phdr_offset)
		return -ENOEXEC;
	*table = head + info->phdr_offset;
	return 0;
}

/* The nth PT_LOAD that takes memory; false: there are no more. */
static bool get_load(const struct elf_info *info, const void *table, unsigned int n,
		     struct elf64_phdr *phdr)
{
	for (unsigned int i = 0; i < info->nr_phdrs; i++) {
		elf_get_phdr(table, i, phdr);
		if (phdr->p_type == PT_LOAD && phdr->p_memsz && !n--)
			return true;
	}
	return false;
}

static bool probe(const uint8_t *head, size_t head_bytes, uint64_t file_bytes)
{
	struct elf_info info;
	const void *table;

	return !parse(head, head_bytes, &info, &table);
}

/* x86's e_entry is a physical address, others' a virtual one: the segment that has it tells. */
static paddr_t entry_of(const struct elf_info *info, const void *table)
{
	struct elf64_phdr phdr;

	for (unsigned int i = 0; get_load(info, table, i, &phdr); i++)
		if (info->entry - phdr.p_vaddr < phdr.p_memsz)
			return info->entry - phdr.p_vaddr + phdr.p_paddr;
	return info->entry;
}

/* Segments may share a page, destinations may not: then the file is not one for us. */
static int add(struct kexec_load *load, const struct elf64_phdr *phdr, paddr_t *last_end)
{
	uint64_t end = phdr->p_paddr + phdr->p_memsz;

	if (elf_check_load(phdr) || phdr->p_offset + phdr->p_filesz > load->file_bytes)
		return -ENOEXEC;
	if (!IS_ALIGNED(phdr->p_paddr, PAGE_SIZE) || phdr->p_paddr < *last_end)
		return -ENOEXEC;
	if (end >= KEXEC_MEMORY_LIMIT)
		return -EADDRNOTAVAIL;
	*last_end = ALIGN_UP(end, PAGE_SIZE);
	return kexec_image_add(load->image, phdr->p_paddr, phdr->p_filesz,
			       *last_end - phdr->p_paddr, true);
}

static int load(struct kexec_load *load)
{
	struct elf64_phdr phdr;
	struct elf_info info;
	const void *table;
	paddr_t last_end = 0;
	int err = parse(load->head, load->head_bytes, &info, &table);
	unsigned int n;

	for (n = 0; !err && get_load(&info, table, n, &phdr); n++)
		err = add(load, &phdr, &last_end);
	if (err || !n)
		return err ? err : -ENOEXEC;
	load->entry = entry_of(&info, table);
	load->initrd_max = UINT64_MAX;
	return 0;
}

static int fill(struct kexec_load *load, unsigned int dest, void *to, uint64_t offset, size_t n)
{
	struct elf64_phdr phdr;
	struct elf_info info;
	const void *table;
	int err = parse(load->head, load->head_bytes, &info, &table);

	if (err || !get_load(&info, table, dest, &phdr))
		return -ENOEXEC;
	return kexec_read_kernel(load, to, phdr.p_offset + offset, n);
}

const struct kexec_format kexec_elf_vmlinux = {
	.name = "ELF",
	.id = KEXEC_FORMAT_ELF,
	.probe = probe,
	.load = load,
	.fill = fill,
};
