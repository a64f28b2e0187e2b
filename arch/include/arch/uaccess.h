/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: access to user memory, the only code that may touch it (SMAP, PAN, SUM are opened
 * just inside). Neutral code uses mm/user_copy.h, which checks the range first.
 *
 * A fault that cannot be resolved is caught by the port's fixup table (page_fault() asks
 * arch_fixup_fault()), never oopses. All may sleep (page faults), except *_nofault.
 */
#pragma once

#include <lib/types.h>

struct trapframe;

/* Return the number of bytes NOT copied. */
size_t arch_copy_from_user(void *to, const void *user_from, size_t n);
size_t arch_copy_to_user(void *user_to, const void *from, size_t n);
size_t arch_clear_user(void *user_to, size_t n);

/* Copies a string with its NUL, at most size bytes. Returns the length without NUL; size when there
 * was no NUL in size bytes; -EFAULT. */
long arch_strncpy_from_user(char *to, const char *user_from, size_t size);

/* One aligned word each: 0 or -EFAULT. */
int arch_get_user_u32(uint32_t *to, const uint32_t *user_from);
int arch_get_user_u64(uint64_t *to, const uint64_t *user_from);
int arch_put_user_u32(uint32_t *user_to, uint32_t value);
int arch_put_user_u64(uint64_t *user_to, uint64_t value);

/* Atomic compare-exchange for futexes: 0 and the old value in *old, or -EFAULT. Faults in pages as
 * needed unless the running thread has thread->pagefault_disabled set, then -EFAULT. */
int arch_user_cmpxchg_u32(uint32_t *user_addr, uint32_t expected, uint32_t desired, uint32_t *old);

/* If the frame's ip is in a user-access function: points it at the fixup, returns true. */
bool arch_fixup_fault(struct trapframe *frame);

/* Reads kernel memory that may not be mapped (backtraces): 0 or -EFAULT. Any context. */
int arch_read_nofault(void *to, const void *from, size_t n);
