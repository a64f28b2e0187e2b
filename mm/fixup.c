// SPDX-License-Identifier: MIT
/* Searched in order: there are a few dozen, and a fault that needs one is rare. */
#include <mm/fixup.h>

struct fixup {
	int32_t at, go_on;
};

extern const struct fixup __ex_table_start[], __ex_table_end[];

bool fixup_find(uintptr_t *ip)
{
	for (const struct fixup *f = __ex_table_start; f != __ex_table_end; f++) {
		if ((uintptr_t)&f->at + (intptr_t)f->at != *ip)
			continue;
		*ip = (uintptr_t)&f->go_on + (intptr_t)f->go_on;
		return true;
	}
	return false;
}
