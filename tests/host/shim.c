// SPDX-License-Identifier: MIT
/* The heap of host tests: the C library's, with a switch that makes allocations fail. */
#include "shim.h"

#include <lib/alloc.h>
#include <stdlib.h>

long shim_allocations_left = -1;

/* A fuzzed size must not eat the machine. */
#define MAX_BYTES ((size_t)1 << 30)

static bool may_allocate(size_t size)
{
	if (size > MAX_BYTES || !shim_allocations_left)
		return false;
	if (shim_allocations_left > 0)
		shim_allocations_left--;
	return true;
}

void *kmalloc(size_t size)
{
	return may_allocate(size) ? malloc(size) : NULL;
}

void *kzalloc(size_t size)
{
	return may_allocate(size) ? calloc(1, size) : NULL;
}

void *kcalloc(size_t n, size_t size)
{
	return mul_overflows(n, size, &size) ? NULL : kzalloc(size);
}

void *krealloc(void *p, size_t size)
{
	return may_allocate(size) ? realloc(p, size) : NULL;
}

void kfree(void *p)
{
	free(p);
}

void *kvmalloc(size_t size)
{
	return kmalloc(size);
}

void kvfree(void *p)
{
	free(p);
}
