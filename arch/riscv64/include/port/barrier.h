/* SPDX-License-Identifier: MIT */
/* Barriers of RISC-V: i and o order devices, r and w memory (unprivileged specification, FENCE). */
#pragma once

#define mb() __asm__ volatile("fence iorw, iorw" ::: "memory")
#define rmb() __asm__ volatile("fence ir, ir" ::: "memory")
#define wmb() __asm__ volatile("fence ow, ow" ::: "memory")

#define dma_mb() __asm__ volatile("fence rw, rw" ::: "memory")
#define dma_rmb() __asm__ volatile("fence r, r" ::: "memory")
#define dma_wmb() __asm__ volatile("fence w, w" ::: "memory")

#define smp_mb() __asm__ volatile("fence rw, rw" ::: "memory")
#define smp_rmb() __asm__ volatile("fence r, r" ::: "memory")
#define smp_wmb() __asm__ volatile("fence w, w" ::: "memory")
