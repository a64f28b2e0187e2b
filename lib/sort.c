// SPDX-License-Identifier: MIT
/* Heap sort: n log n at worst, in place, no stack. */
#include <lib/sort.h>

static void swap_bytes(char *a, char *b, size_t n)
{
	while (n--) {
		char t = *a;

		*a++ = *b;
		*b++ = t;
	}
}

/* Lets the element at `root` sink until no child is larger. */
static void sift_down(char *base, size_t root, size_t count, size_t size, sort_compare_fn compare)
{
	size_t child;

	while ((child = 2 * root + 1) < count) {
		if (child + 1 < count &&
		    compare(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (compare(base + root * size, base + child * size) >= 0)
			return;
		swap_bytes(base + root * size, base + child * size, size);
		root = child;
	}
}

void sort(void *base, size_t count, size_t size, sort_compare_fn compare)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(base, i, count, size, compare);
	for (size_t end = count; end-- > 1;) {
		swap_bytes(base, (char *)base + end * size, size);
		sift_down(base, 0, end, size, compare);
	}
}

void *binary_search(const void *key, const void *base, size_t count, size_t size,
		    sort_compare_fn compare)
{
	const char *p = base;

	while (count) {
		const char *middle = p + count / 2 * size;
		int order = compare(key, middle);

		if (!order)
			return (void *)middle;
		if (order > 0) {
			p = middle + size;
			count--;
		}
		count /= 2;
	}
	return NULL;
}
