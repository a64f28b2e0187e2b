/* SPDX-License-Identifier: MIT */
/*
 * What bench/count.c sees and what differs by architecture, in ARCH/port.h:
 *	MARK, MARK_AND_STOP	a no-op that no compiler emits; the bytes of one and of an endless loop. Where instructions
 *				are words it gives MARK_WORD and STOP_WORD instead
 *	MEMORY_START		the address of memory
 *	KEXEC_FILE, KEXEC_TEXT	what a next Linux looks for among kexec_load's segments: a file's contents, or a text
 *	SYSCALL_AND_STOP	a system call of a function without frame, which does not come back
 *	count()			instructions under -icount shift=0: there an instruction takes a nanosecond
 */
#pragma once

#include "port.h"

#ifndef MARK
#define MARK(id) __asm__ volatile(".word %c0" : : "i"(MARK_WORD(id)) : "memory")
#define BYTES_OF(w) (w) & 255, (w) >> 8 & 255, (w) >> 16 & 255, (w) >> 24 & 255
#define MARK_AND_STOP(id) BYTES_OF(MARK_WORD(id)), BYTES_OF(STOP_WORD)
#endif
