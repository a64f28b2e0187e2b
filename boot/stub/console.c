// SPDX-License-Identifier: MIT
/* A device tree without libfdt: one walk over its tokens (Devicetree Specification 0.4, 5.4). It may run with the MMU off,
 * where a read has to be aligned: lib/string.h's are not. */
#include "console.h"

#define MAGIC 0xd00dfeed
#define MAX_BYTES (2u << 20)

enum token { BEGIN_NODE = 1, PROP = 3, END = 9 };

static uint32_t word(const uint32_t *at)
{
	return __builtin_bswap32(*at);
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

uint64_t stub_find_port(const void *tree, const char *compatible)
{
	const uint32_t *head = tree, *at, *end;
	const char *names;
	uint64_t reg = 0;
	bool matches = false;

	if (!tree || word(head) != MAGIC || word(head + 1) > MAX_BYTES)
		return 0;
	at = tree + word(head + 2);
	names = tree + word(head + 3);
	end = tree + word(head + 1);
	while (at + 3 < end && word(at) != END) {
		uint32_t token = word(at++), bytes;

		if (token == BEGIN_NODE) {
			reg = 0;
			matches = false;
		}
		if (token != PROP)
			continue; /* what is in a node's name is no token: it is text */
		bytes = word(at);
		if (same(names + word(at + 1), "compatible"))
			matches = same((const char *)(at + 2), compatible);
		if (same(names + word(at + 1), "reg") && bytes >= 8)
			reg = (uint64_t)word(at + 2) << 32 | word(at + 3);
		if (matches && reg)
			return reg;
		at += 2 + (bytes + 3) / 4;
	}
	return 0;
}
