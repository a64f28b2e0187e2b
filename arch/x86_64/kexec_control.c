// SPDX-License-Identifier: MIT
/*
 * Copies, checks, jumps. All of it is in one section without calls, constants or tables outside; an
 * exception resets the machine, there being no IDT.
 */
#include "kexec_control.h"

#define CR0_STATE	0x80000033	/* PG NE ET MP PE */
#define CR4_PAE		(1ull << 5)
#define CR4_MCE		(1ull << 6)

CONTROL_INLINE void put(uint16_t port, char c)
{
	uint8_t status = 0;

	for (unsigned int i = 0; !(status & 0x20) && i < 100000; i++)
		__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)(port + 5)));
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"(port));
}

/* One line, a moment for the wire, then the fault that resets. */
CONTROL_INLINE void report_and_reset(uint16_t port)
{
	const char *text;

	__asm__("call 1f\n\t"
		".asciz \"" CONTROL_DAMAGED "\"\n"
		"1:\tpopq %0" : "=r"(text));
	for (; port && *text; text++)
		put(port, *text);
	for (volatile unsigned int i = 0; i < 50000000; i++)
		;
	__asm__ volatile("int3");
}

__attribute__((section(".text.kexec_control"), used, no_builtin))
void kexec_control(const struct kexec_control *control)
{
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

	if (!control_carry_out(&control->plan))
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
		"retq" : : "r"(control->plan.entry), "S"(control->plan.params));
	__builtin_unreachable();
}
