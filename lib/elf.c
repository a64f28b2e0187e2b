// SPDX-License-Identifier: MIT
/* Reading ELF headers with every sum checked. */
#include <lib/elf.h>

#include <asm/errno.h>
#include <lib/string.h>

int elf_parse_header(const void *buf, size_t n, struct elf_info *out)
{
	struct elf64_hdr header;

	if (n < sizeof(header))
		return -ENOEXEC;
	memcpy(&header, buf, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_ident[EI_CLASS] != ELFCLASS64 ||
	    header.e_ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
		return -ENOEXEC;
	if (header.e_phentsize != sizeof(struct elf64_phdr) || !header.e_phnum ||
	    header.e_phnum > ELF_MAX_PHDRS)
		return -ENOEXEC;
	*out = (struct elf_info){
		.type = header.e_type,
		.machine = header.e_machine,
		.flags = header.e_flags,
		.entry = header.e_entry,
		.phdr_offset = header.e_phoff,
		.nr_phdrs = header.e_phnum,
	};
	return 0;
}

void elf_get_phdr(const void *table, unsigned int i, struct elf64_phdr *out)
{
	memcpy(out, (const char *)table + i * sizeof(*out), sizeof(*out));
}

int elf_check_load(const struct elf64_phdr *phdr)
{
	uint64_t end;

	if (phdr->p_filesz > phdr->p_memsz ||
	    add_overflows(phdr->p_offset, phdr->p_filesz, &end) ||
	    add_overflows(phdr->p_vaddr, phdr->p_memsz, &end) ||
	    add_overflows(phdr->p_paddr, phdr->p_memsz, &end))
		return -ENOEXEC;
	if (phdr->p_align > 1 && (!is_power_of_2(phdr->p_align) ||
				  !IS_ALIGNED(phdr->p_vaddr - phdr->p_offset, phdr->p_align)))
		return -ENOEXEC;
	return 0;
}

int elf_load_span(const struct elf_info *info, const void *table, uint64_t *start, uint64_t *end,
		  uint64_t *align)
{
	bool any = false;

	*align = 1;
	for (unsigned int i = 0; i < info->nr_phdrs; i++) {
		struct elf64_phdr phdr;

		elf_get_phdr(table, i, &phdr);
		if (phdr.p_type != PT_LOAD || !phdr.p_memsz)
			continue;
		if (elf_check_load(&phdr) || (any && phdr.p_vaddr < *end))
			return -ENOEXEC;
		if (!any)
			*start = phdr.p_vaddr;
		*end = phdr.p_vaddr + phdr.p_memsz;
		*align = max(*align, (uint64_t)phdr.p_align);
		any = true;
	}
	return any ? 0 : -ENOEXEC;
}

int elf_parse_image(const void *image, size_t n, struct elf_info *out, const void **table)
{
	int err = elf_parse_header(image, n, out);

	if (err)
		return err;
	if (out->phdr_offset > n || elf_phdr_table_bytes(out) > n - out->phdr_offset)
		return -ENOEXEC;
	*table = (const char *)image + out->phdr_offset;
	for (unsigned int i = 0; i < out->nr_phdrs; i++) {
		struct elf64_phdr phdr;

		elf_get_phdr(*table, i, &phdr);
		if (phdr.p_type == PT_LOAD &&
		    (elf_check_load(&phdr) || phdr.p_offset + phdr.p_filesz > n))
			return -ENOEXEC;
	}
	return 0;
}
