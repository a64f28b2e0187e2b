// SPDX-License-Identifier: MIT
/* MMU off, back to EL2, copies, checks, the jump. One section without calls, constants or tables outside. */
#include "kexec_control.h"

#include <port/pl011.h>
#include <port/psci.h>
#include <port/sysreg.h>

/* x0 = the control page, where this code and it are mapped as they are. The stack is the page's end. */
__asm__(".pushsection .text.kexec_control, \"ax\"\n"
	".globl kexec_control_enter\n"
	".hidden kexec_control_enter\n"
	"kexec_control_enter:\n"
	"	mrs x1, sctlr_el1\n"
	"	mov x2, #0x1005\n" /* M, C, I */
	"	bic x1, x1, x2\n"
	"	msr sctlr_el1, x1\n"
	"	isb\n"
	"	ic iallu\n"
	"	tlbi vmalle1\n"
	"	dsb nsh\n"
	"	isb\n"
	"	ldr x2, [x0]\n"
	"	cbz x2, 1f\n"
	"	mov x1, x0\n"
	"	adr x0, 2f\n"
	"	hvc #0\n" /* head.S: goes on at x0 */
	"2:	msr spsel, #1\n"
	"	ic iallu\n"
	"	dsb nsh\n"
	"	isb\n"
	"	mov x0, x1\n"
	"1:	add x1, x0, #4096\n"
	"	mov sp, x1\n"
	"	b kexec_control\n"
	".popsection");

/* One line by polling, then the firmware's reset. */
CONTROL_INLINE void report_and_reset(const struct kexec_control *control)
{
	volatile uint32_t *uart = (volatile uint32_t *)control->uart;
	register uint64_t x0 __asm__("x0");
	const char *text;

	__asm__("adr %0, 1f\n\t"
		"b 2f\n\t"
		"1: .asciz \"" CONTROL_DAMAGED "\"\n\t"
		".balign 4\n"
		"2:" : "=r"(text));
	for (; uart && *text; text++) {
		while (uart[PL011_FR / 4] & PL011_FR_TX_FULL)
			;
		uart[PL011_DR / 4] = (uint8_t)*text;
	}
	x0 = PSCI_SYSTEM_RESET;
	if (control->is_smc)
		__asm__ volatile("smc #0" : "+r"(x0)::"memory");
	else
		__asm__ volatile("hvc #0" : "+r"(x0)::"memory");
	for (;;)
		__asm__ volatile("wfi");
}

/* What the caches still hold of the destinations must not be written over what is copied there now, past them. */
CONTROL_INLINE void drop_lines(const struct control_plan *plan)
{
	const struct kexec_copy *copies = (const struct kexec_copy *)plan->copies;
	uint64_t line = 4ul << (sysreg_read(ctr_el0) >> 16 & 0xf);

	for (uint64_t i = 0; i < plan->nr_copies; i++)
		for (uint64_t at = copies[i].to; at < copies[i].to + copies[i].bytes; at += line)
			__asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
	dsb(sy);
}

__attribute__((section(".text.kexec_control"), used, no_builtin))
void kexec_control(const struct kexec_control *control)
{
	register uint64_t params __asm__("x0");

	drop_lines(&control->plan);
	if (!control_carry_out(&control->plan))
		report_and_reset(control);
	params = control->plan.params;
	__asm__ volatile("ic iallu\n\t"
		"dsb sy\n\t"
		"isb\n\t"
		"mov x1, xzr\n\t"
		"mov x2, xzr\n\t"
		"mov x3, xzr\n\t"
		"br %0" : : "r"(control->plan.entry), "r"(params) : "x1", "x2", "x3", "memory");
	__builtin_unreachable();
}
