// SPDX-License-Identifier: MIT
/*
 * Unpacks the kernel in an image's stub. The payload is the kernel as it stands in memory up to its
 * data's end; .bss it clears itself.
 */
#define ZSTD_STATIC_LINKING_ONLY
#define ZSTD_DISABLE_DEPRECATE_WARNINGS
#include "unpack.h"

#include <lib/string.h>
#include <lib/xxhash.h>
#include <zstd.h>

static uint8_t workspace[160 << 10] __aligned(16);

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
void stub_unpack(uint8_t *to, uint32_t plain_bytes)
{
	const uint8_t *at = stub_payload, *end = stub_payload_end - sizeof(uint32_t);
	ZSTD_DCtx *decoder = ZSTD_initStaticDCtx(workspace, sizeof(workspace));
	uint32_t done = 0, checksum, header = 0;
	size_t skip = frame_header_bytes(at);

	memcpy(&checksum, end, sizeof(checksum));
	if (!decoder || !skip)
		stub_fail("Kindling: the image has an unknown form\r\n");
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
		stub_fail("Kindling: the image is damaged, it does not unpack\r\n");
}
