/* SPDX-License-Identifier: MIT */
/*
 * Arch contract: device registers.
 *
 * readb/w/l/q and writeb/w/l/q act on addresses from ioremap() (mm/vmap.h), are little-endian, and
 * are ordered against each other and against dma_*. Ports with an I/O address space (x86) give
 * ARCH_HAS_PORT_IO and inb/inw/inl/outb/outw/outl in port/io.h; elsewhere these names are inline
 * functions on the PCI I/O window (reads give all ones while there is none), so that neutral
 * drivers need no conditional.
 */
#pragma once

#include <lib/types.h>

static inline uint8_t readb(const volatile void *addr);
static inline uint16_t readw(const volatile void *addr);
static inline uint32_t readl(const volatile void *addr);
static inline uint64_t readq(const volatile void *addr);
static inline void writeb(uint8_t value, volatile void *addr);
static inline void writew(uint16_t value, volatile void *addr);
static inline void writel(uint32_t value, volatile void *addr);
static inline void writeq(uint64_t value, volatile void *addr);

static inline uint8_t inb(uint16_t port);
static inline uint16_t inw(uint16_t port);
static inline uint32_t inl(uint16_t port);
static inline void outb(uint8_t value, uint16_t port);
static inline void outw(uint16_t value, uint16_t port);
static inline void outl(uint32_t value, uint16_t port);

#include <port/io.h>
