// SPDX-License-Identifier: MIT
/* The range coder's step, where most of the time goes; x86_64 has its own in assembly. */
#include "unpack.h"

uint32_t stub_symbol(size_t context)
{
	const struct stub_table *t = stub_table_of[context];
	uint64_t part = stub_range >> FREQUENCY_BITS, range;
	uint32_t symbol = t->symbol[stub_code / part];

	stub_code -= part * t->of[symbol].start;
	range = part * t->of[symbol].frequency;
	if (!(range >> 32)) {
		range <<= 32;
		stub_code = stub_code << 32 | *stub_input++;
	}
	stub_range = range;
	return symbol;
}
