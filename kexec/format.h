/* SPDX-License-Identifier: MIT */
/*
 * What kexec_file_load(2) can load: formats that look at a file and place its parts in an image. The
 * parsers below read bytes from outside; they are pure, tested and fuzzed on the host.
 */
#pragma once

#include <arch/kexec.h>
#include <lib/compiler.h>

struct file;
struct kexec_image;

/* Bytes of the file's start that probe and load get: enough for every header. */
#define KEXEC_HEAD_BYTES	(128u << 10)

/* What the formats work on; kexec/file_load.c. */
struct kexec_load {
	struct kexec_image *image;
	struct file *kernel;
	const uint8_t *head;		/* the file's first head_bytes */
	size_t head_bytes;
	uint64_t file_bytes;

	uint8_t *unpacked;		/* the kernel in memory instead of the file (zboot), or NULL */

	const char *cmdline;		/* NUL-terminated */
	size_t cmdline_bytes;		/* without the NUL */
	bool is_for_crash;		/* to be started by a panic */

	/* Set by load(). */
	paddr_t entry;
	const void *boot_header;	/* for struct kexec_boot: x86's setup_header, or NULL */
	size_t boot_header_bytes;
	uint64_t initrd_max;		/* last byte that the initrd may have in memory */
};

struct kexec_format {
	const char *name;
	enum kexec_format_id id;
	bool (*probe)(const uint8_t *head, size_t head_bytes, uint64_t file_bytes);
	/* Adds the kernel's destinations, first in the image, and remembers how they are filled. */
	int (*load)(struct kexec_load *load);
	/* Writes a part of destination `dest`: n bytes at `offset` of its data. */
	int (*fill)(struct kexec_load *load, unsigned int dest, void *to, uint64_t offset, size_t n);
};

extern const struct kexec_format kexec_bzimage, kexec_elf_vmlinux, kexec_linux_image;

/* A zboot file or an Image.gz is unpacked, and is then what it carried; any other is left alone. 0, -ENOEXEC, -ENOMEM. */
int __must_check kexec_unpack_zboot(struct kexec_load *load);

/* Reads n bytes of the kernel file at pos: 0, -EIO when it is shorter, or what reading said. */
int __must_check kexec_read_kernel(struct kexec_load *load, void *to, uint64_t pos, size_t n);
