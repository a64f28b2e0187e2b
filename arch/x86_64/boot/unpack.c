// SPDX-License-Identifier: MIT
/*
 * Unpacks the kernel ELF in the image's stub. The ELF's file offsets equal its address offsets
 * (arch/x86_64/kernel.ld), so the decoder's output is the loaded kernel; .bss it clears itself.
 */
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <asm/bootparam.h>
#include <lib/compiler.h>
#include <lib/string.h>

#define COM1_DATA	0x3f8
#define COM1_STATUS	0x3fd

/* What setup.S and entry.S write as numbers. */
#define CHECK(field, offset) static_assert(offsetof(struct boot_params, field) == (offset))
CHECK(screen_info.ext_mem_k, 0x002);
CHECK(screen_info.orig_video_page, 0x004);
CHECK(screen_info.orig_video_mode, 0x006);
CHECK(screen_info.orig_video_cols, 0x007);
CHECK(screen_info.orig_video_ega_bx, 0x00a);
CHECK(screen_info.orig_video_lines, 0x00e);
CHECK(screen_info.orig_video_isVGA, 0x00f);
CHECK(screen_info.orig_video_points, 0x010);
CHECK(alt_mem_k, 0x1e0);
CHECK(scratch, 0x1e4);
CHECK(e820_entries, 0x1e8);
CHECK(sentinel, 0x1ef);
CHECK(hdr, 0x1f1);
CHECK(hdr.code32_start, 0x214);
CHECK(e820_table, 0x2d0);
static_assert(sizeof(struct setup_header) == 0x26c - 0x1f1);
static_assert(sizeof(struct boot_e820_entry) == 20);
static_assert(SETUP_ENUM_MAX >= 9);

extern const uint8_t payload[], payload_end[];

/* The decoder's state; the first page of .bss is the stack's last. */
static uint8_t workspace[160 << 10] __aligned(16);
static uint8_t stack[16 << 10] __used;

void unpack(uint8_t *to);

static void __noreturn fail(const char *text)
{
	for (; *text; text++) {
		uint8_t status = 0;

		for (unsigned int i = 0; !(status & 0x20) && i < 100000; i++)
			__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)COM1_STATUS));
		__asm__ volatile("outb %0, %1" : : "a"(*text), "Nd"((uint16_t)COM1_DATA));
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}

void unpack(uint8_t *to)
{
	size_t packed_bytes = payload_end - payload - sizeof(uint32_t);
	ZSTD_DCtx *decoder = ZSTD_initStaticDCtx(workspace, sizeof(workspace));
	uint32_t plain_bytes;

	memcpy(&plain_bytes, payload + packed_bytes, sizeof(plain_bytes));
	if (!decoder)
		fail("Kindling: the image's decoder does not fit\r\n");
	if (ZSTD_decompressDCtx(decoder, to, plain_bytes, payload, packed_bytes) != plain_bytes)
		fail("Kindling: the image is damaged, it does not unpack\r\n");
}
