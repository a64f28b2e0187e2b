/* SPDX-License-Identifier: MIT */
/* How the stub copies a match, for ports that have nothing better. */
#pragma once

#include <stdint.h>

/* Byte by byte upwards: what is copied may reach into what it is copied to. */
static inline uint8_t *copy_bytes(uint8_t *to, const uint8_t *from, uint32_t bytes)
{
	while (bytes--)
		*to++ = *from++;
	return to;
}
