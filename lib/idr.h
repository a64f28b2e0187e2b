/* SPDX-License-Identifier: MIT */
/*
 * Small integer ids (minor numbers, pty indices ...) out of a bitmap that grows on demand. What an
 * id stands for is the user's business (lib/xarray.h maps ids to pointers). The caller locks.
 */
#pragma once

#include <lib/compiler.h>

struct idr {
	unsigned long *map;
	size_t nr_bits;
};

#define IDR_INIT	{ NULL, 0 }

/* Lowest free id in min..max (both included), or -ENOSPC, or -ENOMEM. May allocate. */
int __must_check idr_alloc(struct idr *idr, unsigned int min, unsigned int max);

/* The next free id at or after *cursor, wrapping to min, as pids are given out. Moves *cursor. */
int __must_check idr_alloc_cyclic(struct idr *idr, unsigned int min, unsigned int max,
				  unsigned int *cursor);

/* -EBUSY when id is taken. */
int __must_check idr_reserve(struct idr *idr, unsigned int id);

/* An id that is not allocated is ignored. */
void idr_free(struct idr *idr, unsigned int id);
bool idr_is_allocated(const struct idr *idr, unsigned int id);
void idr_destroy(struct idr *idr);
