/* SPDX-License-Identifier: MIT */
/*
 * The kernel heap's contract. mm/ implements it; on the host a malloc shim does.
 *
 * Context: thread or interrupt; may not sleep. Memory is aligned to the size rounded up to a power
 * of two, at least to 16 bytes and at most to a page. NULL means: no memory. A size of 0 is valid.
 */
#pragma once

#include <lib/compiler.h>

void kfree(void *p);		/* NULL is allowed */

void *kmalloc(size_t size) __must_check __attribute__((malloc, alloc_size(1)));

/* Zeroed. */
void *kzalloc(size_t size) __must_check __attribute__((malloc, alloc_size(1)));

/* Zeroed array; NULL also when n * size overflows. */
void *kcalloc(size_t n, size_t size) __must_check __attribute__((malloc, alloc_size(1, 2)));

/* Grows or shrinks, keeping the contents; on NULL the old block is untouched. p may be NULL. */
void *krealloc(void *p, size_t size) __must_check __attribute__((alloc_size(2)));

/* Copies, freed with kfree(). lib/alloc.c makes these of kmalloc(). */
char *kstrdup(const char *s) __must_check;
char *kstrndup(const char *s, size_t max) __must_check;
void *kmemdup(const void *src, size_t size) __must_check;

/* printf into a fresh string. */
char *kasprintf(const char *fmt, ...) __must_check __printf(1, 2);

/*
 * Big buffers, which need not be physically contiguous. Thread context, may sleep. Aligned to 16
 * bytes. Freed with kvfree() only.
 */
void *kvmalloc(size_t size) __must_check __attribute__((malloc, alloc_size(1)));
void kvfree(void *p);		/* NULL is allowed */
