// SPDX-License-Identifier: MIT
/*
 * The earliest console: a 16550 at an I/O port, written by polling. Which one, if any, the command
 * line says in Linux's words:
 *
 *	earlyprintk=serial[,0x3f8|,ttySn][,baud]	earlyprintk=ttySn[,baud]
 *	earlycon=uart8250,io,0x3f8[,baud]		earlycon (alone: the first port)
 *	console=ttySn[,baud]
 */
#include "early_console.h"

#include <arch/init.h>
#include <boot/boot_info.h>
#include <lib/string.h>

#define TRANSMIT	0
#define DIVISOR_LOW	0		/* with LINE_DLAB */
#define DIVISOR_HIGH	1		/* with LINE_DLAB */
#define INTERRUPTS	1
#define FIFO		2
#define LINE		3
#define MODEM		4
#define STATUS		5

#define LINE_8N1	0x03
#define LINE_DLAB	0x80
#define MODEM_DTR_RTS	0x03
#define STATUS_EMPTY	0x20
#define MAX_BAUD	115200u
#define MAX_POLLS	100000u		/* a port that is not there or hangs costs this once */

static const uint16_t standard_ports[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

static uint16_t base;			/* 0: no console */

static void port_out(uint16_t reg, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"((uint16_t)(base + reg)));
}

static uint8_t port_in(uint16_t reg)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"((uint16_t)(base + reg)));
	return value;
}

static void put_raw(char c)
{
	unsigned int polls = 0;

	while (!(port_in(STATUS) & STATUS_EMPTY))
		if (++polls == MAX_POLLS)
			return;
	port_out(TRANSMIT, c);
}

void arch_early_putc(char c)
{
	if (!base)
		return;
	if (c == '\n')
		put_raw('\r');
	put_raw(c);
}

unsigned int early_console_port(void)
{
	return base;
}

static void set_line(unsigned int baud)
{
	unsigned int divisor;

	if (!baud || baud > MAX_BAUD)
		return;
	divisor = MAX_BAUD / baud;
	port_out(LINE, LINE_8N1 | LINE_DLAB);
	port_out(DIVISOR_LOW, divisor & 0xff);
	port_out(DIVISOR_HIGH, divisor >> 8);
	port_out(LINE, LINE_8N1);
}

static bool skip(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len))
		return false;
	*at += len;
	return true;
}

static unsigned int number(const char **at)
{
	unsigned int value = 0, radix = skip(at, "0x") ? 16 : 10;

	for (;; (*at)++) {
		unsigned int digit = **at - '0';

		if (radix == 16 && (**at | 0x20) >= 'a' && (**at | 0x20) <= 'f')
			digit = (**at | 0x20) - 'a' + 10;
		else if (digit > 9)
			return value;
		value = value * radix + digit;
	}
}

/* "ttySn" or a port number at *at. */
static uint16_t parse_port(const char **at)
{
	unsigned int n;

	if (!skip(at, "ttyS"))
		return **at == '0' ? number(at) : 0;
	n = number(at);
	return n < sizeof(standard_ports) / sizeof(standard_ports[0]) ? standard_ports[n] : 0;
}

/* The port named by one option's value, *at left behind it. */
static uint16_t parse_option(const char **at)
{
	uint16_t port;

	if (skip(at, "uart8250,io,") || skip(at, "uart,io,"))
		return number(at);
	if (skip(at, "serial")) {
		const char *before = *at;

		port = skip(at, ",") ? parse_port(at) : 0;
		if (!port)
			*at = before;
		return port ?: standard_ports[0];
	}
	return parse_port(at);
}

void early_console_init(const char *cmdline)
{
	const char *at;
	uint16_t port = 0;

	if (boot_cmdline_find(cmdline, "earlyprintk", &at))
		port = parse_option(&at);
	if (!port && boot_cmdline_find(cmdline, "earlycon", &at))
		port = parse_option(&at);
	if (!port && boot_cmdline_find(cmdline, "console", &at))
		port = parse_option(&at);
	if (!port && boot_cmdline_find(cmdline, "earlycon", NULL)) {
		port = standard_ports[0];
		at = "";
	}
	if (!port)
		return;
	base = port;
	port_out(INTERRUPTS, 0);
	port_out(FIFO, 0);
	port_out(MODEM, MODEM_DTR_RTS);
	set_line(skip(&at, ",") ? number(&at) : 0);
}
