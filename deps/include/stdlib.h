/* SPDX-License-Identifier: MIT */
/* What libraries expect of <stdlib.h>: the kernel's heap. */
#pragma once

#include <lib/alloc.h>

static inline void *malloc(size_t size)
{
	return kmalloc(size);
}

static inline void *calloc(size_t n, size_t size)
{
	return kcalloc(n, size);
}

static inline void free(void *p)
{
	kfree(p);
}

static inline int abs(int v)
{
	return v < 0 ? -v : v;
}
