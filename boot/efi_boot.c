// SPDX-License-Identifier: MIT
/* Reading EFI's configuration tables without EFI. */
#include <boot/efi_boot.h>

#include <boot/boot_info.h>
#include <lib/compiler.h>
#include <lib/string.h>

#define MAX_TABLES 64
#define MAX_MAP_BYTES (64u << 10)

const uint8_t efi_guid_memmap[16] = {
	0x3f, 0x68, 0x0f, 0x80, 0x8b, 0xd0, 0x3a, 0x42, 0xa2, 0x93, 0x96, 0x5c, 0x3c, 0x6f, 0xe2, 0xb4,
};
const uint8_t efi_guid_initrd[16] = {
	0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f, 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68,
};
const uint8_t efi_guid_fdt[16] = {
	0xd5, 0x21, 0xb6, 0xb1, 0x9c, 0xf1, 0xa5, 0x41, 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0,
};
const uint8_t efi_guid_acpi[16] = {
	0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11, 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81,
};

static void take_table(const struct efi_boot_table *table, struct efi_boot_tables *out)
{
	if (!memcmp(table->guid, efi_guid_memmap, 16))
		out->memmap = table->table;
	else if (!memcmp(table->guid, efi_guid_initrd, 16))
		out->initrd = table->table;
	else if (!memcmp(table->guid, efi_guid_fdt, 16))
		out->fdt = table->table;
	else if (!memcmp(table->guid, efi_guid_acpi, 16))
		out->acpi = table->table;
}

void boot_efi_find_tables(struct boot_info *info, const void *window, paddr_t systab, struct efi_boot_tables *out)
{
	const struct efi_boot_systab *table = window + systab;
	const struct efi_boot_table *tables = window + table->tables;

	*out = (struct efi_boot_tables){ 0 };
	if (table->signature != EFI_BOOT_SIGNATURE || !table->tables || table->nr_tables > MAX_TABLES)
		return;
	for (uint64_t i = 0; i < table->nr_tables; i++)
		take_table(&tables[i], out);
	boot_reserve(info, systab, sizeof(*table), BOOT_RESERVE_LOADER);
	boot_reserve(info, table->tables, table->nr_tables * sizeof(*tables), BOOT_RESERVE_LOADER);
}

/* Boot services are over; persistent memory is no place for us. */
static uint32_t range_type(uint32_t efi_type)
{
	switch (efi_type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_CODE:
	case EFI_BOOT_DATA:
	case EFI_CONVENTIONAL:
		return BOOT_MEM_USABLE;
	case EFI_UNUSABLE:
		return BOOT_MEM_UNUSABLE;
	case EFI_ACPI_RECLAIM:
		return BOOT_MEM_ACPI;
	case EFI_ACPI_NVS:
		return BOOT_MEM_ACPI_NVS;
	case EFI_PERSISTENT:
		return BOOT_MEM_PMEM;
	default:
		return BOOT_MEM_RESERVED;
	}
}

void boot_efi_add_memory(struct boot_info *info, const void *window, const struct efi_boot_tables *tables)
{
	const struct efi_boot_memmap *map = window + tables->memmap;

	if (!tables->memmap || !map->map_bytes)
		return;
	if (map->desc_bytes < sizeof(struct efi_boot_desc) || map->desc_bytes % 8 || map->map_bytes > MAX_MAP_BYTES) {
		info->complaints |= BOOT_BAD_MAP;
		return;
	}
	for (uint64_t at = 0; at + map->desc_bytes <= map->map_bytes; at += map->desc_bytes) {
		const struct efi_boot_desc *desc = (const void *)(map + 1) + at;

		if (desc->pages > UINT64_MAX / EFI_PAGE_BYTES ||
		    boot_add_range(info, desc->start, desc->pages * EFI_PAGE_BYTES, range_type(desc->type)))
			info->complaints |= BOOT_BAD_MAP;
	}
}

/* What the device tree named is forgotten. */
static void drop_initrds(struct boot_info *info)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < info->nr_reserved; i++)
		if (info->reserved[i].why != BOOT_RESERVE_INITRD)
			info->reserved[kept++] = info->reserved[i];
	info->nr_reserved = kept;
	info->nr_initrds = 0;
}

void boot_efi_add_initrd(struct boot_info *info, const void *window, const struct efi_boot_tables *tables)
{
	const uint64_t *initrd = window + tables->initrd;
	uint64_t start, bytes;

	if (boot_cmdline_initrd(info->cmdline, &start, &bytes)) {
		drop_initrds(info);
	} else if (tables->initrd && initrd[1]) {
		start = initrd[0];
		bytes = initrd[1];
	} else {
		return;
	}
	for (unsigned int i = 0; i < info->nr_initrds; i++)
		if (info->initrd[i].start == start)
			return; /* the device tree named it, too */
	if (info->nr_initrds == BOOT_MAX_INITRDS || !boot_range_is_usable(info, start, bytes) ||
	    boot_reserve(info, start, bytes, BOOT_RESERVE_INITRD)) {
		info->complaints |= BOOT_BAD_INITRD;
		return;
	}
	info->initrd[info->nr_initrds++] = (struct boot_range){ start, bytes, BOOT_MEM_USABLE };
}
