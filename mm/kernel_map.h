/* SPDX-License-Identifier: MIT */
/* The kernel's own mappings, for the ports whose page tables hold them (not those with hardware windows). */
#pragma once

/*
 * Fills kernel_pagetable: usable RAM in the direct map (up to DIRECT_MAP_BYTES), the image with text executable and
 * read-only, constants read-only, data not executable, and the top-level entries of vmap, which every user root copies.
 * Boot CPU, once, from arch_mmu_init(); panics without memory.
 */
void kernel_map_build(void);
