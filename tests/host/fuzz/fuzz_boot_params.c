// SPDX-License-Identifier: MIT
/* Any boot_params, in a small memory of any content. */
#include <asm/bootparam.h>
#include <boot/boot_info.h>
#include "../../../arch/x86_64/boot_params.h"
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTE 0x400

static uint8_t *memory;
static size_t memory_bytes;

static void *map(paddr_t paddr, uint64_t size)
{
	if (paddr < FIRST_BYTE || paddr - FIRST_BYTE > memory_bytes ||
	    size > memory_bytes - (paddr - FIRST_BYTE))
		return NULL;
	return memory + (paddr - FIRST_BYTE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct boot_info info;
	size_t head = size < sizeof(boot_params_copy) ? size : sizeof(boot_params_copy);

	memset(&info, 0, sizeof(info));
	memset(&boot_params_copy, 0, sizeof(boot_params_copy));
	memcpy(&boot_params_copy, data, head);
	boot_params_copy.hdr.header = 0x53726448;
	memory_bytes = size - head;
	memory = malloc(memory_bytes);
	memcpy(memory, data + head, memory_bytes);
	boot_params_parse(&info, map);
	free(memory);
	for (unsigned int i = 1; i < info.nr_map; i++)
		if (info.map[i - 1].start + info.map[i - 1].size_bytes > info.map[i].start)
			__builtin_trap();
	if (strlen(info.cmdline) >= BOOT_CMDLINE_BYTES)
		__builtin_trap();
	return 0;
}
