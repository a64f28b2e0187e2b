/* SPDX-License-Identifier: MIT */
/*
 * From Linux's boot_params ("zero page", Documentation/arch/x86/zero-page.rst) to struct boot_info.
 * Pure: memory is read through the callback alone, so that it is tested and fuzzed on the host.
 */
#pragma once

#include <lib/types.h>

struct boot_info;
struct boot_params;

/* [paddr, paddr + size_bytes) as memory that may be read and written, or NULL. */
typedef void *boot_map_fn(paddr_t paddr, uint64_t size_bytes);

/* Our copy of what the loader gave, cleaned as Linux does it; info->boot_params points to it. */
extern struct boot_params boot_params_copy;

/*
 * Fills info from boot_params_copy and from what that points to. Whatever makes no sense is left
 * out and noted in info->complaints. The loader's random seed is wiped where it came from.
 */
void boot_params_parse(struct boot_info *info, boot_map_fn *map);
