/* SPDX-License-Identifier: MIT */
/*
 * XXH64, the 64-bit digest over kexec segments (specification: xxHash's doc/xxhash_spec.md). Not
 * cryptographic. One-shot, or streamed through a state.
 */
#pragma once

#include <lib/compiler.h>

struct xxh64_state {
	uint64_t acc[4];
	uint64_t total_bytes;
	uint8_t buf[32];
	uint32_t buffered_bytes;
	uint64_t seed;
};

uint64_t xxh64(const void *data, size_t size_bytes, uint64_t seed);

void xxh64_init(struct xxh64_state *state, uint64_t seed);
void xxh64_update(struct xxh64_state *state, const void *data, size_t size_bytes);
uint64_t xxh64_final(const struct xxh64_state *state);
