/* SPDX-License-Identifier: MIT */
/* Device registers: uncached accesses keep their order; a write comes after what memory had before. */
#pragma once

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

/* No PCI I/O window yet. */
#define LOONGARCH_PORT(suffix, type)                                                               \
	static inline type in##suffix(uint16_t port)                                               \
	{                                                                                          \
		return (type)~0u;                                                                  \
	}                                                                                          \
	static inline void out##suffix(type value, uint16_t port)                                  \
	{                                                                                          \
	}
LOONGARCH_PORT(b, uint8_t)
LOONGARCH_PORT(w, uint16_t)
LOONGARCH_PORT(l, uint32_t)
#undef LOONGARCH_PORT
