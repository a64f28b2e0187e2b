// SPDX-License-Identifier: MIT
/* Reading the headers of Image and zboot files. */
#include <kexec/linux_image.h>

#include <asm/errno.h>
#include <lib/string.h>

#define LARGEST_IMAGE	(1ull << 30)
#define SIZE_2M		(2ull << 20)
#define LOONGARCH_PADDR	0xffffffffffffull	/* older kernels say addresses of a window */

static uint64_t get(const uint8_t *head, size_t offset, size_t bytes)
{
	uint64_t value = 0;

	memcpy(&value, head + offset, bytes);
	return value;
}

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -ENOEXEC;
}

/*
 *	0	two instructions; loongarch: "MZ"
 *	8	text_offset; loongarch: entry's address, as linked
 *	16	size in memory
 *	24	flags; loongarch: link address
 *	0x38	magic
 */
int linux_image_parse(const uint8_t *head, size_t head_bytes, uint64_t file_bytes, uint32_t magic,
		      struct linux_image_info *info, const char **why)
{
	if (head_bytes < LINUX_IMAGE_HEADER_BYTES || get(head, 0x38, 4) != magic)
		return refuse(why, "no magic number of an Image");
	*info = (struct linux_image_info){ .text_offset = get(head, 8, 8), .memory_bytes = get(head, 16, 8) };
	if (magic == LINUX_IMAGE_MAGIC_LOONGARCH) {
		info->link_address = get(head, 24, 8) & LOONGARCH_PADDR;
		info->entry_offset = (info->text_offset & LOONGARCH_PADDR) - info->link_address;
		info->text_offset = 0;
	} else if (info->text_offset > SIZE_2M) {
		return refuse(why, "text_offset is beyond 2 MiB");
	}
	if (magic != LINUX_IMAGE_MAGIC_LOONGARCH && get(head, 24, 8) & 1)
		return refuse(why, "big-endian");
	if (!info->memory_bytes || info->memory_bytes > LARGEST_IMAGE)
		return refuse(why, "no sensible size in the header");
	if (info->entry_offset >= info->memory_bytes)
		return refuse(why, "the entry is not in the image");
	if (info->memory_bytes < file_bytes)
		info->memory_bytes = file_bytes;
	return 0;
}

int zboot_parse(const uint8_t *head, size_t head_bytes, uint64_t file_bytes, struct zboot_info *info)
{
	static const char names[][5] = { "gzip", "zstd", "lz4", "lzma", "xz", "lzo" };

	if (head_bytes < LINUX_IMAGE_HEADER_BYTES || memcmp(head, "MZ", 2) || memcmp(head + 4, "zimg", 4))
		return -ENOEXEC;
	info->payload_offset = get(head, 8, 4);
	info->payload_bytes = get(head, 12, 4);
	if (info->payload_offset > file_bytes || info->payload_bytes > file_bytes - info->payload_offset ||
	    info->payload_bytes < 16)
		return -ENOEXEC;
	/* "gzip", "zstd22", "xzkern": Linux's build names a setting with it. */
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (strncmp((const char *)head + 24, names[i], strlen(names[i])))
			continue;
		strscpy(info->compression, names[i], sizeof(info->compression));
		return 0;
	}
	return -ENOEXEC;
}
