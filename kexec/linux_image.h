/* SPDX-License-Identifier: MIT */
/*
 * The headers of Linux's flat images (Documentation/arch/{arm64,riscv,loongarch}/boot*.rst) and of the
 * EFI zboot files that carry one compressed. Pure: tested on the host.
 */
#pragma once

#include <lib/compiler.h>

/* At offset 0x38 of an Image: which architecture's it is. */
#define LINUX_IMAGE_MAGIC_ARM64		0x644d5241u	/* "ARM\x64" */
#define LINUX_IMAGE_MAGIC_RISCV		0x05435352u	/* "RSC\x05" */
#define LINUX_IMAGE_MAGIC_LOONGARCH	0x818223cdu

#define LINUX_IMAGE_HEADER_BYTES	64

struct linux_image_info {
	uint64_t text_offset;		/* from a 2 MiB boundary to the image (arm64, riscv); else 0 */
	uint64_t memory_bytes;		/* with what it clears itself */
	uint64_t link_address;		/* loongarch: physical, where a kernel that cannot be relocated has to be; else 0 */
	uint64_t entry_offset;		/* loongarch: of the entry; else 0 */
};

/* head: the file's first head_bytes. 0, or -ENOEXEC and *why. */
int __must_check linux_image_parse(const uint8_t *head, size_t head_bytes, uint64_t file_bytes,
				   uint32_t magic, struct linux_image_info *info, const char **why);

struct zboot_info {
	uint64_t payload_offset;
	uint64_t payload_bytes;
	char compression[16];		/* as lib/decompress/ names it */
};

/* 0, or -ENOEXEC: not a zboot file, or a damaged one. */
int __must_check zboot_parse(const uint8_t *head, size_t head_bytes, uint64_t file_bytes,
			     struct zboot_info *info);
