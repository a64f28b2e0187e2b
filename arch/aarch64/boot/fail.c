// SPDX-License-Identifier: MIT
/* The stub's last words, on the first PL011 of the loader's device tree. */
#include <boot/stub/console.h>
#include <boot/stub/unpack.h>
#include <port/pl011.h>

#define SCTLR_MMU_AND_CACHE 5ull

const void *stub_tree; /* header.S writes it */

/* Devices are not in the stub's map. */
static void leave_map(void)
{
	uint64_t level, sctlr;

	__asm__ volatile("mrs %0, CurrentEL" : "=r"(level));
	if (level == 8)
		__asm__ volatile("mrs %0, sctlr_el2\n\tbic %0, %0, %1\n\tmsr sctlr_el2, %0\n\tisb" : "=&r"(sctlr) : "r"(SCTLR_MMU_AND_CACHE));
	else
		__asm__ volatile("mrs %0, sctlr_el1\n\tbic %0, %0, %1\n\tmsr sctlr_el1, %0\n\tisb" : "=&r"(sctlr) : "r"(SCTLR_MMU_AND_CACHE));
}

void stub_fail(const char *text)
{
	volatile uint32_t *port;

	leave_map();
	port = (volatile uint32_t *)stub_find_port(stub_tree, "arm,pl011");
	for (; port && *text; text++) {
		while (port[PL011_FR / 4] & PL011_FR_TX_FULL)
			;
		port[PL011_DR / 4] = (uint8_t)*text;
	}
	for (;;)
		__asm__ volatile("wfi");
}
