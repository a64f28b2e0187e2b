/* SPDX-License-Identifier: MIT */
/* Barriers of x86: only a store followed by a load is reordered in ordinary memory (SDM 3A, 9.2). */
#pragma once

#define mb() __asm__ volatile("mfence" ::: "memory")
#define rmb() __asm__ volatile("lfence" ::: "memory")
#define wmb() __asm__ volatile("sfence" ::: "memory")

#define dma_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define dma_rmb() __asm__ volatile("" ::: "memory")
#define dma_wmb() __asm__ volatile("" ::: "memory")

#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __asm__ volatile("" ::: "memory")
#define smp_wmb() __asm__ volatile("" ::: "memory")
