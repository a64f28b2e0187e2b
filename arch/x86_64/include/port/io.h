/* SPDX-License-Identifier: MIT */
/* Device registers on x86: plain moves, which uncached mappings keep in order, and the I/O ports. */
#pragma once

#define ARCH_HAS_PORT_IO 1

#define X86_MEMORY_ACCESS(suffix, type, constraint)                                                \
	static inline type read##suffix(const volatile void *addr)                                 \
	{                                                                                          \
		type value;                                                                        \
		__asm__ volatile("mov" #suffix " %1, %0"                                           \
				 : "=" constraint(value) : "m"(*(const volatile type *)addr) : "memory"); \
		return value;                                                                      \
	}                                                                                          \
	static inline void write##suffix(type value, volatile void *addr)                          \
	{                                                                                          \
		__asm__ volatile("mov" #suffix " %0, %1"                                           \
				 ::constraint(value), "m"(*(volatile type *)addr) : "memory");     \
	}
X86_MEMORY_ACCESS(b, uint8_t, "q")
X86_MEMORY_ACCESS(w, uint16_t, "r")
X86_MEMORY_ACCESS(l, uint32_t, "r")
X86_MEMORY_ACCESS(q, uint64_t, "r")

#define X86_PORT_ACCESS(suffix, type)                                                              \
	static inline type in##suffix(uint16_t port)                                               \
	{                                                                                          \
		type value;                                                                        \
		__asm__ volatile("in" #suffix " %1, %0" : "=a"(value) : "Nd"(port) : "memory");    \
		return value;                                                                      \
	}                                                                                          \
	static inline void out##suffix(type value, uint16_t port)                                  \
	{                                                                                          \
		__asm__ volatile("out" #suffix " %0, %1" ::"a"(value), "Nd"(port) : "memory");     \
	}
X86_PORT_ACCESS(b, uint8_t)
X86_PORT_ACCESS(w, uint16_t)
X86_PORT_ACCESS(l, uint32_t)
