/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: where frame records are, which kernel/unwind.c follows. The kernel keeps frame pointers;
 * a record is the caller's frame pointer and, behind it, the return address.
 *
 *	UNWIND_RECORD	bytes from where a frame pointer points to its record
 *	UNWIND_SWITCHED	bytes from the saved stack pointer of a thread that was switched away to its record
 */
#pragma once

#include <lib/types.h>

struct trapframe;

/* The frame pointer of the interrupted code. */
static inline uintptr_t arch_frame_fp(const struct trapframe *frame);

#include <port/unwind.h>
