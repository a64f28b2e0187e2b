/* SPDX-License-Identifier: MIT */
/* What libraries expect of <stdlib.h>: the kernel's heap. */
#pragma once

#include <lib/alloc.h>
#include <lib/string.h>

static inline void *malloc(size_t size)
{
	return kvmalloc(size);
}

static inline void *calloc(size_t n, size_t size)
{
	void *p = mul_overflows(n, size, &size) ? NULL : kvmalloc(size);

	return p ? memset(p, 0, size) : NULL;
}

static inline void free(void *p)
{
	kvfree(p);
}

static inline int abs(int v)
{
	return v < 0 ? -v : v;
}
