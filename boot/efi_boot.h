/* SPDX-License-Identifier: MIT */
/*
 * The EFI configuration tables by which a loader, or the kernel before us, hands over to an entry that
 * is not the EFI stub's (UEFI 2.10, 4.6; Linux's drivers/firmware/efi/libstub): loongarch64's protocol.
 *
 * Physical address 0 is readable at `window`. Tables are believed to lie where they say, their contents
 * are checked.
 */
#pragma once

#include <lib/types.h>

struct boot_info;

/* Physical; 0: there is none. */
struct efi_boot_tables {
	paddr_t memmap;		/* LINUX_EFI_BOOT_MEMMAP */
	paddr_t initrd;		/* LINUX_EFI_INITRD_MEDIA: start, size */
	paddr_t fdt;
	paddr_t acpi;		/* RSDP */
};

enum efi_memory_type { /* UEFI 2.10, 7.2; the ones that we tell apart */
	EFI_RESERVED, EFI_LOADER_CODE, EFI_LOADER_DATA, EFI_BOOT_CODE, EFI_BOOT_DATA, EFI_CONVENTIONAL = 7, EFI_UNUSABLE,
	EFI_ACPI_RECLAIM, EFI_ACPI_NVS, EFI_PERSISTENT = 14,
};
#define EFI_PAGE_BYTES 4096
#define EFI_MEMORY_WRITE_BACK 8	/* an attribute */

/* Layouts, also for who writes such tables (kexec). */
struct efi_boot_systab {
	uint64_t signature;	/* EFI_BOOT_SIGNATURE */
	uint32_t revision, header_bytes, crc, reserved;
	uint64_t vendor;
	uint32_t firmware_revision, unused;
	uint64_t console[6];
	uint64_t runtime, boottime;
	uint64_t nr_tables, tables;
};
#define EFI_BOOT_SIGNATURE 0x5453595320494249ull

struct efi_boot_table {
	uint8_t guid[16];
	uint64_t table;
};

struct efi_boot_memmap {
	uint64_t map_bytes, desc_bytes;
	uint32_t desc_version, unused;
	uint64_t key, buffer_bytes;
};

struct efi_boot_desc {
	uint32_t type, unused;
	uint64_t start, virt;
	uint64_t pages;		/* of 4 KiB */
	uint64_t attributes;
};

extern const uint8_t efi_guid_memmap[16], efi_guid_initrd[16], efi_guid_fdt[16], efi_guid_acpi[16];

/* All of *out is zero when systab is no system table. What was found is reserved. */
void boot_efi_find_tables(struct boot_info *info, const void *window, paddr_t systab, struct efi_boot_tables *out);

/* The memory map into info->map; nothing when it is empty, as QEMU's is. */
void boot_efi_add_memory(struct boot_info *info, const void *window, const struct efi_boot_tables *tables);

/* The initrd, once the memory is known: what initrd= of the command line names wins, since with kexec_load(2) the
 * tables are those of an earlier boot. */
void boot_efi_add_initrd(struct boot_info *info, const void *window, const struct efi_boot_tables *tables);
