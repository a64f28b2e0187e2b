/* SPDX-License-Identifier: MIT */
/* Panic: for broken invariants of the kernel, never for input. Any context. */
#pragma once

#include <lib/compiler.h>

[[noreturn]] __printf(1, 2) void panic(const char *fmt, ...);

/* Prints the running thread's kernel stack, symbolised. */
void dump_stack(void);

struct thread;
struct trapframe;

/* The same from a trap frame on, or of a thread that is switched away (frame NULL). */
void dump_trace(const struct trapframe *frame, const struct thread *thread);

/* Invariants: checked always, they are cheap. */
#define ASSERT(cond)                                                                               \
	do {                                                                                       \
		if (unlikely(!(cond)))                                                             \
			panic("%s:%d: %s", __FILE__, __LINE__, #cond);                             \
	} while (0)
