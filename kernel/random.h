/* SPDX-License-Identifier: MIT */
/*
 * Random numbers: a ChaCha20 generator seeded from the loader's seed, CPU instructions, virtio-rng and timing
 * jitter; never blocks a boot. Any context.
 */
#pragma once

#include <lib/types.h>

struct boot_info;

void random_init(const struct boot_info *info);
void random_bytes(void *buf, size_t size);
uint64_t random_u64(void);
/* Mixes in; credit_bits: how much of it nobody can know. */
void random_add_entropy(const void *data, size_t size, unsigned int credit_bits);
/* A device interrupt came: its time is worth a little. Interrupts off. */
void random_add_interrupt(unsigned int irq);
unsigned int random_entropy_bits(void); /* credited so far, at most 256: /proc/sys/kernel/random/entropy_avail */
