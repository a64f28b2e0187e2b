/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: memory barriers. Atomics are the compiler's (lib/atomic.h).
 *
 *   mb rmb wmb                order accesses to devices and to memory
 *   dma_mb dma_rmb dma_wmb    order accesses to memory that a device also reads or writes
 *   smp_mb smp_rmb smp_wmb    order accesses to memory that other CPUs see
 *
 * All are macros or inline functions without arguments.
 */
#pragma once

#include <port/barrier.h>
