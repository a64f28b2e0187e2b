// SPDX-License-Identifier: MIT
/* Any bytes as the head of a bzImage, which is made to get past the first checks. */
#include <kexec/bzimage.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bzimage_info info;
	const char *why;
	uint8_t head[4096];
	volatile uint8_t last;

	size = min(size, sizeof(head));
	memcpy(head, data, size);
	if (size > 0x206) {
		memcpy(head + 0x1fe, "\x55\xAA", 2);
		memcpy(head + 0x202, "HdrS", 4);
	}
	if (bzimage_parse(head, size, size + (size ? data[0] << 12 : 0), &info, &why))
		return 0;
	last = head[BZIMAGE_HEADER_OFFSET + info.header_bytes - 1];
	(void)last;
	if (!is_power_of_2(info.align) || info.init_bytes < info.kernel_bytes)
		__builtin_trap();
	return 0;
}
