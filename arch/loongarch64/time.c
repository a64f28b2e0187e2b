// SPDX-License-Identifier: MIT
/* The stable counter and each CPU's one-shot timer, at one rate that CPUCFG tells; the LS7A's clock. */
#include <arch/time.h>

#include <arch/io.h>
#include <device/fdt/fdt.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <lib/compiler.h>
#include <lib/dt.h>
#include <mm/vmap.h>

#include "loongarch.h"

#define TCFG_ENABLE 1
#define TIMER_MAX (1ull << 40) /* well within every timer's width: the interrupt looks again */

static uint64_t counter_hz;

uint64_t arch_counter_hz(void)
{
	return counter_hz;
}

/* CPUCFG 4: the crystal's rate; 5: times its low half, by its high half. */
void arch_time_init(void)
{
	uint32_t ratio = cpucfg(5);

	if (ratio & 0xffff && ratio >> 16)
		counter_hz = (uint64_t)cpucfg(4) * (ratio & 0xffff) / (ratio >> 16);
	if (!counter_hz)
		panic("CPUCFG does not tell the counter's rate");
	pr_info("time: counter at %lu kHz\n", (unsigned long)(counter_hz / 1000));
}

void arch_timer_init_this_cpu(void)
{
	arch_timer_arm(UINT64_MAX);
}

void arch_timer_arm(uint64_t deadline)
{
	uint64_t now, ticks;

	if (deadline == UINT64_MAX) {
		csr_write(CSR_TCFG, 0);
		return;
	}
	now = arch_counter_read();
	ticks = deadline > now ? min(deadline - now, (uint64_t)TIMER_MAX) : 0;
	csr_write(CSR_TCFG, ALIGN_UP(ticks, 4) + 4 + TCFG_ENABLE);
}

/* --- wall clock: the LS7A's time-of-year counter ------------------------------------------------ */

#define TOY_READ0 0x2c
#define TOY_READ1 0x30 /* years since 1900 */
#define RTC_CONTROL 0x40
#define RTC_CONTROL_ON (1u << 8 | 1u << 11)

/* Days since 1970-01-01 in the Gregorian calendar, years from March on. */
static uint64_t days_from_date(unsigned int year, unsigned int month, unsigned int day)
{
	unsigned int y = year - (month <= 2), m = (month + 9) % 12;

	return 365ULL * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

uint64_t arch_rtc_read(void)
{
	const void *dt = fdt_tree();
	int node = dt ? dt_next_compatible(dt, -1, "loongson,ls7a-rtc") : -1;
	volatile char *registers;
	uint32_t toy, year, month, day;
	paddr_t paddr;
	uint64_t size;

	if (node < 0 || dt_reg(dt, node, 0, &paddr, &size) || size < RTC_CONTROL + 4)
		return 0;
	registers = ioremap(paddr, size);
	if (!registers)
		return 0;
	writel(readl(registers + RTC_CONTROL) | RTC_CONTROL_ON, registers + RTC_CONTROL);
	toy = readl(registers + TOY_READ0);
	year = readl(registers + TOY_READ1) + 1900;
	iounmap((void *)registers);
	month = toy >> 26 & 63;
	day = toy >> 21 & 31;
	if (month < 1 || month > 12 || day < 1 || year < 1970 || year > 2900)
		return 0;
	return days_from_date(year, month, day) * 86400 + (toy >> 16 & 31) * 3600u + (toy >> 10 & 63) * 60u + (toy >> 4 & 63);
}
