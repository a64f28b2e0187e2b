/* SPDX-License-Identifier: MIT */
/* Barriers of LoongArch: dbar 0 orders everything (Reference Manual, 2.2.8). */
#pragma once

#define mb() __asm__ volatile("dbar 0" ::: "memory")
#define rmb() mb()
#define wmb() mb()

#define dma_mb() mb()
#define dma_rmb() mb()
#define dma_wmb() mb()

#define smp_mb() mb()
#define smp_rmb() mb()
#define smp_wmb() mb()
