// SPDX-License-Identifier: MIT
/* Ids in a bitmap that doubles when it is full. */
#include <lib/idr.h>

#include <asm/errno.h>
#include <lib/alloc.h>
#include <lib/bitmap.h>

/* Makes bit id exist. */
static int grow(struct idr *idr, size_t id)
{
	size_t nr_bits = max(idr->nr_bits * 2, ALIGN_UP(id + 1, BITS_PER_LONG));
	unsigned long *map;

	if (id < idr->nr_bits)
		return 0;
	map = krealloc(idr->map, nr_bits / 8);
	if (!map)
		return -ENOMEM;
	for (size_t i = idr->nr_bits / BITS_PER_LONG; i < nr_bits / BITS_PER_LONG; i++)
		map[i] = 0;
	idr->map = map;
	idr->nr_bits = nr_bits;
	return 0;
}

int idr_alloc(struct idr *idr, unsigned int min, unsigned int max)
{
	/* A start beyond the map is free, and so is the bit behind its end. */
	size_t id = min >= idr->nr_bits ? min : bitmap_find_clear(idr->map, idr->nr_bits, min);
	int err;

	if (id > max || id > INT_MAX)
		return -ENOSPC;
	err = grow(idr, id);
	if (err)
		return err;
	set_bit(id, idr->map);
	return id;
}

int idr_alloc_cyclic(struct idr *idr, unsigned int min, unsigned int max, unsigned int *cursor)
{
	unsigned int start = *cursor < min || *cursor > max ? min : *cursor;
	int id = idr_alloc(idr, start, max);

	if (id == -ENOSPC && start > min)
		id = idr_alloc(idr, min, start - 1);
	if (id >= 0)
		*cursor = id + 1;
	return id;
}

int idr_reserve(struct idr *idr, unsigned int id)
{
	int err = grow(idr, id);

	if (err)
		return err;
	if (test_bit(id, idr->map))
		return -EBUSY;
	set_bit(id, idr->map);
	return 0;
}

void idr_free(struct idr *idr, unsigned int id)
{
	if (id < idr->nr_bits)
		clear_bit(id, idr->map);
}

bool idr_is_allocated(const struct idr *idr, unsigned int id)
{
	return id < idr->nr_bits && test_bit(id, idr->map);
}

void idr_destroy(struct idr *idr)
{
	kfree(idr->map);
	*idr = (struct idr)IDR_INIT;
}
