/* SPDX-License-Identifier: MIT */
/* How the stub copies a match. */
#pragma once

#include <stdint.h>

/* Byte by byte upwards: what is copied may reach into what it is copied to. */
static inline uint8_t *copy_bytes(uint8_t *to, const uint8_t *from, uint32_t bytes)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return to;
}
