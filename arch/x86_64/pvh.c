// SPDX-License-Identifier: MIT
/*
 * From PVH's hvm_start_info (Xen's public/arch-x86/hvm/start_info.h) to boot_params, so that there
 * is one path behind it. Runs where early.c runs, on a 4 GiB identity map.
 */
#include <asm/bootparam.h>
#include <lib/compiler.h>
#include <lib/string.h>

#include "boot_params.h"
#include "early.h"

#define START_MAGIC	0x336ec578
#define LOADER_PVH	0xb0		/* type_of_loader, as Linux notes it for PVH */
#define HEADER_MAGIC	0x53726448
#define LIMIT		(1ull << 32)

struct start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t nr_modules;
	uint64_t modules;
	uint64_t cmdline;
	uint64_t rsdp;
	uint64_t memory_map;		/* from version 1 on */
	uint32_t nr_memory_map;
	uint32_t reserved;
};

struct module {
	uint64_t start;
	uint64_t size_bytes;
	uint64_t cmdline;
	uint64_t reserved;
};

struct map_entry {
	uint64_t start;
	uint64_t size_bytes;
	uint32_t type;			/* e820's */
	uint32_t reserved;
};

static void copy_map(struct boot_params *params, const struct start_info *info)
{
	const struct map_entry *entry = (const void *)info->memory_map;
	unsigned int nr = min_t(unsigned int, info->nr_memory_map, E820_MAX_ENTRIES_ZEROPAGE);

	if (!info->version || info->memory_map >= LIMIT)
		return;
	for (unsigned int i = 0; i < nr; i++, entry++)
		params->e820_table[i] = (struct boot_e820_entry){
			entry->start, entry->size_bytes, entry->type };
	params->e820_entries = nr;
}

paddr_t pvh_make_boot_params(const void *start_info)
{
	const struct start_info *info = start_info;
	struct boot_params *params = &boot_params_copy;

	if (info->magic != START_MAGIC)
		return (paddr_t)params;
	copy_map(params, info);
	params->acpi_rsdp_addr = info->rsdp;
	params->hdr.header = HEADER_MAGIC;
	params->hdr.version = 0x20f;
	params->hdr.type_of_loader = LOADER_PVH;
	params->hdr.cmd_line_ptr = info->cmdline;
	params->ext_cmd_line_ptr = info->cmdline >> 32;
	if (info->nr_modules && info->modules < LIMIT) {
		const struct module *initrd = (const void *)info->modules;

		params->hdr.ramdisk_image = initrd->start;
		params->ext_ramdisk_image = initrd->start >> 32;
		params->hdr.ramdisk_size = initrd->size_bytes;
		params->ext_ramdisk_size = initrd->size_bytes >> 32;
	}
	return (paddr_t)params;
}
