// SPDX-License-Identifier: MIT
/*
 * Big buffers: small ones come from the heap with a header in front, so that they are never
 * page-aligned, which tells them apart from vmalloc()'s.
 */
#include <arch/layout.h>
#include <lib/alloc.h>
#include <mm/vmap.h>

#define HEADER_BYTES	16
#define MAX_HEAP_BYTES	2048

void *kvmalloc(size_t size)
{
	char *p;

	if (size > MAX_HEAP_BYTES - HEADER_BYTES)
		return vmalloc(size);
	p = kmalloc(size + HEADER_BYTES);
	return p ? p + HEADER_BYTES : NULL;
}

void kvfree(void *p)
{
	if (IS_ALIGNED((uintptr_t)p, PAGE_SIZE))
		vfree(p);
	else
		kfree((char *)p - HEADER_BYTES);
}
