// SPDX-License-Identifier: MIT
/*
 * Unpacks the kernel ELF in the image's stub. The ELF's file offsets equal its address offsets
 * (arch/x86_64/kernel.ld), so the decoder's output is the loaded kernel; .bss it clears itself.
 */
#define ZSTD_STATIC_LINKING_ONLY
#define ZSTD_DISABLE_DEPRECATE_WARNINGS
#include <zstd.h>

#include <asm/bootparam.h>
#include <lib/compiler.h>
#include <lib/string.h>
#include <lib/xxhash.h>

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

/* Frame header (RFC 8878, 3.1.1.1), its length; 0 for what our build does not make. */
static size_t frame_header_bytes(const uint8_t *frame)
{
	static const uint8_t content_size_bytes[] = { 0, 2, 4, 8 };
	uint8_t descriptor = frame[4];
	bool single_segment = descriptor & 0x20;
	uint32_t magic;
	size_t size;

	memcpy(&magic, frame, sizeof(magic));
	if (magic != ZSTD_MAGICNUMBER || descriptor & 0x1b || !(descriptor & 0x04))
		return 0;
	size = content_size_bytes[descriptor >> 6];
	return 5 + (single_segment ? size ?: 1 : size + 1);
}

/* One block (3.1.1.2): bytes it unpacks to, 0 if it is damaged. */
static size_t unpack_block(ZSTD_DCtx *decoder, unsigned int type, uint8_t *to, size_t room,
	const uint8_t *from, size_t bytes)
{
	if (bytes > room)
		return 0;
	if (type == 2) {
		bytes = ZSTD_decompressBlock(decoder, to, room, from, bytes);
		return ZSTD_isError(bytes) ? 0 : bytes;
	}
	if (type == 0)
		memcpy(to, from, bytes);
	else if (type == 1)
		memset(to, *from, bytes);
	else
		return 0;
	ZSTD_insertBlock(decoder, to, bytes);
	return bytes;
}

/*
 * The frame is walked here, with the library decoding blocks: its own frame layer serves streams,
 * dictionaries and old formats as well, at several kilobytes of image.
 */
void unpack(uint8_t *to)
{
	const uint8_t *at = payload, *end = payload_end - 2 * sizeof(uint32_t);
	ZSTD_DCtx *decoder = ZSTD_initStaticDCtx(workspace, sizeof(workspace));
	uint32_t plain_bytes, done = 0, checksum, header = 0;
	size_t skip = frame_header_bytes(at);

	memcpy(&checksum, end, sizeof(checksum));
	memcpy(&plain_bytes, end + sizeof(checksum), sizeof(plain_bytes));
	if (!decoder || !skip)
		fail("Kindling: the image has an unknown form\r\n");
	ZSTD_decompressBegin(decoder);
	for (at += skip; !(header & 1) && at + 3 <= end;) {
		size_t bytes, in_file, got;

		header = at[0] | at[1] << 8 | at[2] << 16;
		bytes = header >> 3;
		in_file = (header >> 1 & 3) == 1 ? 1 : bytes;
		at += 3;
		if (in_file > (size_t)(end - at))
			break;
		got = unpack_block(decoder, header >> 1 & 3, to + done, plain_bytes - done, at, bytes);
		if (!got)
			break;
		at += in_file;
		done += got;
	}
	if (at != end || done != plain_bytes || (uint32_t)xxh64(to, done, 0) != checksum)
		fail("Kindling: the image is damaged, it does not unpack\r\n");
}
