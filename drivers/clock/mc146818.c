// SPDX-License-Identifier: MIT
/*
 * The PC's battery-backed clock (Motorola MC146818), read once at the start. Registers: seconds 0, minutes 2,
 * hours 4, day 7, month 8, year 9; A.UIP = 10.7, B.24H = 11.1, B.BIN = 11.2.
 */
#include <arch/cpu.h>
#include <arch/io.h>
#include <arch/time.h>
#include <device/acpi/acpi.h>

#define RTC_UPDATE_TRIES 2500 /* reads of one microsecond or so: an update takes up to 2 ms */

static uint8_t rtc_register(unsigned int reg)
{
	outb((uint8_t)reg, 0x70);
	return inb(0x71);
}

struct rtc_time {
	uint8_t second, minute, hour, day, month, year, century;
};

static struct rtc_time rtc_registers(unsigned int century_register)
{
	for (unsigned int i = 0; i < RTC_UPDATE_TRIES && (rtc_register(10) & 0x80); i++)
		arch_cpu_relax();
	return (struct rtc_time){
		rtc_register(0), rtc_register(2), rtc_register(4), rtc_register(7), rtc_register(8), rtc_register(9),
		century_register ? rtc_register(century_register) : 0,
	};
}

static unsigned int from_bcd(uint8_t value)
{
	return value / 16 * 10u + value % 16;
}

static void rtc_decode(struct rtc_time *t, uint8_t mode)
{
	uint8_t *fields = (uint8_t *)t;
	bool is_afternoon = t->hour & 0x80;

	t->hour &= 0x7f;
	for (unsigned int i = 0; !(mode & 4) && i < sizeof(*t); i++)
		fields[i] = (uint8_t)from_bcd(fields[i]);
	if (!(mode & 2)) /* 12-hour clock: 12 is midnight or noon */
		t->hour = (uint8_t)(t->hour % 12 + (is_afternoon ? 12 : 0));
}

/* Days since 1970-01-01 in the Gregorian calendar, years from March on. */
static uint64_t days_from_date(unsigned int year, unsigned int month, unsigned int day)
{
	unsigned int y = year - (month <= 2), m = (month + 9) % 12;

	return 365ULL * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

uint64_t arch_rtc_read(void)
{
	const struct acpi_fadt *fadt = (const struct acpi_fadt *)acpi_find("FACP", 0);
	unsigned int century_register = fadt && ACPI_HAS(fadt, century) ? fadt->century & 0x7f : 0, year;
	struct rtc_time t, again;

	if (fadt && ACPI_HAS(fadt, boot_arch) && (fadt->boot_arch & ACPI_BOOT_NO_CMOS_RTC))
		return 0;
	again = rtc_registers(century_register);
	do { /* equal twice: not torn by an update */
		t = again;
		again = rtc_registers(century_register);
	} while (t.second != again.second);
	rtc_decode(&t, rtc_register(11));
	if (t.month < 1 || t.month > 12 || t.day < 1 || t.day > 31 || t.hour > 23 || t.minute > 59 || t.second > 60)
		return 0;
	year = t.year + (t.century >= 19 && t.century <= 30 ? t.century * 100u : t.year >= 70 ? 1900 : 2000);
	return days_from_date(year, t.month, t.day) * 86400 + t.hour * 3600u + t.minute * 60u + t.second;
}
