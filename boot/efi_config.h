/* SPDX-License-Identifier: MIT */
/*
 * EFI's system table as a loader names it (UEFI 2.10, 4.3 and 4.6): where firmware's own tables are.
 * Pure: reads through the map that it is given, of 32-bit and of 64-bit firmware.
 */
#pragma once

#include <lib/types.h>

struct boot_efi;

/* What reads physical memory: NULL when it cannot. What it gave stays readable until the next call. */
typedef void *efi_map_fn(paddr_t paddr, uint64_t size_bytes);

/* Fills in what follows the system table's address in *efi. False: there is no system table. */
bool efi_config_read(struct boot_efi *efi, efi_map_fn *map);
