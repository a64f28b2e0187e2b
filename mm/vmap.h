/* SPDX-License-Identifier: MIT */
/* Kernel mappings outside the direct map: device registers, kernel stacks with guard pages, big buffers. May sleep. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

/* Device registers (uncached), or NULL. size need not be aligned. */
void *ioremap(paddr_t paddr, size_t size);
void *ioremap_wc(paddr_t paddr, size_t size);
void iounmap(void *addr);

/* Memory that firmware left (ACPI tables, FDT, SMBIOS) whether it is RAM or not: cached mapping, read-only. NULL. */
const void *memremap(paddr_t paddr, size_t size);
void memunmap(const void *addr);

/* Pages not physically contiguous, zeroed. */
void *vmalloc(size_t size);
void vfree(void *addr);

/* A kernel stack of KERNEL_STACK_SIZE with an unmapped page below; cached. Freeing: any context. */
void *kernel_stack_alloc(void);
void kernel_stack_free(void *stack);

/* For mm_init(): after arch_mmu_init(). */
void vmap_init(void);
