/* SPDX-License-Identifier: MIT */
/* futex(2): wait queues keyed by (page, offset) for shared and (space, address) for private ones. */
#pragma once

#include <lib/types.h>

struct thread;

/* op without FUTEX_CLOCK_REALTIME/PRIVATE handling done: raw arguments of the call; timeout already absolute
 * monotonic nanoseconds, UINT64_MAX: none. Result of the call. May sleep. */
long futex(uint32_t *user_addr, int op, uint32_t val, uint64_t timeout_ns, uint32_t *user_addr2, uint32_t val2, uint32_t val3);

/* The two hot ones, alike. flags: FUTEX_PRIVATE_FLAG or 0. */
long futex_wait(uint32_t *user_addr, int flags, uint32_t expected, uint64_t deadline_ns, uint32_t bitset);
long futex_wake(uint32_t *user_addr, int flags, int nr, uint32_t bitset);

/* Thread exit: robust list and clear_child_tid. */
void futex_exit(struct thread *thread);
