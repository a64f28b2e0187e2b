// SPDX-License-Identifier: MIT
/* The stub's last words, on the 16550 that the command line names (earlycon= or console=uart8250,mmio,ADDRESS): where
 * a device tree is, only the kernel finds out. */
#include <boot/stub/unpack.h>

#define UART_LSR 5
#define UART_LSR_THRE 0x20
#define CMDLINE_BYTES 4096
#define UNCACHED 0x8000000000000000ull

/* header.S: the Image's second argument. */
const char *stub_cmdline;

/* The number behind "uart8250,mmio,", in hexadecimal digits; 0: there is none. */
static uint64_t named_uart(const char *text)
{
	static const char word[] = "uart8250,mmio,0x";
	uint64_t address = 0;
	unsigned int met = 0, i = 0;

	for (; i < CMDLINE_BYTES && text[i] && word[met]; i++)
		met = text[i] == word[met] ? met + 1 : 0;
	for (; !word[met]; i++) {
		unsigned int digit = (unsigned char)text[i] - '0';

		if (digit > 9)
			digit = (text[i] | 0x20u) - 'a' + 10;
		if (digit > 15 || (digit > 9 && text[i] < 'A'))
			break;
		address = address << 4 | digit;
	}
	return address;
}

void stub_fail(const char *text)
{
	uint64_t address = named_uart(stub_cmdline);
	volatile uint8_t *uart = (volatile uint8_t *)(UNCACHED | address);

	for (; address && *text; text++) {
		while (!(uart[UART_LSR] & UART_LSR_THRE))
			;
		uart[0] = (uint8_t)*text;
	}
	for (;;)
		__asm__ volatile("idle 0");
}
