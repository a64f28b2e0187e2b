// SPDX-License-Identifier: MIT
/* Segment lists from a program, checked before anything is done with them. */
#include <kexec/segment.h>

#include <asm/errno.h>

static uint64_t start_of(const struct kexec_segment *segment)
{
	return (uintptr_t)segment->mem;
}

static uint64_t end_of(const struct kexec_segment *segment)
{
	return start_of(segment) + segment->memsz;
}

static bool overlap(const struct kexec_segment *a, const struct kexec_segment *b)
{
	return start_of(a) < end_of(b) && end_of(a) > start_of(b);
}

int kexec_check_segments(const struct kexec_segment *segments, unsigned int nr, uint64_t limit,
			 uint64_t page_bytes, uint64_t ram_pages)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < nr; i++) {
		uint64_t start = start_of(&segments[i]), end = end_of(&segments[i]);

		if (start > end || !IS_ALIGNED(start | end, page_bytes) || end >= limit)
			return -EADDRNOTAVAIL;
	}
	for (unsigned int i = 0; i < nr; i++)
		for (unsigned int k = 0; k < i; k++)
			if (overlap(&segments[i], &segments[k]))
				return -EINVAL;
	for (unsigned int i = 0; i < nr; i++)
		if (segments[i].bufsz > segments[i].memsz)
			return -EINVAL;
	for (unsigned int i = 0; i < nr; i++) {
		uint64_t pages = segments[i].memsz / page_bytes;

		total += pages;
		if (pages > ram_pages / 2)
			return -EINVAL;
	}
	return total > ram_pages / 2 ? -EINVAL : 0;
}
