// SPDX-License-Identifier: MIT
/* The RELR loop: an even entry is an address, an odd one a bitmap of the 63 words that follow it. */
#include <boot/relocate.h>

void boot_relocate(const uint64_t *relr, const uint64_t *end, uintptr_t where, uint64_t slide)
{
	uint64_t *next = NULL;

	for (; relr < end; relr++) {
		if (!(*relr & 1)) {
			next = (uint64_t *)(*relr + where);
			*next++ += slide;
			continue;
		}
		for (unsigned int bit = 0; bit < 63; bit++)
			if (*relr >> (bit + 1) & 1)
				next[bit] += slide;
		next += 63;
	}
}
