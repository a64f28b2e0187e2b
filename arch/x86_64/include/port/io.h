/* SPDX-License-Identifier: MIT */
/* Device registers on x86: plain moves, which uncached mappings keep in order, and the I/O ports. */
#pragma once

#define ARCH_HAS_PORT_IO 1

static inline uint8_t readb(const volatile void *addr)
{
	uint8_t value;

	__asm__ volatile("movb %1, %0" : "=q"(value) : "m"(*(const volatile uint8_t *)addr) : "memory");
	return value;
}

static inline void writeb(uint8_t value, volatile void *addr)
{
	__asm__ volatile("movb %0, %1" ::"q"(value), "m"(*(volatile uint8_t *)addr) : "memory");
}

static inline uint16_t readw(const volatile void *addr)
{
	uint16_t value;

	__asm__ volatile("movw %1, %0" : "=r"(value) : "m"(*(const volatile uint16_t *)addr) : "memory");
	return value;
}

static inline void writew(uint16_t value, volatile void *addr)
{
	__asm__ volatile("movw %0, %1" ::"r"(value), "m"(*(volatile uint16_t *)addr) : "memory");
}

static inline uint32_t readl(const volatile void *addr)
{
	uint32_t value;

	__asm__ volatile("movl %1, %0" : "=r"(value) : "m"(*(const volatile uint32_t *)addr) : "memory");
	return value;
}

static inline void writel(uint32_t value, volatile void *addr)
{
	__asm__ volatile("movl %0, %1" ::"r"(value), "m"(*(volatile uint32_t *)addr) : "memory");
}

static inline uint64_t readq(const volatile void *addr)
{
	uint64_t value;

	__asm__ volatile("movq %1, %0" : "=r"(value) : "m"(*(const volatile uint64_t *)addr) : "memory");
	return value;
}

static inline void writeq(uint64_t value, volatile void *addr)
{
	__asm__ volatile("movq %0, %1" ::"r"(value), "m"(*(volatile uint64_t *)addr) : "memory");
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void outb(uint8_t value, uint16_t port)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	__asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void outw(uint16_t value, uint16_t port)
{
	__asm__ volatile("outw %0, %1" ::"a"(value), "Nd"(port) : "memory");
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static inline void outl(uint32_t value, uint16_t port)
{
	__asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port) : "memory");
}
