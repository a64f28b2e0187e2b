// SPDX-License-Identifier: MIT
/* Reading a bzImage's setup_header, and placing the kernel behind it. */
#include <kexec/bzimage.h>

#include <asm/errno.h>
#include <lib/string.h>

/* Offsets in the file, as the boot protocol numbers them. */
enum {
	OFF_SETUP_SECTS = 0x1f1,
	OFF_BOOT_FLAG = 0x1fe,
	OFF_JUMP_LENGTH = 0x201,
	OFF_MAGIC = 0x202,
	OFF_VERSION = 0x206,
	OFF_LOADFLAGS = 0x211,
	OFF_INITRD_MAX = 0x22c,
	OFF_KERNEL_ALIGN = 0x230,
	OFF_RELOCATABLE = 0x234,
	OFF_XLOADFLAGS = 0x236,
	OFF_CMDLINE_MAX = 0x238,
	OFF_PREF_ADDRESS = 0x258,
	OFF_INIT_SIZE = 0x260,
	OFF_END = 0x264,		/* of what protocol 2.12 has */
};

#define BOOT_FLAG		0xAA55
#define MAGIC			0x53726448u	/* "HdrS" */
#define PROTOCOL_2_12		0x020C
#define LOADED_HIGH		1
#define XLF_KERNEL_64		1
#define XLF_ABOVE_4G		2
#define SECTOR_BYTES		512
#define MIN_ALIGN		4096u
#define MAX_INIT_BYTES		(1u << 30)

static uint64_t read(const uint8_t *head, size_t offset, unsigned int bytes)
{
	uint64_t value = 0;

	memcpy(&value, head + offset, bytes);
	return value;
}

static const char *reason_to_refuse(const uint8_t *head, size_t head_bytes)
{
	if (head_bytes < OFF_END || read(head, OFF_BOOT_FLAG, 2) != BOOT_FLAG ||
	    read(head, OFF_MAGIC, 4) != MAGIC)
		return "no bzImage";
	if (read(head, OFF_VERSION, 2) < PROTOCOL_2_12)
		return "boot protocol older than 2.12";
	if (!(head[OFF_LOADFLAGS] & LOADED_HIGH))
		return "a zImage, not a bzImage";
	if (!(head[OFF_XLOADFLAGS] & XLF_KERNEL_64))
		return "no 64-bit entry";
	if (!(head[OFF_XLOADFLAGS] & XLF_ABOVE_4G))
		return "can't be loaded above 4 GiB";
	return NULL;
}

int bzimage_parse(const uint8_t *head, size_t head_bytes, uint64_t file_bytes,
		  struct bzimage_info *out, const char **why)
{
	struct bzimage_info info = { 0 };

	*why = reason_to_refuse(head, head_bytes);
	if (*why)
		return -ENOEXEC;
	/* 0 means 4, for very old kernels; the boot sector comes on top. */
	info.setup_bytes = ((head[OFF_SETUP_SECTS] ?: 4) + 1) * SECTOR_BYTES;
	info.header_bytes = OFF_MAGIC + head[OFF_JUMP_LENGTH] - BZIMAGE_HEADER_OFFSET;
	info.init_bytes = ALIGN_UP(read(head, OFF_INIT_SIZE, 4), 4096);
	info.align = read(head, OFF_KERNEL_ALIGN, 4);
	info.preferred = read(head, OFF_PREF_ADDRESS, 8);
	info.initrd_max = read(head, OFF_INITRD_MAX, 4);
	info.cmdline_max = read(head, OFF_CMDLINE_MAX, 4);
	info.is_relocatable = head[OFF_RELOCATABLE];

	*why = "the bzImage's header is damaged";
	if (info.setup_bytes + BZIMAGE_ENTRY_64 >= file_bytes ||
	    BZIMAGE_HEADER_OFFSET + info.header_bytes > head_bytes ||
	    BZIMAGE_HEADER_OFFSET + info.header_bytes > info.setup_bytes)
		return -ENOEXEC;
	info.kernel_bytes = file_bytes - info.setup_bytes;
	info.align = max(info.align, (uint64_t)MIN_ALIGN);
	info.init_bytes = max(info.init_bytes, ALIGN_UP(info.kernel_bytes, 4096));
	if (!is_power_of_2(info.align) || info.align > MAX_INIT_BYTES ||
	    info.init_bytes > MAX_INIT_BYTES)
		return -ENOEXEC;
	*why = NULL;
	*out = info;
	return 0;
}
