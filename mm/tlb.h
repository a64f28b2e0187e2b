/* SPDX-License-Identifier: MIT */
/* TLB flushes: local, broadcast, or by IPI to the CPUs that run the space. Interrupts on, no spinlock
 * that an interrupt handler takes (vm_space->page_table_lock is allowed). */
#pragma once

#include <lib/types.h>

struct vm_space;

void tlb_flush_range(struct vm_space *space, vaddr_t start, size_t size);
void tlb_flush_kernel(vaddr_t start, size_t size);

/* No CPU has the table of space loaded afterwards (it is about to be freed). */
void vm_space_unload(struct vm_space *space);
