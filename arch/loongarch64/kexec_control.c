// SPDX-License-Identifier: MIT
/* Copies, checks, the jump, with direct addresses. One section without calls, constants or tables outside. */
#include "kexec_control.h"

#include <port/csr.h>

CONTROL_INLINE void reset(const struct fdt_syscon *by)
{
	volatile uint32_t *at = (volatile uint32_t *)by->paddr;

	if (at && by->width == 1)
		*(volatile uint8_t *)at = (uint8_t)by->value;
	else if (at && by->width == 2)
		*(volatile uint16_t *)at = (uint16_t)by->value;
	else if (at)
		*at = (*at & ~by->mask) | (by->value & by->mask);
}

/* One line to a 16550, then the machine's reset, or the end. */
CONTROL_INLINE void report_and_reset(const struct kexec_control *control)
{
	volatile uint8_t *uart = (volatile uint8_t *)control->uart;
	const char *text;

	__asm__("bl 1f\n\t"
		".asciz \"" CONTROL_DAMAGED "\"\n\t"
		".balign 4\n"
		"1: move %0, $ra" : "=r"(text) : : "$ra");
	/* Uncached: direct accesses are, with DATM 0. What was written before is in coherent caches. */
	csr_write(CSR_CRMD, CRMD_DA);
	for (; uart && *text; text++) {
		while (!(uart[5] & 0x20))
			;
		uart[0] = (uint8_t)*text;
	}
	reset(&control->reset);
	for (;;)
		__asm__ volatile("idle 0");
}

__attribute__((section(".text.kexec_control"), used, no_builtin))
void kexec_control(const struct kexec_control *control)
{
	register uint64_t is_efi __asm__("$a0");
	register uint64_t cmdline __asm__("$a1");
	register uint64_t systab __asm__("$a2");
	uint64_t entry = control->plan.entry;

	if (!control_carry_out(&control->plan))
		report_and_reset(control);
	cmdline = control->cmdline;
	systab = control->systab;
	is_efi = 1;
	__asm__ volatile("dbar 0\n\t"
		"ibar 0\n\t"
		"jirl $zero, %0, 0" : : "r"(entry), "r"(is_efi), "r"(cmdline), "r"(systab) : "memory");
	__builtin_unreachable();
}
