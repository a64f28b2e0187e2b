/* SPDX-License-Identifier: MIT */
/* Names of the kernel's functions, for backtraces. The table is made at link time by tools/mkksyms. */
#pragma once

#include <lib/types.h>

#define KSYM_NAME_BYTES 64

/*
 * The function that holds addr: its name into name, how far addr is behind its start into *offset,
 * its length into *size (either may be NULL). False when addr is not in the kernel's text or there is no
 * table; name is then empty. Any context, no locks; walks the table, so only for reports.
 */
bool ksym_lookup(uintptr_t addr, char name[KSYM_NAME_BYTES], size_t *offset, size_t *size);
