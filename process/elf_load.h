/* SPDX-License-Identifier: MIT */
/* Inside process/: an ELF program in two steps: read and check everything, then map it into the new memory. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>
#include <linux/elf.h>

struct file;
struct vm_space;

/* A checked ELF file: header and program headers in kernel memory. */
struct elf_image {
	struct file *file; /* owned */
	struct elf64_hdr header;
	struct elf64_phdr *phdrs; /* kmalloc */
	vaddr_t low, high;	  /* span of PT_LOADs, page aligned */
	size_t align;		  /* largest p_align of PT_LOADs, at least a page */
};

/* What mapping gives. */
struct elf_placed {
	intptr_t bias;	  /* added to the file's addresses */
	vaddr_t entry, phdr;
	vaddr_t code_start, code_end, data_start, data_end, end; /* end: of the last PT_LOAD, bss included */
};

/* Reads headers. Takes the file's reference and its denial of writes (inode_deny_write) over, also on error.
 * 0, -ENOEXEC, -EIO, -ENOMEM ... May sleep. */
__must_check int elf_image_read(struct file *file, struct elf_image *image);
void elf_image_free(struct elf_image *image);
/* Ends the denial and drops the reference. */
void elf_close_file(struct file *file);

/* PT_INTERP's path in kmalloc memory: 0 with NULL when there is none. -ENOEXEC. */
__must_check int elf_interpreter(const struct elf_image *image, char **out);

/* PT_GNU_STACK: whether the stack shall be executable; without the header it is, as x86_64's Linux does not: false. */
bool elf_wants_exec_stack(const struct elf_image *image);

/* Maps all PT_LOADs into the current thread's (new) memory. base: where to put a position-independent image,
 * 0: where there is room. 0 or -errno. May sleep. */
__must_check int elf_map(const struct elf_image *image, vaddr_t base, struct elf_placed *placed);
