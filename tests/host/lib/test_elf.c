// SPDX-License-Identifier: MIT
/* ELF headers: this program's own file, and each field spoilt. */
#include <asm/errno.h>
#include <lib/elf.h>
#include <test.h>

struct image {
	struct elf64_hdr header;
	struct elf64_phdr phdr[2];
	char data[64];
};

static const struct image good = {
	.header = {
		.e_ident = { 0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_entry = 0x1000,
		.e_phoff = offsetof(struct image, phdr), .e_phentsize = sizeof(struct elf64_phdr),
		.e_phnum = 2,
	},
	.phdr = {
		{ .p_type = PT_LOAD, .p_offset = 0, .p_vaddr = 0x1000, .p_filesz = 64,
		  .p_memsz = 0x1000, .p_align = 0x1000 },
		{ .p_type = PT_LOAD, .p_offset = 64, .p_vaddr = 0x3040, .p_filesz = 64,
		  .p_memsz = 64, .p_align = 0x1000 },
	},
};

static int parse(const struct image *image, size_t n)
{
	struct elf_info info;
	const void *table;
	uint64_t start, end, align;
	int err = elf_parse_image(image, n, &info, &table);

	return err ? err : elf_load_span(&info, table, &start, &end, &align);
}

static void spans(void **state)
{
	struct elf_info info;
	const void *table;
	uint64_t start, end, align;

	assert_int_equal(elf_parse_image(&good, sizeof(good), &info, &table), 0);
	assert_int_equal(elf_load_span(&info, table, &start, &end, &align), 0);
	assert_int_equal(start, 0x1000);
	assert_int_equal(end, 0x3080);
	assert_int_equal(align, 0x1000);
	assert_int_equal(info.entry, 0x1000);
}

#define SPOILT(assignment) \
	do { \
		struct image image = good; \
		image.assignment; \
		assert_int_equal(parse(&image, sizeof(image)), -ENOEXEC); \
	} while (0)

static void spoilt(void **state)
{
	SPOILT(header.e_ident[0] = 0);
	SPOILT(header.e_ident[EI_CLASS] = ELFCLASS32);
	SPOILT(header.e_ident[EI_DATA] = ELFDATA2MSB);
	SPOILT(header.e_type = ET_REL);
	SPOILT(header.e_phentsize = 32);
	SPOILT(header.e_phnum = 0);
	SPOILT(header.e_phnum = 0xFFFF);
	SPOILT(header.e_phnum = 20);
	SPOILT(header.e_phoff = UINT64_MAX - 8);
	SPOILT(header.e_phoff = sizeof(struct image) + 1);
	SPOILT(phdr[0].p_filesz = 0x1001);
	SPOILT(phdr[0].p_memsz = UINT64_MAX);
	SPOILT(phdr[0].p_align = 3);
	SPOILT(phdr[0].p_vaddr = 0x1008);
	SPOILT(phdr[1].p_vaddr = 0x1040);
	SPOILT(phdr[1].p_offset = UINT64_MAX);
	SPOILT(phdr[1].p_filesz = 65536);
	assert_int_equal(parse(&good, sizeof(struct elf64_hdr)), -ENOEXEC);
	assert_int_equal(parse(&good, 10), -ENOEXEC);
}

TEST_MAIN(cmocka_unit_test(spans), cmocka_unit_test(spoilt))
