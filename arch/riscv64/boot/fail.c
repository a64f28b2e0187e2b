// SPDX-License-Identifier: MIT
/* The stub's last words, on the firmware's console. */
#include <boot/stub/unpack.h>
#include <port/sbi.h>

void stub_fail(const char *text)
{
	for (; *text; text++)
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (uint8_t)*text, 0, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}
