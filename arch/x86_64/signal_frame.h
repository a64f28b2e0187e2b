/* SPDX-License-Identifier: MIT */
/* What signal.c and ptrace.c share: limits of what a program may put into its registers. */
#pragma once

#include <asm/processor-flags.h>
#include <lib/types.h>

/* The flags that sigreturn and ptrace may change; the rest stays. */
#define X86_USER_FLAGS                                                                             \
	(X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | X86_EFLAGS_TF | X86_EFLAGS_SF | X86_EFLAGS_ZF | \
		X86_EFLAGS_AF | X86_EFLAGS_PF | X86_EFLAGS_CF | X86_EFLAGS_RF)

static inline uint64_t x86_merge_user_flags(uint64_t old, uint64_t wanted)
{
	return (old & ~X86_USER_FLAGS) | (wanted & X86_USER_FLAGS);
}

/* Bytes that the largest signal frame of this CPU takes, alignment included (AT_MINSIGSTKSZ). */
size_t x86_signal_frame_max(void);
