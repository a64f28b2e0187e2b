/* SPDX-License-Identifier: MIT */
/*
 * What the code that runs after the kernel, from a page of its own, has in common on all ports: copies
 * and digests. Always inline, without calls, constants or tables outside; addresses are physical, and
 * reached as they are.
 */
#pragma once

#include <arch/kexec.h>
#include <arch/layout.h>
#include <lib/types.h>

/* The plan as that code gets it, in the port's struct kexec_control: physical addresses. */
struct control_plan {
	uint64_t entry, params;
	uint64_t copies, digests;
	uint64_t nr_copies, nr_digests;
};

static inline void control_take_plan(struct control_plan *to, const struct kexec_plan *plan)
{
	to->entry = plan->entry;
	to->params = plan->params;
	to->copies = virt_to_phys(plan->copies);
	to->digests = virt_to_phys(plan->digests);
	to->nr_copies = plan->nr_copies;
	to->nr_digests = plan->nr_digests;
}

/* What is said, as a constant in the code, before the reset. */
#define CONTROL_DAMAGED "\\r\\nkexec: the next kernel is damaged after relocation, resetting\\r\\n"

#define CONTROL_INLINE static inline __attribute__((always_inline))

/* XXH64 as its specification gives it (doc/xxhash_spec.md of xxHash). */
#define CONTROL_PRIME1 0x9e3779b185ebca87ull
#define CONTROL_PRIME2 0xc2b2ae3d27d4eb4full
#define CONTROL_PRIME3 0x165667b19e3779f9ull
#define CONTROL_PRIME4 0x85ebca77c2b2ae63ull
#define CONTROL_PRIME5 0x27d4eb2f165667c5ull

CONTROL_INLINE uint64_t control_rotate(uint64_t value, unsigned int bits)
{
	return value << bits | value >> (64 - bits);
}

CONTROL_INLINE uint64_t control_round(uint64_t lane, uint64_t input)
{
	return control_rotate(lane + input * CONTROL_PRIME2, 31) * CONTROL_PRIME1;
}

CONTROL_INLINE uint64_t control_merge(uint64_t hash, uint64_t lane)
{
	return (hash ^ control_round(0, lane)) * CONTROL_PRIME1 + CONTROL_PRIME4;
}

CONTROL_INLINE uint64_t control_hash_tail(uint64_t hash, const uint8_t *at, uint64_t left)
{
	for (; left >= 8; left -= 8, at += 8)
		hash = control_rotate(hash ^ control_round(0, *(const volatile uint64_t *)at), 27) * CONTROL_PRIME1 +
			CONTROL_PRIME4;
	if (left >= 4) {
		hash = control_rotate(hash ^ *(const volatile uint32_t *)at * CONTROL_PRIME1, 23) * CONTROL_PRIME2 +
			CONTROL_PRIME3;
		left -= 4;
		at += 4;
	}
	for (; left; left--, at++)
		hash = control_rotate(hash ^ *(const volatile uint8_t *)at * CONTROL_PRIME5, 11) * CONTROL_PRIME1;
	hash = (hash ^ hash >> 33) * CONTROL_PRIME2;
	hash = (hash ^ hash >> 29) * CONTROL_PRIME3;
	return hash ^ hash >> 32;
}

CONTROL_INLINE uint64_t control_xxh64(uint64_t start, uint64_t bytes)
{
	const uint64_t *at = (const uint64_t *)start;
	uint64_t a = CONTROL_PRIME1 + CONTROL_PRIME2, b = CONTROL_PRIME2, c = 0, d = -CONTROL_PRIME1;
	uint64_t hash = CONTROL_PRIME5, left = bytes;

	if (bytes >= 32) {
		for (; left >= 32; left -= 32, at += 4) {
			a = control_round(a, at[0]);
			b = control_round(b, at[1]);
			c = control_round(c, at[2]);
			d = control_round(d, at[3]);
		}
		hash = control_rotate(a, 1) + control_rotate(b, 7) + control_rotate(c, 12) + control_rotate(d, 18);
		hash = control_merge(hash, a);
		hash = control_merge(hash, b);
		hash = control_merge(hash, c);
		hash = control_merge(hash, d);
	}
	return control_hash_tail(hash + bytes, (const uint8_t *)at, left);
}

/* Whole words, in order; volatile keeps them from becoming calls of memcpy. */
CONTROL_INLINE void control_copy(const struct kexec_copy *copy, uint64_t nr)
{
	for (; nr; nr--, copy++) {
		volatile uint64_t *to = (volatile uint64_t *)copy->to, *end = to + copy->bytes / 8;
		const volatile uint64_t *from = (const volatile uint64_t *)copy->from;

		if (copy->from == KEXEC_ZERO)
			for (; to < end; to++)
				*to = 0;
		else
			for (; to < end; to++)
				*to = *from++;
	}
}

CONTROL_INLINE bool control_is_sound(const struct kexec_digest *digest, uint64_t nr)
{
	for (; nr; nr--, digest++)
		if (control_xxh64(digest->start, digest->bytes) != digest->xxh64)
			return false;
	return true;
}

/* All copies; then whether every digest is right. */
CONTROL_INLINE bool control_carry_out(const struct control_plan *plan)
{
	control_copy((const void *)plan->copies, plan->nr_copies);
	return control_is_sound((const void *)plan->digests, plan->nr_digests);
}
