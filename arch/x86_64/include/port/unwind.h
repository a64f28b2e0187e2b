/* SPDX-License-Identifier: MIT */
/* rbp is the frame pointer. */
#pragma once

#include <arch/trapframe.h>

#define UNWIND_RECORD 0
#define UNWIND_SWITCHED (5 * 8)

static inline uintptr_t arch_frame_fp(const struct trapframe *frame)
{
	return frame->r.rbp;
}
