/* SPDX-License-Identifier: MIT */
/* In-place heap sort (no recursion, no memory) and binary search over arrays. */
#pragma once

#include <lib/compiler.h>

/* <0, 0, >0 as a sorts before, equal to, after b. */
typedef int (*sort_compare_fn)(const void *a, const void *b);

/* Not stable. */
void sort(void *base, size_t count, size_t size_bytes, sort_compare_fn compare);

/* Any element that compares equal to key, or NULL. compare(key, element). */
void *binary_search(const void *key, const void *base, size_t count, size_t size_bytes,
		    sort_compare_fn compare);
