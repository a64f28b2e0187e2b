/* SPDX-License-Identifier: MIT */
/*
 * The stub's LZ loop (format.h). It is here for those who use it to have one of their own: a call for each run of
 * bytes would cost a tenth of the time.
 */
#pragma once

#include <boot/stub/unpack.h>

#include <copy.h>

/* What the contexts of the next byte of a stream are. */
struct stub_position {
	uint32_t state;			/* 512 * STATE_... */
	uint32_t before;		/* "byte before" of FAMILIES */

	/* For who takes code apart: where it goes, what the instruction needs as far as it is known. */
	uint8_t *output;
	uint32_t need;
};

static inline uint32_t stub_read_length(uint32_t class)
{
	uint32_t more = class - LENGTH_SINGLE + 1;

	if (class < LENGTH_SINGLE)
		return MATCH_MIN + class;
	return MATCH_MIN + LENGTH_SINGLE - 2 + (1u << more) + stub_bits(more);
}

static inline uint32_t stub_read_distance(uint32_t context)
{
	uint32_t slot = stub_symbol(context), more = slot / 4 - 1;

	if (slot < 8)
		return slot + 1;
	return ((4 | (slot & 3)) << more | stub_bits(more)) + 1;
}

/* commands, literals, distances: first contexts. after: brings the position up to date behind a run of bytes. */
static __always_inline void stub_unpack_lz(uint8_t *to, uint32_t bytes, uint8_t *output, uint32_t commands,
	uint32_t literals, uint32_t distances, void (*after)(struct stub_position *p, const uint8_t *from, const uint8_t *to))
{
	uint8_t *at = to, *end = to + bytes;
	struct stub_position p = { .output = output };
	uint32_t distance = 1, literal = ~0u;	/* literal: all bits or none, of what came last */

	while (at < end) {
		const uint8_t *from = at - distance;
		uint8_t *start = at;
		uint32_t before = (literal & 256) + p.before, command = 0;

		if (!(literal & p.state))
			command = stub_symbol(commands + p.state + before);
		if (!command) {
			*at++ = stub_symbol(literals + p.state + (literal ? before : from >= to ? *from : 0));
			literal = ~0u;
		} else {
			bool again = command > LENGTH_CLASSES;
			uint32_t length = stub_read_length(command - 1 - (again ? LENGTH_CLASSES : 0));

			literal = 0;
			if (!again)
				distance = stub_read_distance(distances +
					(length < MATCH_MIN + 3 ? length - MATCH_MIN : 3));
			at = copy_bytes(at, at - distance, length);
		}
		after(&p, start, at);
	}
}
