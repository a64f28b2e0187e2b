// SPDX-License-Identifier: MIT
/* Paging off, copies, checks, the jump. One section without calls, constants or tables outside. */
#include "kexec_control.h"

#include <port/csr.h>
#include <port/sbi.h>

/* One line by the firmware, then its reset. */
CONTROL_INLINE void report_and_reset(void)
{
	const char *text;

	__asm__("jal %0, 1f\n\t"
		".asciz \"" CONTROL_DAMAGED "\"\n\t"
		".balign 4\n"
		"1:" : "=r"(text));
	for (; *text; text++)
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (unsigned char)*text, 0, 0, 0);
	sbi_call(SBI_SRST, 0, SBI_SRST_COLD_REBOOT, 0, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}

__attribute__((section(".text.kexec_control"), used, no_builtin))
void kexec_control(const struct kexec_control *control)
{
	register uint64_t hart __asm__("a0");
	register uint64_t params __asm__("a1");

	csr_write(satp, 0);
	__asm__ volatile("sfence.vma" ::: "memory");
	if (!control_carry_out(&control->plan))
		report_and_reset();
	hart = control->hart;
	params = control->plan.params;
	__asm__ volatile("fence.i\n\t"
		"csrw stvec, zero\n\t"
		"csrw sscratch, zero\n\t"
		"jr %0" : : "r"(control->plan.entry), "r"(hart), "r"(params) : "memory");
	__builtin_unreachable();
}
