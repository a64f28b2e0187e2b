// SPDX-License-Identifier: MIT
/* The stub's last words, on the first serial port, and what its assembly knows of struct boot_params. */
#include <boot/stub/unpack.h>

#include <asm/bootparam.h>

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

void stub_fail(const char *text)
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
