/* SPDX-License-Identifier: MIT */
/* mm's places in kernel/main.c's lists. */
#pragma once

struct boot_info;

/* Page allocator on boot_info's map, then kmalloc, then (by arch_mmu_init) the kernel's page tables. Boot CPU. */
void mm_init(const struct boot_info *info);

/* After cpu_init(): free lists of each CPU serve from here on. */
void mm_enable_cpu_lists(void);

/* For mm_init(). */
void vm_space_init(void);
