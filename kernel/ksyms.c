// SPDX-License-Identifier: MIT
/* Reads the table that tools/mkksyms describes, from its start: distances add up to addresses. */
#include <kernel/ksyms.h>

#include <lib/compiler.h>
#include <lib/string.h>

extern const uint8_t __ksyms_start[], __ksyms_end[];
extern const char __image_start[], __text_end[];

bool ksym_lookup(uintptr_t addr, char name[KSYM_NAME_BYTES], size_t *offset, size_t *size)
{
	uintptr_t wanted = addr - (uintptr_t)__image_start, start = 0, next = 0;
	uintptr_t text_bytes = __text_end - __image_start;
	const uint8_t *low = __ksyms_start + sizeof(uint32_t), *high;
	const char *names, *found = NULL;
	uint32_t nr;

	name[0] = '\0';
	if (wanted >= text_bytes || __ksyms_end - __ksyms_start <= (ptrdiff_t)sizeof(nr))
		return false;
	memcpy(&nr, __ksyms_start, sizeof(nr));
	high = low + nr;
	names = (const char *)high + nr;
	for (uint32_t i = 0; i < nr; i++) {
		next += low[i] | (uintptr_t)high[i] << 8;
		if (next > wanted)
			break;
		start = next;
		found = names;
		names += strlen(names) + 1;
	}
	if (!found)
		return false;
	strscpy(name, found, KSYM_NAME_BYTES);
	if (offset)
		*offset = wanted - start;
	if (size)
		*size = (next > wanted ? next : text_bytes) - start;
	return true;
}
