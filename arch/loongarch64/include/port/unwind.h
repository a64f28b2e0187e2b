/* SPDX-License-Identifier: MIT */
/* fp is the frame pointer. */
#pragma once

#include <arch/trapframe.h>

#define UNWIND_RECORD (-16)
#define UNWIND_SWITCHED (10 * 8)

static inline uintptr_t arch_frame_fp(const struct trapframe *frame)
{
	return frame->regs[22];
}
