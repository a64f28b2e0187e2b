/* SPDX-License-Identifier: MIT */
/*
 * 64-bit little-endian ELF files (System V gABI, chapters 4 and 5), read from memory and checked
 * before anything in them is believed. Pure: exec reads a header and a table from a file and checks
 * those, kexec has the whole image at hand.
 */
#pragma once

#include <lib/compiler.h>
#include <linux/elf.h>

/* Linux's limit: the program header table is at most 64 KiB. */
#define ELF_MAX_PHDRS	(65536 / sizeof(struct elf64_phdr))

struct elf_info {
	uint16_t type;			/* ET_EXEC or ET_DYN */
	uint16_t machine;
	uint32_t flags;
	uint64_t entry;
	uint64_t phdr_offset;		/* of the program header table in the file */
	unsigned int nr_phdrs;		/* 1 to ELF_MAX_PHDRS */
};

/*
 * Checks the file header at buf (n bytes of the file's start). -ENOEXEC: no 64-bit little-endian
 * executable, or without a usable program header table. The machine is the caller's to compare.
 */
int __must_check elf_parse_header(const void *buf, size_t n, struct elf_info *out);

static inline size_t elf_phdr_table_bytes(const struct elf_info *info)
{
	return info->nr_phdrs * sizeof(struct elf64_phdr);
}

/* Entry i of a table that was read to memory (any alignment). */
void elf_get_phdr(const void *table, unsigned int i, struct elf64_phdr *out);

/*
 * Whether a PT_LOAD's numbers are consistent: file size not above memory size, no sum that wraps,
 * alignment a power of two and, if above 1, offset and address congruent modulo it.
 * 0 or -ENOEXEC.
 */
int __must_check elf_check_load(const struct elf64_phdr *phdr);

/*
 * Checks every PT_LOAD of the table, and that they ascend without overlapping; gives the range of
 * virtual addresses that they cover and the largest alignment. -ENOEXEC also when there is none.
 */
int __must_check elf_load_span(const struct elf_info *info, const void *table, uint64_t *start,
			       uint64_t *end, uint64_t *align);

/*
 * A whole image of n bytes: header, table and the file part of every PT_LOAD lie inside it.
 * *table points into the image. 0 or -ENOEXEC.
 */
int __must_check elf_parse_image(const void *image, size_t n, struct elf_info *out,
				 const void **table);
