// SPDX-License-Identifier: MIT
/*
 * Copies, checks, jumps. All of it is in one section without calls, constants or tables outside; an
 * exception resets the machine, there being no IDT.
 */
#include "kexec_control.h"

/* XXH64 as its specification gives it (doc/xxhash_spec.md of xxHash). */
#define PRIME1 0x9e3779b185ebca87ull
#define PRIME2 0xc2b2ae3d27d4eb4full
#define PRIME3 0x165667b19e3779f9ull
#define PRIME4 0x85ebca77c2b2ae63ull
#define PRIME5 0x27d4eb2f165667c5ull

#define CR0_STATE	0x80000033	/* PG NE ET MP PE */
#define CR4_PAE		(1ull << 5)
#define CR4_MCE		(1ull << 6)

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t rotate(uint64_t value, unsigned int bits)
{
	return value << bits | value >> (64 - bits);
}

INLINE uint64_t round_lane(uint64_t lane, uint64_t input)
{
	return rotate(lane + input * PRIME2, 31) * PRIME1;
}

INLINE uint64_t merge_lane(uint64_t hash, uint64_t lane)
{
	return (hash ^ round_lane(0, lane)) * PRIME1 + PRIME4;
}

INLINE uint64_t hash_tail(uint64_t hash, const uint8_t *at, uint64_t left)
{
	for (; left >= 8; left -= 8, at += 8)
		hash = rotate(hash ^ round_lane(0, *(const uint64_t *)at), 27) * PRIME1 + PRIME4;
	if (left >= 4) {
		hash = rotate(hash ^ *(const uint32_t *)at * PRIME1, 23) * PRIME2 + PRIME3;
		left -= 4;
		at += 4;
	}
	for (; left; left--, at++)
		hash = rotate(hash ^ *at * PRIME5, 11) * PRIME1;
	hash = (hash ^ hash >> 33) * PRIME2;
	hash = (hash ^ hash >> 29) * PRIME3;
	return hash ^ hash >> 32;
}

INLINE uint64_t xxh64(uint64_t start, uint64_t bytes)
{
	const uint64_t *at = (const uint64_t *)start;
	uint64_t a = PRIME1 + PRIME2, b = PRIME2, c = 0, d = -PRIME1, hash = PRIME5;
	uint64_t left = bytes;

	if (bytes >= 32) {
		for (; left >= 32; left -= 32, at += 4) {
			a = round_lane(a, at[0]);
			b = round_lane(b, at[1]);
			c = round_lane(c, at[2]);
			d = round_lane(d, at[3]);
		}
		hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
		hash = merge_lane(hash, a);
		hash = merge_lane(hash, b);
		hash = merge_lane(hash, c);
		hash = merge_lane(hash, d);
	}
	return hash_tail(hash + bytes, (const uint8_t *)at, left);
}

INLINE void put(uint16_t port, char c)
{
	uint8_t status = 0;

	for (unsigned int i = 0; !(status & 0x20) && i < 100000; i++)
		__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)(port + 5)));
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"(port));
}

/* One line, a moment for the wire, then the fault that resets. */
INLINE void report_and_reset(uint16_t port)
{
	const char *text;

	__asm__("call 1f\n\t"
		".asciz \"\\r\\nkexec: the next kernel is damaged after relocation, resetting\\r\\n\"\n"
		"1:\tpopq %0" : "=r"(text));
	for (; port && *text; text++)
		put(port, *text);
	for (volatile unsigned int i = 0; i < 50000000; i++)
		;
	__asm__ volatile("int3");
}

INLINE void do_copies(const struct kexec_copy *copy, uint32_t nr)
{
	for (; nr; nr--, copy++) {
		uint64_t to = copy->to, from = copy->from, words = copy->bytes / 8;

		if (from == KEXEC_ZERO)
			__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0) : "memory");
		else
			__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	}
}

__attribute__((section(".text.kexec_control"), used, no_builtin))
void kexec_control(const struct kexec_control *control)
{
	const struct kexec_digest *digest = (const void *)control->digests;
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} gdtr = { sizeof(control->gdt) - 1, (uint64_t)control->gdt }, no_idt = { 0, 0 };
	uint64_t cr4;

	__asm__ volatile("lgdt %0; lidt %1" : : "m"(gdtr), "m"(no_idt));
	__asm__ volatile("movl %0, %%ds; movl %0, %%es; movl %0, %%ss; movl %0, %%fs; movl %0, %%gs\n\t"
		"pushq $0x10\n\t"
		"leaq 1f(%%rip), %%rax\n\t"
		"pushq %%rax\n\t"
		"lretq\n"
		"1:" : : "r"(0x18) : "rax", "memory");
	__asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("movq %0, %%cr4" : : "r"((cr4 & CR4_MCE) | CR4_PAE));
	__asm__ volatile("movq %0, %%cr0" : : "r"((uint64_t)CR0_STATE));
	__asm__ volatile("movq %0, %%dr7" : : "r"(0x400ull));

	do_copies((const void *)control->copies, control->nr_copies);
	for (uint32_t i = control->nr_digests; i; i--, digest++)
		if (xxh64(digest->start, digest->bytes) != digest->xxh64)
			report_and_reset(control->serial_port);

	__asm__ volatile("pushq %0\n\t"
		"xorl %%eax, %%eax\n\t"
		"xorl %%ebx, %%ebx\n\t"
		"xorl %%ecx, %%ecx\n\t"
		"xorl %%edx, %%edx\n\t"
		"xorl %%edi, %%edi\n\t"
		"xorl %%ebp, %%ebp\n\t"
		"xorl %%r8d, %%r8d\n\t"
		"xorl %%r9d, %%r9d\n\t"
		"xorl %%r10d, %%r10d\n\t"
		"xorl %%r11d, %%r11d\n\t"
		"xorl %%r12d, %%r12d\n\t"
		"xorl %%r13d, %%r13d\n\t"
		"xorl %%r14d, %%r14d\n\t"
		"xorl %%r15d, %%r15d\n\t"
		"cld\n\t"
		"retq" : : "r"(control->entry), "S"(control->params));
	__builtin_unreachable();
}
