// SPDX-License-Identifier: MIT
/* Copies, checks, the jump, with direct addresses. One section without calls, constants or tables outside. */
#include "kexec_control.h"

#include <boot/efi_boot.h>
#include <kexec/control.h>
#include <port/csr.h>

/* One line to a 16550, then the end: the reset's device is gone. */
CONTROL_INLINE void report_and_stop(volatile uint8_t *uart)
{
	const char *text;

	__asm__("bl 1f\n\t"
		".asciz \"\\r\\nkexec: the next kernel is damaged after relocation, stopped\\r\\n\"\n\t"
		".balign 4\n"
		"1: move %0, $ra" : "=r"(text) : : "$ra");
	/* Uncached: direct accesses are, with DATM 0. */
	csr_write(CSR_CRMD, CRMD_DA);
	for (; uart && *text; text++) {
		while (!(uart[5] & 0x20))
			;
		uart[0] = (uint8_t)*text;
	}
	for (;;)
		__asm__ volatile("idle 0");
}

__attribute__((section(".text.kexec_control"), used, no_builtin))
void kexec_control(const struct kexec_control *control)
{
	register uint64_t is_efi __asm__("$a0");
	register uint64_t cmdline __asm__("$a1");
	register uint64_t systab __asm__("$a2");
	const uint64_t *params = (const uint64_t *)control->params;
	uint64_t entry = control->entry;

	control_copy((const void *)control->copies, control->nr_copies);
	if (!control_is_sound((const void *)control->digests, control->nr_digests))
		report_and_stop((volatile uint8_t *)control->uart);
	cmdline = control->params;
	systab = control->systab;
	if (params && *params == EFI_BOOT_SIGNATURE) {
		cmdline = params[PARAMS_CMDLINE / 8];
		systab = control->params;
	}
	is_efi = 1;
	__asm__ volatile("dbar 0\n\t"
		"ibar 0\n\t"
		"jirl $zero, %0, 0" : : "r"(entry), "r"(is_efi), "r"(cmdline), "r"(systab) : "memory");
	__builtin_unreachable();
}
