/* SPDX-License-Identifier: MIT */
/* Device registers: a read is complete before what follows, a write comes after what was before. */
#pragma once

#include <arch/no_port_io.h> /* no PCI I/O window yet */

#define ARM64_IO(suffix, type, reg, load, store)                                                   \
	static inline type read##suffix(const volatile void *addr)                                 \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		__asm__ volatile(load " %" reg "0, [%1]\n\tdmb oshld" : "=r"(value) : "r"(addr) : "memory"); \
		return value;                                                                      \
	}                                                                                          \
	static inline void write##suffix(type value, volatile void *addr)                          \
	{                                                                                          \
		__asm__ volatile("dmb oshst\n\t" store " %" reg "0, [%1]" ::"r"(value), "r"(addr) : "memory"); \
	}
ARM64_IO(b, uint8_t, "w", "ldrb", "strb")
ARM64_IO(w, uint16_t, "w", "ldrh", "strh")
ARM64_IO(l, uint32_t, "w", "ldr", "str")
ARM64_IO(q, uint64_t, "x", "ldr", "str")
#undef ARM64_IO
