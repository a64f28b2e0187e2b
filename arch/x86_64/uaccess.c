// SPDX-License-Identifier: MIT
/* The table of instructions that may fault, written by uaccess.S: two self-relative offsets each. */
#include <arch/trapframe.h>
#include <arch/uaccess.h>

struct fixup {
	int32_t at, go_on;
};

extern const struct fixup __ex_table_start[], __ex_table_end[];

bool arch_fixup_fault(struct trapframe *frame)
{
	for (const struct fixup *f = __ex_table_start; f != __ex_table_end; f++) {
		if ((uintptr_t)&f->at + (intptr_t)f->at != frame->r.rip)
			continue;
		frame->r.rip = (uintptr_t)&f->go_on + (intptr_t)f->go_on;
		return true;
	}
	return false;
}
