/* SPDX-License-Identifier: MIT */
/* Device registers: uncached accesses keep their order; a write comes after what memory had before. */
#pragma once

#include <arch/no_port_io.h> /* no PCI I/O window yet */

#define LOONGARCH_IO(suffix, type, load, store)                                                    \
	static inline type read##suffix(const volatile void *addr)                                 \
	{                                                                                          \
		uint64_t value;                                                                    \
                                                                                                   \
		__asm__ volatile(load " %0, %1, 0\n\tdbar 0" : "=r"(value) : "r"(addr) : "memory"); \
		return (type)value;                                                                \
	}                                                                                          \
	static inline void write##suffix(type value, volatile void *addr)                          \
	{                                                                                          \
		__asm__ volatile("dbar 0\n\t" store " %0, %1, 0" ::"r"((uint64_t)value), "r"(addr) : "memory"); \
	}
LOONGARCH_IO(b, uint8_t, "ld.bu", "st.b")
LOONGARCH_IO(w, uint16_t, "ld.hu", "st.h")
LOONGARCH_IO(l, uint32_t, "ld.wu", "st.w")
LOONGARCH_IO(q, uint64_t, "ld.d", "st.d")
#undef LOONGARCH_IO
