/* SPDX-License-Identifier: MIT */
/*
 * From the first instruction to kernel_main(): the boot page tables and what head.S calls.
 *
 * The boot tables map the kernel at its virtual address, and physical memory both at its own
 * address (until kernel_main() runs there) and at DIRECT_MAP_BASE: the first 4 GiB and the
 * image at once, the rest when early_map() is asked for it. They serve until arch_mmu_init().
 * One CPU, interrupts off.
 */
#pragma once

#include <lib/types.h>

struct boot_params;

/* phys_to_virt(paddr) with [paddr, paddr + size_bytes) mapped, or NULL when that is beyond the
 * port's physical addresses or the few spare tables are used up. */
void *early_map(paddr_t paddr, uint64_t size_bytes);

/* Called by head.S, at identity-mapped addresses. */
uint64_t early_map_init(void);				/* returns the root's address */
uint64_t early_borrow_low_pages(const struct boot_params *params);
void early_return_low_pages(void);
uint64_t early_boot(paddr_t params);			/* returns the slide */
paddr_t pvh_make_boot_params(const void *start_info);
