/* SPDX-License-Identifier: MIT */
/* Stepping through kernel stack frames along the frame pointers. Any context. */
#pragma once

#include <lib/types.h>

struct thread;
struct trapframe;

struct unwind_state {
	uintptr_t ip;
	uintptr_t fp;
	uintptr_t stack_lo, stack_hi; /* fp must stay inside */
};

/* Starts at frame; or, with frame NULL, at the caller (thread NULL) or where thread was switched away. */
void unwind_start(struct unwind_state *state, const struct trapframe *frame, const struct thread *thread);

/* To the caller's frame; false at the end. */
bool unwind_step(struct unwind_state *state);
