// SPDX-License-Identifier: MIT
/* The generator gives what it should look like: not constant, not repeating, about half the bits set. */
#include <kernel/random.h>
#include <kernel/selftest.h>
#include <lib/compiler.h>
#include <lib/string.h>

SELFTEST(random)
{
	uint64_t a[64], b[64];
	unsigned int ones = 0;

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	CHECK(memcmp(a, b, sizeof(a)) != 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(a); i++)
		ones += popcount64(a[i]);
	CHECK(ones > 1800 && ones < 2300); /* of 4096: beyond seven standard deviations */
	CHECK(random_u64() != random_u64());
	return 0;
}
