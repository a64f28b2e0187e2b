/* SPDX-License-Identifier: MIT */
/*
 * The header of an x86 bzImage (Linux's Documentation/arch/x86/boot.rst), as much of it as a loader
 * needs that enters at the 64-bit entry point. Pure.
 *
 *	0          setup_bytes                            file_bytes
 *	+----------+--------------------------------------+
 *	| setup    | protected-mode kernel (kernel_bytes) |
 *	+----------+--------------------------------------+
 *	  0x1f1: setup_header      +0x200: 64-bit entry
 */
#pragma once

#include <lib/compiler.h>

#define BZIMAGE_HEADER_OFFSET	0x1f1
#define BZIMAGE_ENTRY_64	0x200

struct bzimage_info {
	uint64_t setup_bytes;		/* where the kernel begins in the file */
	uint64_t kernel_bytes;
	uint64_t init_bytes;		/* memory it wants from its start on, page aligned */
	uint64_t align;
	uint64_t preferred;		/* address it likes best; 0: none */
	uint64_t initrd_max;		/* last byte that an initrd may have */
	uint32_t cmdline_max;		/* bytes of command line without the NUL */
	bool is_relocatable;
	size_t header_bytes;		/* length of the setup_header */
};

/*
 * head: the first head_bytes of a file of file_bytes. *why is the reason when -ENOEXEC is returned:
 * no bzImage, or one without a 64-bit entry that may stand anywhere (protocol 2.12).
 */
int __must_check bzimage_parse(const uint8_t *head, size_t head_bytes, uint64_t file_bytes,
			       struct bzimage_info *out, const char **why);
