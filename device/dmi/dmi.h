/* SPDX-License-Identifier: MIT */
/*
 * SMBIOS (DMTF DSP0134, chapter 5): finding the entry point and the table, for /sys/firmware/dmi/tables.
 */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct dmi_entry {
	const void *entry;
	size_t entry_bytes;
	paddr_t table;
	size_t table_bytes;
};

/* Looks at 16-byte steps of a buffer for a valid entry point, 64-bit ones first. Pure. */
bool dmi_find_entry(const void *buf, size_t size, struct dmi_entry *out);

/* Makes /sys/firmware/dmi/tables on machines with a BIOS area. Once. */
void dmi_sysfs_add(void);
