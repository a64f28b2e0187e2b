// SPDX-License-Identifier: MIT
/* Bitmap searches and range operations, a word at a time. */
#include <lib/bitmap.h>

/* Finds a bit that is set in (word ^ flip). */
static size_t find_bit(const unsigned long *map, size_t nbits, size_t from, unsigned long flip)
{
	size_t i = from / BITS_PER_LONG;
	unsigned long word;

	if (from >= nbits)
		return nbits;
	word = (map[i] ^ flip) & (~0UL << (from % BITS_PER_LONG));
	while (!word) {
		if (++i >= BITS_TO_LONGS(nbits))
			return nbits;
		word = map[i] ^ flip;
	}
	return min(nbits, i * BITS_PER_LONG + ffs64(word));
}

size_t bitmap_find_set(const unsigned long *map, size_t nbits, size_t from)
{
	return find_bit(map, nbits, from, 0);
}

size_t bitmap_find_clear(const unsigned long *map, size_t nbits, size_t from)
{
	return find_bit(map, nbits, from, ~0UL);
}

size_t bitmap_find_clear_run(const unsigned long *map, size_t nbits, size_t count, size_t align)
{
	size_t start = 0;

	for (;;) {
		size_t end;

		start = ALIGN_UP(bitmap_find_clear(map, nbits, start), align);
		if (start >= nbits || nbits - start < count)
			return nbits;
		end = bitmap_find_set(map, start + count, start);
		if (end == start + count)
			return start;
		start = end + 1;
	}
}

/* The bits of word i that belong to start..start+count. */
static unsigned long range_mask(size_t i, size_t start, size_t end)
{
	unsigned long mask = ~0UL;

	if (i == start / BITS_PER_LONG)
		mask &= ~0UL << (start % BITS_PER_LONG);
	if (i == end / BITS_PER_LONG)
		mask &= (1UL << (end % BITS_PER_LONG)) - 1;
	return mask;
}

void bitmap_set_range(unsigned long *map, size_t start, size_t count)
{
	size_t end = start + count;

	for (size_t i = start / BITS_PER_LONG; i < BITS_TO_LONGS(end); i++)
		map[i] |= range_mask(i, start, end);
}

void bitmap_clear_range(unsigned long *map, size_t start, size_t count)
{
	size_t end = start + count;

	for (size_t i = start / BITS_PER_LONG; i < BITS_TO_LONGS(end); i++)
		map[i] &= ~range_mask(i, start, end);
}

void bitmap_zero(unsigned long *map, size_t nbits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
		map[i] = 0;
}

void bitmap_fill(unsigned long *map, size_t nbits)
{
	bitmap_zero(map, nbits);
	bitmap_set_range(map, 0, nbits);
}

bool bitmap_empty(const unsigned long *map, size_t nbits)
{
	return bitmap_find_set(map, nbits, 0) == nbits;
}

size_t bitmap_weight(const unsigned long *map, size_t nbits)
{
	size_t weight = 0;

	for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
		weight += popcount64(map[i] & range_mask(i, 0, nbits));
	return weight;
}

bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] & b[i];
	return !bitmap_empty(dst, nbits);
}

void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b, size_t nbits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] | b[i];
}

void bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   size_t nbits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] & ~b[i];
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, size_t nbits)
{
	for (size_t i = 0; i < BITS_TO_LONGS(nbits); i++)
		if ((a[i] ^ b[i]) & range_mask(i, 0, nbits))
			return false;
	return true;
}
