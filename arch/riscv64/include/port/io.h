/* SPDX-License-Identifier: MIT */
/* Device registers: a read is complete before what follows, a write comes after what was before. */
#pragma once

#include <arch/no_port_io.h> /* no PCI I/O window yet */

#define RISCV_IO(suffix, type, load, store)                                                        \
	static inline type read##suffix(const volatile void *addr)                                 \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		__asm__ volatile(load " %0, 0(%1)\n\tfence i, ir" : "=r"(value) : "r"(addr) : "memory"); \
		return value;                                                                      \
	}                                                                                          \
	static inline void write##suffix(type value, volatile void *addr)                          \
	{                                                                                          \
		__asm__ volatile("fence w, o\n\t" store " %0, 0(%1)" ::"r"(value), "r"(addr) : "memory"); \
	}
RISCV_IO(b, uint8_t, "lbu", "sb")
RISCV_IO(w, uint16_t, "lhu", "sh")
RISCV_IO(l, uint32_t, "lwu", "sw")
RISCV_IO(q, uint64_t, "ld", "sd")
#undef RISCV_IO
