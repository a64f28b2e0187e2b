/* SPDX-License-Identifier: MIT */
/* For a port's io.h: inb and its kind without an I/O address space. */
#pragma once

#include <lib/types.h>

#define NO_PORT_IO(suffix, type)                                                                   \
	static inline type in##suffix(uint16_t port)                                               \
	{                                                                                          \
		return (type)~0u;                                                                  \
	}                                                                                          \
	static inline void out##suffix(type value, uint16_t port)                                  \
	{                                                                                          \
	}
NO_PORT_IO(b, uint8_t)
NO_PORT_IO(w, uint16_t)
NO_PORT_IO(l, uint32_t)
#undef NO_PORT_IO
