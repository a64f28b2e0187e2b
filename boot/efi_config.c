// SPDX-License-Identifier: MIT
/* The system table and its list of configuration tables. */
#include <boot/efi_config.h>

#include <boot/boot_info.h>
#include <boot/efi_boot.h>
#include <lib/string.h>

#define MAX_TABLES 64
#define GUID_BYTES 16

static const uint8_t guid_acpi10[GUID_BYTES] = {
	0x30, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d,
};
static const uint8_t guid_smbios[GUID_BYTES] = {
	0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d,
};
static const uint8_t guid_smbios3[GUID_BYTES] = {
	0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a, 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94,
};

/* What 32-bit firmware has in the place of struct efi_boot_systab. */
struct systab_32 {
	uint64_t signature;
	uint32_t revision, header_bytes, crc, reserved;
	uint32_t vendor, firmware_revision;
	uint32_t console[6];
	uint32_t runtime, boottime;
	uint32_t nr_tables, tables;
};

static uint64_t read_systab(struct boot_efi *efi, efi_map_fn *map)
{
	const struct efi_boot_systab *wide = map(efi->systab, sizeof(*wide));
	const struct systab_32 *narrow = (const void *)wide;

	if (!wide || wide->signature != EFI_BOOT_SIGNATURE)
		return 0;
	efi->vendor = efi->is_64bit ? wide->vendor : narrow->vendor;
	efi->runtime = efi->is_64bit ? wide->runtime : narrow->runtime;
	efi->tables = efi->is_64bit ? wide->tables : narrow->tables;
	return efi->is_64bit ? wide->nr_tables : narrow->nr_tables;
}

static void take(struct boot_efi *efi, const uint8_t *guid, paddr_t table)
{
	if (!memcmp(guid, efi_guid_acpi, GUID_BYTES))
		efi->acpi20 = table;
	else if (!memcmp(guid, guid_acpi10, GUID_BYTES))
		efi->acpi = table;
	else if (!memcmp(guid, guid_smbios3, GUID_BYTES))
		efi->smbios3 = table;
	else if (!memcmp(guid, guid_smbios, GUID_BYTES))
		efi->smbios = table;
}

bool efi_config_read(struct boot_efi *efi, efi_map_fn *map)
{
	size_t pointer = efi->is_64bit ? 8 : 4, step = GUID_BYTES + pointer;
	uint64_t nr = efi->systab ? read_systab(efi, map) : 0;
	const uint8_t *entry;

	if (!nr || nr > MAX_TABLES || !efi->tables)
		return false;
	entry = map(efi->tables, nr * step);
	for (; entry && nr; nr--, entry += step) {
		uint64_t table = 0;

		memcpy(&table, entry + GUID_BYTES, pointer);
		take(efi, entry, table);
	}
	return entry;
}
