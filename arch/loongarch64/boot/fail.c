// SPDX-License-Identifier: MIT
/* The stub's last words, on the 16550 that the command line names (earlycon= or console=uart8250,mmio,ADDRESS), or else
 * on the first one of the device tree that the loader's system table names. */
#include <boot/efi_boot.h>
#include <boot/stub/console.h>
#include <boot/stub/unpack.h>
#include <linux/serial_reg.h>

#define CMDLINE_BYTES	4096
#define WINDOW_CACHED	0x9000000000000000ull
#define WINDOW_UNCACHED 0x8000000000000000ull
#define PADDR_MASK	0xffffffffffffull
#define FDT_GUID_START	0x41a5f19cb1b621d5ull /* its first half, as the table has it */

/* header.S: the Image's second and third argument. */
const char *stub_cmdline;
uint64_t stub_systab;

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

static const void *at(uint64_t paddr)
{
	return (const void *)(WINDOW_CACHED | (paddr & PADDR_MASK));
}

static const void *find_tree(void)
{
	const struct efi_boot_systab *systab = at(stub_systab);
	const uint64_t *table;

	if (!stub_systab || systab->signature != EFI_BOOT_SIGNATURE)
		return NULL;
	table = at(systab->tables);
	for (uint64_t i = 0; i < systab->nr_tables; i++, table += 3)
		if (*table == FDT_GUID_START)
			return at(table[2]);
	return NULL;
}

void stub_fail(const char *text)
{
	uint64_t address = named_uart(stub_cmdline) ?: stub_find_port(find_tree(), "ns16550a");
	volatile uint8_t *uart = (volatile uint8_t *)(WINDOW_UNCACHED | address);

	for (; address && *text; text++) {
		while (!(uart[UART_LSR] & UART_LSR_THRE))
			;
		uart[UART_TX] = (uint8_t)*text;
	}
	for (;;)
		__asm__ volatile("idle 0");
}
