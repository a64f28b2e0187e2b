/* SPDX-License-Identifier: MIT */
/* The stub has no heap: the decoder names one in paths that its static state never takes. */
#pragma once

#include <stddef.h>

static inline void *malloc(size_t size)
{
	return NULL;
}

static inline void *calloc(size_t n, size_t size)
{
	return NULL;
}

static inline void free(void *ptr)
{
}
