/* SPDX-License-Identifier: MIT */
/* XXH64 (xxHash fast digest algorithm 0.1.1) with seed 0: the checksum of zstd. */
#pragma once

#include <lib/compiler.h>

struct xxh64 {
	uint64_t lanes[4], total;
	uint8_t kept[32];		/* the last total % 32 bytes */
};

void xxh64_begin(struct xxh64 *x);
void xxh64_add(struct xxh64 *x, const uint8_t *data, size_t size_bytes);
uint64_t xxh64_result(const struct xxh64 *x);
