/* SPDX-License-Identifier: MIT */
/*
 * What mm keeps per CPU (embedded in struct cpu): free single pages, free kmalloc objects, the address space
 * that is loaded. Touched with interrupts off, own CPU only. All zeroes is a valid start.
 */
#pragma once

#include <arch/layout.h>

#define KMALLOC_MIN_SHIFT 4
#define KMALLOC_CLASSES (PAGE_SHIFT - KMALLOC_MIN_SHIFT) /* 16 bytes ... half a page */

struct page;
struct vm_space;

struct page_cpu {
	struct page *first; /* linked by node.next */
	unsigned int nr_free;
	struct kmalloc_cpu {
		void *first; /* linked by the objects' first word */
		unsigned int nr_free;
	} kmalloc[KMALLOC_CLASSES];
	struct vm_space *loaded; /* whose table this CPU has; NULL: the kernel's */
};
