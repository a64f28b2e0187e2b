// SPDX-License-Identifier: MIT
/* Any bytes as an ELF image. */
#include <lib/elf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_info info;
	const void *table;
	uint64_t start, end, align;
	volatile uint8_t last;

	if (elf_parse_image(data, size, &info, &table))
		return 0;
	for (unsigned int i = 0; i < info.nr_phdrs; i++) {
		struct elf64_phdr phdr;

		elf_get_phdr(table, i, &phdr);
		if (phdr.p_type == PT_LOAD && phdr.p_filesz)
			last = data[phdr.p_offset + phdr.p_filesz - 1];
	}
	(void)last;
	return elf_load_span(&info, table, &start, &end, &align) > 0;
}
