/* SPDX-License-Identifier: MIT */
/*
 * Bitmaps: arrays of unsigned long, bit n in word n / 64. Sizes are in bits. Nothing here is
 * atomic (lib/atomic.h has atomic bit operations); bits beyond the size are never looked at.
 */
#pragma once

#include <lib/compiler.h>

#define BITS_PER_LONG		64
#define BITS_TO_LONGS(nbits)	DIV_ROUND_UP((size_t)(nbits), BITS_PER_LONG)
#define DECLARE_BITMAP(name, nbits) unsigned long name[BITS_TO_LONGS(nbits)]

static inline bool test_bit(size_t n, const unsigned long *map)
{
	return map[n / BITS_PER_LONG] >> (n % BITS_PER_LONG) & 1;
}

static inline void set_bit(size_t n, unsigned long *map)
{
	map[n / BITS_PER_LONG] |= 1UL << (n % BITS_PER_LONG);
}

static inline void clear_bit(size_t n, unsigned long *map)
{
	map[n / BITS_PER_LONG] &= ~(1UL << (n % BITS_PER_LONG));
}

static inline void assign_bit(size_t n, unsigned long *map, bool value)
{
	if (value)
		set_bit(n, map);
	else
		clear_bit(n, map);
}

/* First set (or clear) bit at or after `from`; `nbits` when there is none. */
size_t bitmap_find_set(const unsigned long *map, size_t nbits, size_t from);
size_t bitmap_find_clear(const unsigned long *map, size_t nbits, size_t from);

/* First of `count` clear bits in a row whose start is a multiple of `align`; nbits if none. */
size_t bitmap_find_clear_run(const unsigned long *map, size_t nbits, size_t count, size_t align);

void bitmap_set_range(unsigned long *map, size_t start, size_t count);
void bitmap_clear_range(unsigned long *map, size_t start, size_t count);
void bitmap_zero(unsigned long *map, size_t nbits);
void bitmap_fill(unsigned long *map, size_t nbits);
bool bitmap_empty(const unsigned long *map, size_t nbits);
size_t bitmap_weight(const unsigned long *map, size_t nbits);

/* dst = a OP b, over whole words. bitmap_and says whether any bit of the result is set. */
bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits);
void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits);
void bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   size_t nbits);
bool bitmap_equal(const unsigned long *a, const unsigned long *b, size_t nbits);

#define bitmap_for_each_set(n, map, nbits) \
	for (n = bitmap_find_set(map, nbits, 0); n < (nbits); \
	     n = bitmap_find_set(map, nbits, n + 1))
