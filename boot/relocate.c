// SPDX-License-Identifier: MIT
/* The RELR loop: an even entry is an address, an odd one a bitmap of the 63 words that follow it. */
#include <boot/relocate.h>

#include <boot/boot_info.h>

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

/* The seed is used again for getrandom: what is taken here goes through a multiplication first. */
uint64_t boot_choose_slide(const struct boot_info *info, const uint64_t *random, unsigned int room)
{
	uint64_t entropy = random ? *random : 0;

	if ((!random && !info->seed_bytes) || boot_cmdline_find(info->cmdline, "nokaslr", NULL))
		return 0;
	for (unsigned int i = 0; i < info->seed_bytes; i++)
		entropy = (entropy ^ info->seed[i]) * 0x9e3779b97f4a7c15ull;
	return (entropy >> 32) % room * (2ull << 20);
}
